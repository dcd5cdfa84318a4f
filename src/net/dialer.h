/*
 * Whom to dial next, and when: a few peers at random, no two from one network while there is a
 * choice, replaced when they fail, each failure followed by a longer pause. Policy alone: it opens
 * no socket and asks no clock.
 */
#ifndef NET_DIALER_H
#define NET_DIALER_H

#include "net/peers.h"

#define DIAL_PAUSE_FIRST                                                                           \
    1000 /* ms; doubled with each failure in a row, and drawn from the upper half */
#define DIAL_PAUSE_MAX 600000

struct dialer;

/* A dialer that keeps so many peers busy. seed makes its draws. NULL: no memory. */
struct dialer *dialer_new(size_t fanout, uint64_t seed);
void dialer_free(struct dialer *d);

/* The targets from now on. Those that are gone are forgotten (dialer_gone tells of the busy ones);
 * what is known of the others (pauses, who is busy) stays, by address and key. 0, or -1: no memory.
 */
int dialer_targets(struct dialer *d, const struct target *list, size_t count);

/* The next target to dial at this time: it is busy from here on; NULL: none now. It is the
 * dialer's, good until its next dialer_over. */
const struct target *dialer_next(struct dialer *d, int64_t now);

/* When dialer_next is worth asking again; INT64_MAX: not before something changes. */
int64_t dialer_when(const struct dialer *d, int64_t now);

/* What became of a busy target: it answered as a peer should (its pauses begin anew); it is over,
 * free to be dialed again after a pause; it must not be dialed again at all (it is ourselves). */
void dialer_answered(struct dialer *d, const struct target *t, int64_t now);
void dialer_over(struct dialer *d, const struct target *t, int64_t now);
void dialer_never(struct dialer *d, const struct target *t);

/* Whether a busy target is no longer among the targets. */
bool dialer_gone(const struct dialer *d, const struct target *t);

#endif
