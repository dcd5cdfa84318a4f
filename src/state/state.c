#include "state/state.h"

#include "base/idhash.h"
#include "base/large.h"
#include "state/cell.h"
#include "state/journal.h"

#include <stdlib.h>
#include <string.h>

/* The most keys that are kept if they are only read, so that lookups of ever new keys do not fill
 * memory. */
enum { MET_MAX = 1 << 17, FIRST_CAP = 64, KINDS = 256 };

/* Marks the absence of an entry. */
#define NONE UINT32_MAX

/* Two lines of the processor's cache; what lookups read is in the first. */
struct entry {
    uint8_t id[STATE_ID_LEN];
    struct cell now;
    struct cell before; /* at the beginning of the open journal, if epoch is that journal's */
    uint64_t epoch;
    uint32_t touched;      /* the next entry in the open journal */
    uint32_t next_dirty;   /* the entry that became dirty after this one */
    uint32_t next_of_kind; /* the entry of its kind that was loaded after this one */
    uint8_t kind;
    bool dirty;
    uint8_t unused[10]; /* padding to the end of the cache line */
};

_Static_assert(sizeof(struct entry) == 128, "two cache lines");

/* The number of a key's entry, with a part of the key's hash. */
struct slot {
    uint32_t hash, entry; /* entry NONE: the slot is free */
};

/* A hash table with open addressing, at least half of whose slots are free, over entries in the
 * order in which they were added. Not base/idmap: keys have kinds, journals and lists name entries
 * by numbers, which must stay, and a slot takes 8 bytes, so that more of them are in the cache. */
struct state {
    struct state_backing backing;
    struct slot *slots;
    struct entry *entries;
    uint32_t count, cap; /* of entries; there are twice as many slots as cap */
    uint32_t touched;    /* the entries that the open journal has changed, last first */
    uint32_t first_dirty, last_dirty; /* NONE: nothing is dirty */
    struct {
        uint32_t first, last; /* NONE: nothing is loaded */
    } of_kind[KINDS];
    struct long_values longs;
    uint64_t epoch; /* of the open journal */
    struct idhash hash;
};

/* --- The table -------------------------------------------------------------------------------- */

static void unlist(struct state *s)
{
    s->touched = s->first_dirty = s->last_dirty = NONE;
    memset(s->of_kind, 0xff, sizeof s->of_kind);
}

struct state *state_new(struct state_backing backing)
{
    struct state *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->backing = backing;
    s->hash = idhash_seeded(chance_seed());
    unlist(s);
    return s;
}

void state_clear(struct state *s)
{
    free(s->slots);
    free(s->entries);
    free(s->longs.list);
    s->slots = NULL;
    s->entries = NULL;
    s->longs = (struct long_values){0};
    s->count = s->cap = 0;
    unlist(s);
}

void state_free(struct state *s)
{
    if (s)
        state_clear(s);
    free(s);
}

static uint64_t hash_of(const struct state *s, uint8_t kind, const uint8_t id[STATE_ID_LEN])
{
    return idhash(&s->hash, id) + kind;
}

static size_t first_slot(const struct state *s, uint64_t hash)
{
    return hash & (2 * (size_t)s->cap - 1);
}

static size_t next_slot(const struct state *s, size_t slot)
{
    return (slot + 1) & (2 * (size_t)s->cap - 1);
}

static uint32_t piece_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static bool is_of(const struct entry *e, const struct state_key *key)
{
    uint64_t a[STATE_ID_LEN / 8], b[STATE_ID_LEN / 8]; /* faster than a call of memcmp */
    memcpy(a, e->id, sizeof a);
    memcpy(b, key->id, sizeof b);
    return e->kind == key->kind &&
           ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3])) == 0;
}

/* The key's entry, or NULL. */
static struct entry *find(const struct state *s, const struct state_key *key, uint64_t hash)
{
    if (!s->cap)
        return NULL;
    for (size_t i = first_slot(s, hash); s->slots[i].entry != NONE; i = next_slot(s, i))
        if (s->slots[i].hash == piece_of(hash) && is_of(&s->entries[s->slots[i].entry], key))
            return &s->entries[s->slots[i].entry];
    return NULL;
}

