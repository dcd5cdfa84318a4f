/*
 * Decides which peer to dial next, and when: a few peers at random, no two from one network if
 * there is a choice; a peer that fails is replaced, and each further failure lengthens its pause.
 * Policy only: it opens no socket and reads no clock. All times are in milliseconds of the caller's
 * clock.
 *
 * A stranger is a target that a peer record announced and that has never answered. Three dials out
 * of four go to other targets, as long as there are any, so that nobody can fill all outbound slots
 * by announcing addresses (Heilman et al., "Eclipse Attacks on Bitcoin's Peer-to-Peer Network",
 * 2015, section 7).
 */
#ifndef PEERS_DIALER_H
#define PEERS_DIALER_H

#include "peers/peers.h"

/* In ms. A pause is doubled with each failure in a row, then drawn from its upper half. */
#define DIAL_PAUSE_FIRST 1000
#define DIAL_PAUSE_MAX 600000

/* At least so many ms between dials of a stranger, or of strangers on one host: anyone can announce
 * the address of a host that is not part of this network. */
#define DIAL_PAUSE_STRANGER 300000

#define DIAL_KNOWN_OF_4 3 /* how many dials out of four prefer targets that are not strangers */

struct dialer;

/* A dialer that keeps `fanout` targets busy, that is, being dialed or connected. seed determines
 * its random choices. NULL: no memory. */
struct dialer *dialer_new(size_t fanout, uint64_t seed);
void dialer_free(struct dialer *d);

/* Replaces the list of targets, which is copied. Targets that are no longer listed are dropped or,
 * if busy, reported by dialer_gone. The others, known by address and key, keep their state. 0, or
 * -1: no memory. */
int dialer_targets(struct dialer *d, const struct target *list, size_t count);

/* The next target to dial at this time, which is busy from then on; NULL: none now. It belongs to
 * the dialer, and is valid until dialer_over is called for it. */
const struct target *dialer_next(struct dialer *d, int64_t now);

/* A target to dial only to see whether it answers (a feeler), beyond the fan-out: one that is
 * marked for a test, otherwise a stranger of a random network. NULL: none now. */
const struct target *dialer_feeler(struct dialer *d, int64_t now);

/* The time at which to call dialer_next again; INT64_MAX: not until something changes. */
int64_t dialer_when(const struct dialer *d, int64_t now);

/* What became of a busy target. greeted: it has said hello, and is not a stranger any more.
 * answered: it answered as a peer should, which resets its pause. over: it is not busy any more,
 * and may be dialed again after a pause. never: it must not be dialed again, for instance because
 * it is this node itself; dialer_over must still be called. */
void dialer_greeted(struct dialer *d, const struct target *t);
void dialer_answered(struct dialer *d, const struct target *t, int64_t now);
void dialer_over(struct dialer *d, const struct target *t, int64_t now);
void dialer_never(struct dialer *d, const struct target *t);

/* Whether a busy target is no longer listed. */
bool dialer_gone(const struct dialer *d, const struct target *t);

#endif
