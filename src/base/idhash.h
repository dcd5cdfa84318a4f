/*
 * The hash of an id for hash tables. Ids are chosen by the makers of records, some bit by bit (the
 * payee's account need not be a real key), so the hash depends on a secret key: NH (Black, Halevi,
 * Krawczyk, Krovetz and Rogaway, "UMAC", 1999) over the id's four words, under which two ids
 * collide for one key in 2^64, mixed and folded to 64 bits.
 */
#ifndef BASE_IDHASH_H
#define BASE_IDHASH_H

#include "base/chance.h"

#include <stdint.h>
#include <string.h>

struct idhash {
    uint64_t key[4];
};

static inline struct idhash idhash_seeded(uint64_t seed)
{
    struct idhash h;
    for (int i = 0; i < 4; i++)
        h.key[i] = chance_next(&seed);
    return h;
}

/* Hashes the id's 32 bytes; all 64 bits are equally good. */
static inline uint64_t idhash(const struct idhash *h, const uint8_t id[32])
{
    uint64_t w[4];
    memcpy(w, id, sizeof w);
    unsigned __int128 sum = (unsigned __int128)(w[0] + h->key[0]) * (w[1] + h->key[1]) +
                            (unsigned __int128)(w[2] + h->key[2]) * (w[3] + h->key[3]);
    uint64_t mixed = ((uint64_t)sum ^ (uint64_t)(sum >> 64)) * 0x9e3779b97f4a7c15;
    return mixed ^ mixed >> 32;
}

#endif
