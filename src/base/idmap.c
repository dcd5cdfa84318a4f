#include "base/idmap.h"

#include "base/large.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAP = 64,
    CACHE_LINE = 64,
    AHEAD = 16, /* times its slots that a large table has memory for, never touched so far */
};

void idmap_init(struct idmap *m, size_t entry_size, size_t limit, uint64_t seed)
{
    *m = (struct idmap){.entry_size = entry_size, .limit = limit, .hash = idhash_seeded(seed)};
}

void idmap_free(struct idmap *m)
{
    free(m->tags);
    free(m->entries);
    *m = (struct idmap){.entry_size = m->entry_size, .limit = m->limit, .hash = m->hash};
}

static uint8_t tag_of(uint64_t h)
{
    return (uint8_t)(0x80 | h >> 57);
}

static uint8_t *entry_at(const struct idmap *m, size_t place)
{
    return m->entries + place * m->entry_size;
}

void idmap_prefetch(const struct idmap *m, const uint8_t id[IDMAP_ID_LEN])
{
    if (!m->cap)
        return;
    size_t place = idhash(&m->hash, id) & (m->cap - 1);
    __builtin_prefetch(m->tags + place);
    for (size_t at = 0; at < m->entry_size; at += CACHE_LINE)
        __builtin_prefetch(entry_at(m, place) + at);
    __builtin_prefetch(entry_at(m, place + 1) - 1);
}

void *idmap_find(const struct idmap *m, const uint8_t id[IDMAP_ID_LEN])
{
    if (!m->count)
        return NULL;
    uint64_t h = idhash(&m->hash, id);
    for (size_t place = h & (m->cap - 1); m->tags[place]; place = (place + 1) & (m->cap - 1))
        if (m->tags[place] == tag_of(h) && memcmp(entry_at(m, place), id, IDMAP_ID_LEN) == 0)
            return entry_at(m, place);
    return NULL;
}

/* Finds the first free slot for an id and marks it as taken. */
static size_t take_place(struct idmap *m, const uint8_t id[IDMAP_ID_LEN])
{
    uint64_t h = idhash(&m->hash, id);
    size_t place = h & (m->cap - 1);
    while (m->tags[place])
        place = (place + 1) & (m->cap - 1);
    m->tags[place] = tag_of(h);
    return place;
}

/* For how many slots to ask if `cap` are needed now: a large table then grows in place. */
static size_t room_for(const struct idmap *m, size_t cap)
{
    size_t room = cap;
    while (cap * m->entry_size >= LARGE_PAGE && room < cap * AHEAD && m->limit > room / 4 * 3)
        room *= 2;
    return room;
}

/* Moves the entries to memory with room for more. 0, or -1: no memory. */
static int move(struct idmap *m, size_t cap)
{
    struct idmap more = *m;
    more.cap = cap;
    more.room = room_for(m, cap);
    more.tags = large_alloc(more.room);
    more.entries = large_room(more.room * m->entry_size);
    if (!more.tags || !more.entries) {
        free(more.tags);
        free(more.entries);
        return -1;
    }
    for (size_t place = 0; place < m->cap; place++)
        if (m->tags[place])
            memcpy(entry_at(&more, take_place(&more, entry_at(m, place))), entry_at(m, place),
                   m->entry_size);
    free(m->tags);
    free(m->entries);
    *m = more;
    return 0;
}

/* Doubles the slots in place. The entries are taken out and put in again one by one, beginning
 * after a free slot: so the search for a new slot passes only entries that were put in again, and
 * ends at the old slot or before it, or as far into the new half. */
static void spread(struct idmap *m)
{
    const size_t old = m->cap;
    size_t first = 0;
    while (m->tags[first])
        first++;
    m->cap = old * 2;
    for (size_t i = 1; i < old; i++) {
        const size_t from = (first + i) & (old - 1);
        if (!m->tags[from])
            continue;
        m->tags[from] = 0;
        const size_t to = take_place(m, entry_at(m, from));
        if (to != from)
            memcpy(entry_at(m, to), entry_at(m, from), m->entry_size);
    }
}

static int grow(struct idmap *m)
{
    const size_t cap = m->cap ? m->cap * 2 : FIRST_CAP;
    if (cap > m->room)
        return move(m, cap);
    spread(m);
    return 0;
}

void *idmap_add(struct idmap *m, const uint8_t id[IDMAP_ID_LEN])
{
    if (m->count >= m->limit || (m->count >= m->cap / 4 * 3 && grow(m)))
        return NULL;
    uint8_t *entry = entry_at(m, take_place(m, id));
    memcpy(entry, id, IDMAP_ID_LEN);
    memset(entry + IDMAP_ID_LEN, 0, m->entry_size - IDMAP_ID_LEN);
    m->count++;
    return entry;
}

/* Entries after the hole that may be nearer to their first slot move up (Knuth, "The Art of
 * Computer Programming", volume 3, section 6.4, algorithm R). */
void idmap_remove(struct idmap *m, void *entry)
{
    size_t mask = m->cap - 1;
    size_t hole = (size_t)((uint8_t *)entry - m->entries) / m->entry_size;
    for (size_t next = (hole + 1) & mask; m->tags[next]; next = (next + 1) & mask) {
        size_t home = idhash(&m->hash, entry_at(m, next)) & mask;
        if (((next - home) & mask) < ((next - hole) & mask))
            continue;
        memcpy(entry_at(m, hole), entry_at(m, next), m->entry_size);
        m->tags[hole] = m->tags[next];
        hole = next;
    }
    m->tags[hole] = 0;
    m->count--;
}

void idmap_clear(struct idmap *m)
{
    if (m->cap)
        memset(m->tags, 0, m->cap);
    m->count = 0;
}

void *idmap_each(const struct idmap *m, size_t *place)
{
    while (*place < m->cap) {
        size_t here = (*place)++;
        if (m->tags[here])
            return entry_at(m, here);
    }
    return NULL;
}

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
