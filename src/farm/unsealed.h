/* A header to be sealed, and the one form in which miners write its seal. */
#ifndef FARM_UNSEALED_H
#define FARM_UNSEALED_H

#include "record/ticket.h"
#include "work/sweep.h"

struct unsealed {
    struct buf header; /* its line up to the space before the seal */
    size_t seal_len;
};

/* Lays out the header of b, ignoring its seal. 0, or -1 and trouble; call unsealed_free in either
 * case. */
int unsealed_init(struct unsealed *u, const struct block *b, struct fault *f);
void unsealed_free(struct unsealed *u);

/* Whether this is the same header, apart from the seal. */
bool unsealed_is(const struct unsealed *u, const struct field *header);

/* The id of the header sealed with this nonce. */
void unsealed_id(const struct unsealed *u, uint64_t nonce, uint8_t id[ID_LEN]);

/* The nonce of a seal: 0, or -1 if the seal is not in the form that miners write. */
int unsealed_nonce(const struct unsealed *u, struct field seal, uint64_t *nonce);

/* Appends the header sealed with this nonce, without a newline. 0, or -1: no memory. */
int unsealed_seal(const struct unsealed *u, uint64_t nonce, struct buf *out);

/* Likewise the share of the ticket whose header this is, with this nonce. */
int unsealed_share(const struct unsealed *u, const struct ticket *t, uint64_t nonce,
                   struct buf *out);

/* Over this, the claim that all nonces were tried is not believed: the probability is 10^-17. */
#define UNSEALED_DOUBT 40

/* Whether a receipt for this header can be true: its best id does not seal the block, and is not
 * improbably high. Gives that id. 0, or -1 and a rule. */
int unsealed_check(const struct unsealed *u, const struct receipt *r, uint8_t id[ID_LEN],
                   struct fault *f);

#endif
