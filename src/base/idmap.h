/*
 * Hash tables keyed by ids: the entries are in a row without gaps, never more than a given number,
 * and small slots with open addressing tell where each is. So an entry takes little more memory
 * than its own size, one that is added is next to the one before, and growing moves slots alone.
 * The hash is keyed by a seed (base/idhash.h).
 *
 * This is the table for ids and keys. Others are for what it is not: uthash for entries that are
 * visited in the order of their insertion, have other keys than ids, or must not move;
 * state/state.c, light/light_parts.h and farm/nonces.h for the reasons that stand there.
 */
#ifndef BASE_IDMAP_H
#define BASE_IDMAP_H

#include "base/idhash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDMAP_ID_LEN 32

/* All zero but for entry_size, limit and hash (idmap_init) is an empty table that owns nothing. */
struct idmap {
    size_t entry_size; /* bytes of an entry; its first IDMAP_ID_LEN are the id */
    size_t limit;      /* entries at most */
    struct idhash hash;
    size_t count, room; /* entries; how many there is memory for */
    size_t cap;         /* slots, a power of two, or 0 */
    struct idmap_slot {
        uint32_t hash;  /* its low bits */
        uint32_t entry; /* its index plus one; 0: the slot is free */
    } * slots;
    uint8_t *entries;
};

void idmap_init(struct idmap *m, size_t entry_size, size_t limit, uint64_t seed);
void idmap_free(struct idmap *m);

/* The entry with this id, or NULL. Pointers to entries are valid until the next idmap_add or
 * idmap_remove. */
void *idmap_find(const struct idmap *m, const uint8_t id[IDMAP_ID_LEN]);

/* Prefetches what idmap_find will read if there is no such entry, and idmap_add; then, with that,
 * the entry, if there is one. */
void idmap_prefetch(const struct idmap *m, const uint8_t id[IDMAP_ID_LEN]);
void idmap_prefetch_entry(const struct idmap *m, const uint8_t id[IDMAP_ID_LEN]);

/* Adds an entry for an id that is not in the table, zero after its id. NULL: the table is at its
 * limit, or no memory. */
void *idmap_add(struct idmap *m, const uint8_t id[IDMAP_ID_LEN]);

/* Removes an entry; the last one takes its place. */
void idmap_remove(struct idmap *m, void *entry);

/* Removes all entries, keeping the memory. */
void idmap_clear(struct idmap *m);

/* Iterates over the entries, in no order: *place is 0 at first; NULL at the end. Nothing may be
 * added or removed meanwhile. */
void *idmap_each(const struct idmap *m, size_t *place);

/* An entry by chance (base/chance.h); NULL if there is none. */
void *idmap_any(const struct idmap *m, uint64_t *chance);

/* A set of ids that drops the oldest: it holds at least the newest `limit` ids, and at most twice
 * as many. */
struct idset {
    struct idmap young, old;
};

void idset_init(struct idset *s, size_t limit, uint64_t seed);
void idset_free(struct idset *s);
bool idset_has(const struct idset *s, const uint8_t id[IDMAP_ID_LEN]);
void idset_prefetch(const struct idset *s, const uint8_t id[IDMAP_ID_LEN]);

/* Adds an id unless it is in the set; idset_add_new, one that is known not to be. 0, or -1: no
 * memory. */
int idset_add(struct idset *s, const uint8_t id[IDMAP_ID_LEN]);
int idset_add_new(struct idset *s, const uint8_t id[IDMAP_ID_LEN]);

/* Removes an id, if it is in the set. */
void idset_remove(struct idset *s, const uint8_t id[IDMAP_ID_LEN]);

#endif
