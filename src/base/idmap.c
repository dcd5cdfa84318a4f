#include "base/idmap.h"

#include "base/large.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAP = 64,
    CACHE_LINE = 64,
    AHEAD = 16, /* times its entries that a large table has memory for, never touched so far */
};

/* More slots than this would need more than the hash bits that they keep. */
#define CAP_MAX ((size_t)1 << 31)

void idmap_init(struct idmap *m, size_t entry_size, size_t limit, uint64_t seed)
{
    *m = (struct idmap){.entry_size = entry_size, .limit = limit, .hash = idhash_seeded(seed)};
}

void idmap_free(struct idmap *m)
{
    free(m->slots);
    free(m->entries);
    *m = (struct idmap){.entry_size = m->entry_size, .limit = m->limit, .hash = m->hash};
}

static uint32_t hash_of(const struct idmap *m, const uint8_t id[IDMAP_ID_LEN])
{
    return (uint32_t)idhash(&m->hash, id);
}

static uint8_t *entry_at(const struct idmap *m, size_t index)
{
    return m->entries + index * m->entry_size;
}

/* As memcmp, which compilers do not inline for so many bytes. */
static bool is_same(const uint8_t a[IDMAP_ID_LEN], const uint8_t b[IDMAP_ID_LEN])
{
    uint64_t x[4], y[4];
    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]));
}

/* --- Finding ---------------------------------------------------------------------------------- */

/* The slot of this id, or the free one where its search ends. The table has slots. */
static struct idmap_slot *slot_of(const struct idmap *m, const uint8_t id[IDMAP_ID_LEN])
{
    const uint32_t hash = hash_of(m, id);
    size_t place = hash & (m->cap - 1);
    while (m->slots[place].entry &&
           (m->slots[place].hash != hash || !is_same(entry_at(m, m->slots[place].entry - 1), id)))
        place = (place + 1) & (m->cap - 1);
    return &m->slots[place];
}

void idmap_prefetch(const struct idmap *m, const uint8_t id[IDMAP_ID_LEN])
{
    if (m->cap)
        __builtin_prefetch(m->slots + (hash_of(m, id) & (m->cap - 1)));
}

void idmap_prefetch_entry(const struct idmap *m, const uint8_t id[IDMAP_ID_LEN])
{
    const uint32_t hash = hash_of(m, id);
    if (!m->cap)
        return;
    for (size_t place = hash & (m->cap - 1); m->slots[place].entry;
         place = (place + 1) & (m->cap - 1))
        if (m->slots[place].hash == hash) {
            const uint8_t *entry = entry_at(m, m->slots[place].entry - 1);
            for (size_t at = 0; at < m->entry_size; at += CACHE_LINE)
                __builtin_prefetch(entry + at);
            __builtin_prefetch(entry + m->entry_size - 1);
            return;
        }
}

void *idmap_find(const struct idmap *m, const uint8_t id[IDMAP_ID_LEN])
{
    if (!m->count)
        return NULL;
    const struct idmap_slot *slot = slot_of(m, id);
    return slot->entry ? entry_at(m, slot->entry - 1) : NULL;
}

/* --- Adding ----------------------------------------------------------------------------------- */

static void fill_slot(struct idmap_slot *slots, size_t cap, struct idmap_slot with)
{
    size_t place = with.hash & (cap - 1);
    while (slots[place].entry)
        place = (place + 1) & (cap - 1);
    slots[place] = with;
}

/* Doubles the slots. 0, or -1: no memory. */
static int add_slots(struct idmap *m)
{
    const size_t cap = m->cap ? m->cap * 2 : FIRST_CAP;
    struct idmap_slot *slots = cap <= CAP_MAX ? large_alloc(cap * sizeof *slots) : NULL;
    if (!slots)
        return -1;
    for (size_t place = 0; place < m->cap; place++)
        if (m->slots[place].entry)
            fill_slot(slots, cap, m->slots[place]);
    free(m->slots);
    m->slots = slots;
    m->cap = cap;
    return 0;
}

/* For how many entries to ask next: a large table then grows in place. */
static size_t next_room(const struct idmap *m)
{
    size_t room = m->room ? m->room * 2 : FIRST_CAP / 4;
    if (room * m->entry_size >= LARGE_PAGE)
        room *= AHEAD;
    return room < m->limit ? room : m->limit;
}

