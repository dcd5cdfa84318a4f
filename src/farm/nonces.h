/* A bounded set of nonces: those of the shares of one piece of work. A table of its own because a
 * nonce takes 8 bytes, and an entry of base/idmap at least 33. */
#ifndef FARM_NONCES_H
#define FARM_NONCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NONCES_MAX (1 << 21)

/* All zero is an empty set that owns nothing. */
struct nonces {
    uint64_t *slots; /* each slot: the nonce plus one; 0: empty */
    size_t count, cap;
    bool has_last; /* 2^64-1, which no slot can hold */
};

bool nonces_has(const struct nonces *n, uint64_t nonce);

/* Adds a nonce that is not in the set. 1, 0 if the set is full, or -1: no memory. */
int nonces_add(struct nonces *n, uint64_t nonce);

void nonces_free(struct nonces *n);

#endif
