/*
 * Decides which peer to dial next, and when: a few peers at random, no two from one network if
 * there is a choice; a peer that fails is replaced, and each further failure lengthens its pause.
 * Policy only: it opens no socket and reads no clock.
 */
#ifndef NET_DIALER_H
#define NET_DIALER_H

#include "net/peers.h"

#define DIAL_PAUSE_FIRST                                                                           \
    1000 /* ms; doubled with each failure in a row, then drawn from the upper half */
#define DIAL_PAUSE_MAX 600000

struct dialer;

/* A dialer that keeps so many peers busy. seed determines its random choices. NULL: no memory. */
struct dialer *dialer_new(size_t fanout, uint64_t seed);
void dialer_free(struct dialer *d);

/* Replaces the list of targets. Targets that are no longer listed are dropped, or, if busy,
 * reported by dialer_gone. The state of the others (pauses, busy or not) is kept, by address and
 * key. 0, or -1: no memory. */
int dialer_targets(struct dialer *d, const struct target *list, size_t count);

/* The next target to dial at this time, which is busy from then on; NULL: none now. Owned by the
 * dialer, valid until the dialer_over for it. */
const struct target *dialer_next(struct dialer *d, int64_t now);

/* When to call dialer_next again; INT64_MAX: not until something changes. */
int64_t dialer_when(const struct dialer *d, int64_t now);

/* The outcome of a busy target: it answered as a peer should (which resets its pause); it is over,
 * and may be dialed again after a pause; it must never be dialed again (it is this node itself). */
void dialer_answered(struct dialer *d, const struct target *t, int64_t now);
void dialer_over(struct dialer *d, const struct target *t, int64_t now);
void dialer_never(struct dialer *d, const struct target *t);

/* Whether a busy target is no longer listed. */
bool dialer_gone(const struct dialer *d, const struct target *t);

#endif
