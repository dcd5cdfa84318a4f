#include "state/table.h"

#include "base/large.h"

#include <stdlib.h>

enum { FIRST_CAP = 64 };

static void put_slot(struct state_table *t, uint32_t number, uint64_t hash)
{
    size_t i = table_slot(t, hash);
    while (t->slots[i].entry != NO_ENTRY)
        i = table_slot(t, i + 1);
    t->slots[i] = (struct state_slot){(uint32_t)(hash >> 32), number};
}

static struct state_key key_of(const struct state_entry *e)
{
    struct state_key key = {.kind = e->kind};
    memcpy(key.id, e->id, STATE_ID_LEN);
    return key;
}

/* Makes space for twice as many entries. 0, or -1: no memory, nothing changed. */
static int grow(struct state_table *t)
{
    size_t cap = t->cap ? 2 * (size_t)t->cap : FIRST_CAP;
    struct state_slot *slots = cap < NO_ENTRY ? large_alloc(2 * cap * sizeof *slots) : NULL;
    struct state_entry *entries = slots ? large_alloc(cap * sizeof *entries) : NULL;
    if (!entries) {
        free(slots);
        return -1;
    }
    if (t->count)
        memcpy(entries, t->entries, t->count * sizeof *entries);
    memset(slots, 0xff, 2 * cap * sizeof *slots);
    free(t->slots);
    free(t->entries);
    t->slots = slots;
    t->entries = entries;
    t->cap = (uint32_t)cap;
    for (uint32_t i = 0; i < t->count; i++) {
        struct state_key key = key_of(&entries[i]);
        put_slot(t, i, table_hash(t, &key));
    }
    return 0;
}

struct state_entry *table_add(struct state_table *t, const struct state_key *key, uint64_t hash)
{
    if (t->count == t->cap && grow(t))
        return NULL;
    struct state_entry *e = &t->entries[t->count];
    *e = (struct state_entry){.kind = key->kind};
    memcpy(e->id, key->id, STATE_ID_LEN);
    put_slot(t, t->count++, hash);
    return e;
}

void table_prefetch(const struct state_table *t, const struct state_key *key, enum state_step step)
{
    if (!t->cap)
        return;
    const struct state_slot *slot = &t->slots[table_slot(t, table_hash(t, key))];
    if (step == STATE_PLACE) {
        __builtin_prefetch(slot);
    } else if (slot->entry != NO_ENTRY) {
        __builtin_prefetch(&t->entries[slot->entry], 1);
        __builtin_prefetch(&t->entries[slot->entry].before, 1);
    }
}

void table_clear(struct state_table *t)
{
    free(t->slots);
    free(t->entries);
    t->slots = NULL;
    t->entries = NULL;
    t->count = t->cap = 0;
}
