/*
 * Decides which peer to dial next, and when: a few peers at random, no two from one network if
 * there is a choice; a peer that fails is replaced, and each further failure lengthens its pause.
 * Policy only: it opens no socket and reads no clock.
 *
 * A stranger is a target that a peer record announced and that has never answered. Three dials out
 * of four go to others, as long as there are any, so that nobody can fill all places by announcing
 * addresses (Heilman et al. 2015).
 */
#ifndef PEERS_DIALER_H
#define PEERS_DIALER_H

#include "peers/peers.h"

/* In ms. A pause is doubled with each failure in a row, then drawn from its upper half. */
#define DIAL_PAUSE_FIRST 1000
#define DIAL_PAUSE_MAX 600000

/* At least so many ms between two dials of a stranger, and of two of one host: anyone can announce
 * the address of a host that has nothing to do with us. */
#define DIAL_PAUSE_STRANGER 300000

#define DIAL_KNOWN_OF_4 3 /* how many dials out of four prefer targets that are no strangers */

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

/* A target to dial only to see whether it answers, beyond the fan-out: one that is marked for a
 * test, otherwise a stranger of a random network. NULL: none now. */
const struct target *dialer_feeler(struct dialer *d, int64_t now);

/* When to call dialer_next again; INT64_MAX: not until something changes. */
int64_t dialer_when(const struct dialer *d, int64_t now);

/* The outcome of a busy target: it has said hello, and is no stranger from now on; it answered as a
 * peer should (which resets its pause); it is over, and may be dialed again after a pause; it must
 * never be dialed again (it is this node itself). */
void dialer_greeted(struct dialer *d, const struct target *t);
void dialer_answered(struct dialer *d, const struct target *t, int64_t now);
void dialer_over(struct dialer *d, const struct target *t, int64_t now);
void dialer_never(struct dialer *d, const struct target *t);

/* Whether a busy target is no longer listed. */
bool dialer_gone(const struct dialer *d, const struct target *t);

#endif
