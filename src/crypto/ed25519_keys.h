/*
 * The points of keys whose signatures held: of a ledger's transactions, most are by accounts that
 * signed others before. One thread at a time may use it. All zero owns nothing; ed25519_keys_free
 * in the end.
 */
#ifndef CRYPTO_ED25519_KEYS_H
#define CRYPTO_ED25519_KEYS_H

#include "base/idmap.h"
#include "crypto/ed25519.h"

/* The most keys that are kept; when there are as many, all are forgotten. */
#define ED25519_KEYS_MAX (1 << 18)

struct ed25519_keys {
    struct idmap map;
};

/* The points of n jobs' keys, all zero where they are not known. */
void ed25519_keys_find(struct ed25519_keys *k, const struct sigjob *jobs,
                       struct ed25519_point *points, size_t n);

/* Keeps that of a job that was answered, where its signature holds. */
void ed25519_keys_add(struct ed25519_keys *k, const struct sigjob *job,
                      const struct ed25519_point *point);

void ed25519_keys_free(struct ed25519_keys *k);

#endif
