/* A ledger file as the network sees it (gossip/view.h): opened when it first appears, brought up to
 * date at every call (holds: once a millisecond), and reopened if that fails or the file was
 * replaced. It reads no clock of its own. Only programs use this. */
#ifndef NETCLI_VIEW_H
#define NETCLI_VIEW_H

#include "gossip/view.h"
#include "record/rules.h"

struct ledger_view;

struct ledger_view_times {
    int64_t (*now)(void);         /* milliseconds that never go back, as loop_now */
    int64_t (*clock)(void *self); /* the time in Unix seconds, as cli_clock; self is NULL */
};

/* A view of the ledger at path, which stays the caller's; the file need not exist yet. chain: the
 * genesis id that it must have, any other is trouble; NULL: that of the first ledger found. NULL:
 * no memory. */
struct ledger_view *ledger_view_new(const char *path, const uint8_t *chain,
                                    struct ledger_view_times times);
void ledger_view_free(struct ledger_view *v);

/* Its table of functions, valid as long as v. If a function gives trouble, the ledger cannot be
 * read now (it is damaged, of another chain, or inaccessible). Later calls try again, at most once
 * a second, as for a ledger that is missing; a listener continues meanwhile. locate gives a
 * FAULT_RULE if the bytes are not 1 to WIRE_LOCATOR_MAX ids. */
struct view ledger_view_table(struct ledger_view *v);

/* The chain's genesis id and its rules: 1; 0 if there is no ledger yet; -1 and trouble. */
int ledger_view_chain(struct ledger_view *v, uint8_t chain[ID_LEN], struct rules *rules,
                      struct fault *f);

#endif