void state_prefetch(const struct state *s, const struct state_key *key, enum state_step step)
{
    if (!s->cap)
        return;
    const struct slot *slot = &s->slots[first_slot(s, hash_of(s, key->kind, key->id))];
    if (step == STATE_PLACE) {
        __builtin_prefetch(slot);
    } else if (slot->entry != NONE) {
        __builtin_prefetch(&s->entries[slot->entry], 1);
        __builtin_prefetch(&s->entries[slot->entry].before, 1);
    }
}

static void put_slot(struct state *s, uint32_t number, uint64_t hash)
{
    size_t i = first_slot(s, hash);
    while (s->slots[i].entry != NONE)
        i = next_slot(s, i);
    s->slots[i] = (struct slot){piece_of(hash), number};
}

/* Makes space for twice as many entries. 0, or -1: no memory, nothing changed. */
static int grow(struct state *s)
{
    size_t cap = s->cap ? 2 * (size_t)s->cap : FIRST_CAP;
    struct slot *slots = cap < NONE ? large_alloc(2 * cap * sizeof *slots) : NULL;
    struct entry *entries = slots ? large_alloc(cap * sizeof *entries) : NULL;
    if (!entries) {
        free(slots);
        return -1;
    }
    if (s->count)
        memcpy(entries, s->entries, s->count * sizeof *entries);
    memset(slots, 0xff, 2 * cap * sizeof *slots);
    free(s->slots);
    free(s->entries);
    s->slots = slots;
    s->entries = entries;
    s->cap = (uint32_t)cap;
    for (uint32_t i = 0; i < s->count; i++)
        put_slot(s, i, hash_of(s, entries[i].kind, entries[i].id));
    return 0;
}

/* --- Reading and writing ---------------------------------------------------------------------- */

static void list_by_kind(struct state *s, uint32_t number)
{
    uint8_t kind = s->entries[number].kind;
    if (s->of_kind[kind].first == NONE)
        s->of_kind[kind].first = number;
    else
        s->entries[s->of_kind[kind].last].next_of_kind = number;
    s->of_kind[kind].last = number;
}

/* The key's entry, loaded from the backing if the key is new; valid until another entry is added.
 * NULL and trouble. */
static struct entry *meet(struct state *s, const struct state_key *key, struct fault *f)
{
    uint64_t hash = hash_of(s, key->kind, key->id);
    struct entry *e = find(s, key, hash);
    struct state_value now;
    struct cell cell;
    now.len = 0;
    if (e)
        return e;
    if (s->backing.get && s->backing.get(s->backing.self, key, &now, f))
        return NULL;
    if ((s->count == s->cap && grow(s)) || cell_fill(&s->longs, &cell, &now)) {
        fault_memory(f);
        return NULL;
    }
    e = &s->entries[s->count];
    *e = (struct entry){.now = cell, .kind = key->kind, .next_of_kind = NONE};
    memcpy(e->id, key->id, STATE_ID_LEN);
    list_by_kind(s, s->count);
    put_slot(s, s->count++, hash);
    return e;
}

int state_get(struct state *s, const struct state_key *key, struct state_value *value,
              struct fault *f)
{
    struct entry *e = find(s, key, hash_of(s, key->kind, key->id));
    if (!e && s->backing.get && s->count >= MET_MAX)
        return s->backing.get(s->backing.self, key, value, f);
    if (!e)
        e = meet(s, key, f);
    if (!e)
        return -1;
    cell_read(&s->longs, &e->now, value);
    return 0;
}

static uint32_t number_of(const struct state *s, const struct entry *e)
{
    return (uint32_t)(e - s->entries);
}

static void make_dirty(struct state *s, struct entry *e)
{
    if (e->dirty)
        return;
    e->dirty = true;
    e->next_dirty = NONE;
    if (s->last_dirty != NONE)
        s->entries[s->last_dirty].next_dirty = number_of(s, e);
    else
        s->first_dirty = number_of(s, e);
    s->last_dirty = number_of(s, e);
}

