/*
 * The hash table of a state: open addressing, at least half of the slots free, over entries in the
 * order in which they were added. Not base/idmap: keys have kinds, journals and lists name entries
 * by numbers, which must stay, and a slot takes 8 bytes, so that more of them are in the cache.
 */
#ifndef STATE_TABLE_H
#define STATE_TABLE_H

#include "base/idhash.h"
#include "state/cell.h"

/* Marks the absence of an entry. */
#define NO_ENTRY UINT32_MAX

/* Two lines of the processor's cache; what lookups read is in the first. */
struct state_entry {
    uint8_t id[STATE_ID_LEN];
    struct cell now;
    struct cell before; /* at the beginning of the open journal, if epoch is that journal's */
    uint64_t epoch;
    uint32_t touched;      /* the next entry in the open journal */
    uint32_t next_dirty;   /* the entry that became dirty after this one */
    uint32_t next_of_kind; /* the entry of its kind that was added after this one */
    uint8_t kind;
    bool dirty;
    uint8_t unused[10]; /* padding to the end of the cache line */
};

_Static_assert(sizeof(struct state_entry) == 128, "two cache lines");

/* The number of a key's entry, with a part of the key's hash. */
struct state_slot {
    uint32_t hash, entry; /* entry NO_ENTRY: the slot is free */
};

struct state_table {
    struct state_slot *slots;
    struct state_entry *entries;
    uint32_t count, cap; /* of entries; there are twice as many slots as cap */
    struct idhash hash;
};

static inline uint64_t table_hash(const struct state_table *t, const struct state_key *key)
{
    return idhash(&t->hash, key->id) + key->kind;
}

static inline size_t table_slot(const struct state_table *t, uint64_t hash)
{
    return hash & (2 * (size_t)t->cap - 1);
}

static inline bool table_has(const struct state_entry *e, const struct state_key *key)
{
    uint64_t a[STATE_ID_LEN / 8], b[STATE_ID_LEN / 8]; /* faster than a call of memcmp */
    memcpy(a, e->id, sizeof a);
    memcpy(b, key->id, sizeof b);
    return e->kind == key->kind &&
           ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3])) == 0;
}

/* The entry of the key with this hash, or NULL. It is valid until another is added. */
static inline struct state_entry *table_find(const struct state_table *t,
                                             const struct state_key *key, uint64_t hash)
{
    if (!t->cap)
        return NULL;
    for (size_t i = table_slot(t, hash); t->slots[i].entry != NO_ENTRY; i = table_slot(t, i + 1)) {
        struct state_entry *e = &t->entries[t->slots[i].entry];
        if (t->slots[i].hash == (uint32_t)(hash >> 32) && table_has(e, key))
            return e;
    }
    return NULL;
}

/* Adds an entry for a key that is not there, all zero but for the key. NULL: no memory. */
struct state_entry *table_add(struct state_table *t, const struct state_key *key, uint64_t hash);

void table_prefetch(const struct state_table *t, const struct state_key *key, enum state_step step);
void table_clear(struct state_table *t);

#endif
