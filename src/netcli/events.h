/* The events of a network program on stderr, for people and awk (gossip(7)). */
#ifndef NETCLI_EVENTS_H
#define NETCLI_EVENTS_H

#include "record/field.h"

/* Writes a line TIME WHO EVENT ID [WORDS], unless strangers cause too many such events
 * (gossip/event_budget.h); id and words may be NULL. cli_log does the same, as a callback with a
 * self. */
void cli_event(const char *who, const char *event, const uint8_t *id, const char *words);
void cli_log(void *self, const char *who, const char *event, const uint8_t *id, const char *words);

/* Holds events from now on, so that the many of a turn are written together: until
 * cli_flush_events, the next message of the program, its exit, or 64 KiB of them. */
void cli_hold_events(void);

/* Writes the events held, whole lines at a time, and from time to time what was left out. Call
 * before waiting. */
void cli_flush_events(void);

#endif