int state_put(struct state *s, const struct state_key *key, const struct state_value *value,
              struct fault *f)
{
    struct entry *e = meet(s, key, f);
    struct cell now;
    if (!e)
        return -1;
    if (cell_fill(&s->longs, &now, value))
        return fault_memory(f);
    if (e->epoch != s->epoch) {
        e->epoch = s->epoch;
        cell_free(&s->longs, &e->before);
        e->before = e->now;
        e->touched = s->touched;
        s->touched = number_of(s, e);
    } else {
        cell_free(&s->longs, &e->now);
    }
    e->now = now;
    make_dirty(s, e);
    return 0;
}

void state_begin(struct state *s)
{
    s->epoch++;
    s->touched = NONE;
}

/* The next entry that the open journal has changed, or NULL. */
static struct entry *next_touched(struct state *s, const struct entry *e)
{
    uint32_t next = e ? e->touched : s->touched;
    return next == NONE ? NULL : &s->entries[next];
}

void state_rollback(struct state *s)
{
    for (struct entry *e = NULL; (e = next_touched(s, e));) {
        cell_free(&s->longs, &e->now);
        e->now = e->before;
        e->before.len = 0;
    }
    s->touched = NONE;
    s->epoch++;
}

/* --- Journals --------------------------------------------------------------------------------- */

int state_commit(struct state *s, struct buf *out, struct fault *f)
{
    for (struct entry *e = NULL; (e = next_touched(s, e));) {
        struct change c = {.key.kind = e->kind};
        memcpy(c.key.id, e->id, STATE_ID_LEN);
        cell_read(&s->longs, &e->before, &c.old);
        cell_read(&s->longs, &e->now, &c.new);
        if (journal_add(out, &c, f))
            return -1;
    }
    s->touched = NONE;
    s->epoch++;
    return 0;
}

static int replay(struct state *s, const void *journal, size_t n, bool redo, struct fault *f)
{
    const uint8_t *p = journal, *end = n ? p + n : p; /* NULL for a block that changed nothing */
    struct change c;
    int got;
    while ((got = journal_next(&p, end, &c, f)) > 0) {
        struct entry *e = meet(s, &c.key, f);
        struct cell now;
        if (!e)
            return -1;
        if (cell_fill(&s->longs, &now, redo ? &c.new : &c.old))
            return fault_memory(f);
        cell_free(&s->longs, &e->now);
        e->now = now;
        make_dirty(s, e);
    }
    return got;
}

int state_undo(struct state *s, const void *journal, size_t n, struct fault *f)
{
    return replay(s, journal, n, false, f);
}

int state_redo(struct state *s, const void *journal, size_t n, struct fault *f)
{
    return replay(s, journal, n, true, f);
}

/* --- Walks ------------------------------------------------------------------------------------ */

static int show(const struct state *s, const struct entry *e, state_visit *visit, void *self,
                struct fault *f)
{
    struct state_key key = {.kind = e->kind};
    struct state_value value;
    memcpy(key.id, e->id, STATE_ID_LEN);
    cell_read(&s->longs, &e->now, &value);
    return visit(self, &key, &value, f);
}

int state_flush(struct state *s, state_visit *visit, void *self, struct fault *f)
{
    while (s->first_dirty != NONE) {
        struct entry *e = &s->entries[s->first_dirty];
        int result = show(s, e, visit, self, f);
        if (result)
            return result;
        s->first_dirty = e->next_dirty;
        if (s->first_dirty == NONE)
            s->last_dirty = NONE;
        e->dirty = false;
    }
    return 0;
}

int state_loaded(struct state *s, uint8_t kind, state_visit *visit, void *self, struct fault *f)
{
    int result = 0;
    for (uint32_t i = s->of_kind[kind].first; i != NONE && !result; i = s->entries[i].next_of_kind)
        result = show(s, &s->entries[i], visit, self, f);
    return result;
}

const struct state_backing *state_below(const struct state *s)
{
    return &s->backing;
}
