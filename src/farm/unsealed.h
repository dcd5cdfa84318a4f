/* A header whose seal is searched for, and the one form that a seal for it has. */
#ifndef FARM_UNSEALED_H
#define FARM_UNSEALED_H

#include "record/ticket.h"
#include "work/sweep.h"

struct unsealed {
    struct buf header; /* its line up to the space before the seal */
    size_t seal_len;
};

/* Lays out the header of b, whose seal is not looked at. 0, or -1 and trouble; unsealed_free in
 * either case. */
int unsealed_init(struct unsealed *u, const struct block *b, struct fault *f);
void unsealed_free(struct unsealed *u);

/* Whether this is the header of b, its seal apart. */
bool unsealed_is(const struct unsealed *u, const struct field *header);

/* The id with this nonce. */
void unsealed_id(const struct unsealed *u, uint64_t nonce, uint8_t id[ID_LEN]);

/* The nonce of a seal: 0, or -1 where no miner of ours would write it so. */
int unsealed_nonce(const struct unsealed *u, struct field seal, uint64_t *nonce);

/* Puts the header with this nonce's seal, without a newline. 0, or -1: no memory. */
int unsealed_seal(const struct unsealed *u, uint64_t nonce, struct buf *out);

/* How much of its expected size the lowest id of so many nonces (the last less the first, and one)
 * has: 1 on average, over x once in e^x times. */
double unsealed_luck(uint64_t first, uint64_t last, const uint8_t id[ID_LEN]);

/* Over that, nobody believes that all of them were tried: once in 10^17 times. */
#define UNSEALED_DOUBT 40

/* Whether a receipt for this header can be true: its best id is no seal, and not beyond belief.
 * Gives that id. 0, or -1 and a rule. */
int unsealed_check(const struct unsealed *u, const struct receipt *r, uint8_t id[ID_LEN],
                   struct fault *f);

#endif