/* Moves the entries to memory for more. 0, or -1: no memory. */
static int add_room(struct idmap *m)
{
    const size_t room = next_room(m);
    uint8_t *entries = large_room(room * m->entry_size);
    if (!entries)
        return -1;
    if (m->count)
        memcpy(entries, m->entries, m->count * m->entry_size);
    free(m->entries);
    m->entries = entries;
    m->room = room;
    return 0;
}

void *idmap_add(struct idmap *m, const uint8_t id[IDMAP_ID_LEN])
{
    if (m->count >= m->limit || (m->count >= m->cap / 4 * 3 && add_slots(m)) ||
        (m->count == m->room && add_room(m)))
        return NULL;
    uint8_t *entry = entry_at(m, m->count++);
    fill_slot(m->slots, m->cap,
              (struct idmap_slot){.hash = hash_of(m, id), .entry = (uint32_t)m->count});
    memcpy(entry, id, IDMAP_ID_LEN);
    memset(entry + IDMAP_ID_LEN, 0, m->entry_size - IDMAP_ID_LEN);
    return entry;
}

/* --- Removing --------------------------------------------------------------------------------- */

/* Slots after the hole that may be nearer to their first one move up (Knuth, "The Art of Computer
 * Programming", volume 3, section 6.4, algorithm R). */
static void free_slot(struct idmap *m, struct idmap_slot *slot)
{
    const size_t mask = m->cap - 1;
    size_t hole = (size_t)(slot - m->slots);
    for (size_t next = (hole + 1) & mask; m->slots[next].entry; next = (next + 1) & mask)
        if (((next - m->slots[next].hash) & mask) >= ((next - hole) & mask)) {
            m->slots[hole] = m->slots[next];
            hole = next;
        }
    m->slots[hole].entry = 0;
}

void idmap_remove(struct idmap *m, void *entry)
{
    struct idmap_slot *slot = slot_of(m, entry);
    uint8_t *last = entry_at(m, m->count - 1);
    slot_of(m, last)->entry = slot->entry;
    free_slot(m, slot);
    if (entry != last)
        memcpy(entry, last, m->entry_size);
    m->count--;
}

void idmap_clear(struct idmap *m)
{
    if (m->cap)
        memset(m->slots, 0, m->cap * sizeof *m->slots);
    m->count = 0;
}

/* --- All -------------------------------------------------------------------------------------- */

void *idmap_each(const struct idmap *m, size_t *place)
{
    return *place < m->count ? entry_at(m, (*place)++) : NULL;
}

void *idmap_any(const struct idmap *m, uint64_t *chance)
{
    return m->count ? entry_at(m, (size_t)chance_below(chance, m->count)) : NULL;
}

/* --- Sets ------------------------------------------------------------------------------------- */

void idset_init(struct idset *s, size_t limit, uint64_t seed)
{
    idmap_init(&s->young, IDMAP_ID_LEN, limit, seed);
    idmap_init(&s->old, IDMAP_ID_LEN, limit, seed);
}

void idset_free(struct idset *s)
{
    idmap_free(&s->young);
    idmap_free(&s->old);
}

bool idset_has(const struct idset *s, const uint8_t id[IDMAP_ID_LEN])
{
    return idmap_find(&s->young, id) || idmap_find(&s->old, id);
}

void idset_prefetch(const struct idset *s, const uint8_t id[IDMAP_ID_LEN])
{
    idmap_prefetch(&s->young, id);
    idmap_prefetch(&s->old, id);
}

int idset_add(struct idset *s, const uint8_t id[IDMAP_ID_LEN])
{
    return idset_has(s, id) ? 0 : idset_add_new(s, id);
}

int idset_add_new(struct idset *s, const uint8_t id[IDMAP_ID_LEN])
{
    if (s->young.count == s->young.limit) {
        struct idmap old = s->old;
        s->old = s->young;
        s->young = old;
        idmap_clear(&s->young);
    }
    return idmap_add(&s->young, id) ? 0 : -1;
}

static void remove_from(struct idmap *m, const uint8_t id[IDMAP_ID_LEN])
{
    void *entry = idmap_find(m, id);
    if (entry)
        idmap_remove(m, entry);
}

void idset_remove(struct idset *s, const uint8_t id[IDMAP_ID_LEN])
{
    remove_from(&s->young, id);
    remove_from(&s->old, id);
}
