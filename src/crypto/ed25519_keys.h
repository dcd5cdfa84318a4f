/*
 * A cache of the points of keys that have made at least two valid signatures: most transactions in
 * a ledger are signed by accounts that have signed before. Of a first signature there is only a
 * note, some bits of the key's hash, since a table of all keys that ever signed would take more
 * time, in memory that is used for the first time, than it saves (a doorkeeper: Einziger, Friedman
 * and Manes 2017, "TinyLFU", section 3.4). Newer notes replace older ones. Used by one thread at a
 * time. All zero owns nothing; free with ed25519_keys_free.
 */
#ifndef CRYPTO_ED25519_KEYS_H
#define CRYPTO_ED25519_KEYS_H

#include "base/idmap.h"
#include "crypto/ed25519.h"

/* The most keys that are kept; at this limit, all are dropped. It fills a table of 2^18 slots. */
#define ED25519_KEYS_MAX (3 << 16)

struct ed25519_keys {
    struct idmap map; /* by key */
    uint16_t *notes;  /* by the key's hash: other bits of it, or 0 */
};

/* Looks up the points of n jobs' keys; all zero for those that are not known, but for whether they
 * are used again, as far as there are notes. */
void ed25519_keys_find(struct ed25519_keys *k, const struct sigjob *jobs,
                       struct ed25519_point *points, size_t n);

/* Prefetches what ed25519_keys_add will read. */
void ed25519_keys_prefetch(const struct ed25519_keys *k, const struct sigjob *job);

/* Keeps the point of a job that has been answered, or notes its key, if its signature is valid. */
void ed25519_keys_add(struct ed25519_keys *k, const struct sigjob *job,
                      const struct ed25519_point *point);

void ed25519_keys_free(struct ed25519_keys *k);

#endif
