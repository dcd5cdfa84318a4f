/*
 * Those who have staked enough to be members, in the order of their stakes: so whoever asks for the
 * first ones need not look at the others. An entry's id is INT64_MAX less the amount, the beginning
 * of the key, and a number that tells apart those of which both are the same; its value is the key.
 */
#ifndef STATE_ABLE_H
#define STATE_ABLE_H

#include "record/member.h"
#include "state/state.h"

#define ABLE_KIND 'b'

/* Adds one who was not there; removes one who was, with this amount. 0, or -1 and trouble. */
int able_add(struct state *s, const uint8_t key[ID_LEN], int64_t amount, struct fault *f);
int able_drop(struct state *s, const uint8_t key[ID_LEN], int64_t amount, struct fault *f);

/* The `most` with the most, of equals the lower keys, best first, in list, which has space for them
 * and as many again. *count: how many there are. 0, or -1 and trouble. */
int able_first(struct state *s, size_t most, struct member *list, size_t *count, struct fault *f);

#endif
