#include "state/state.h"

#include "base/idhash.h"
#include "base/large.h"

#include <stdlib.h>
#include <string.h>

/* The most keys that are kept if they are only read, so that lookups of ever new keys do not fill
 * memory. */
enum { MET_MAX = 1 << 17, FIRST_CAP = 64 };

/* Marks the absence of an entry. */
#define NONE UINT32_MAX

/* Two lines of the processor's cache; what lookups read is in the first. */
struct entry {
    uint8_t id[STATE_ID_LEN];
    struct state_value now;
    struct state_value
        before; /* at the beginning of the open journal, if epoch is that journal's */
    uint64_t epoch;
    uint32_t touched;    /* the next entry in the open journal */
    uint32_t next_dirty; /* the entry that became dirty after this one */
    uint8_t kind;
    bool dirty;
    uint8_t unused[14]; /* padding to the end of the cache line */
};

/* The number of a key's entry, with a part of the key's hash. */
struct slot {
    uint32_t hash, entry; /* entry NONE: the slot is free */
};

/* A hash table with open addressing, at least half of whose slots are free, over entries in the
 * order in which they were added. */
struct state {
    struct state_backing backing;
    struct slot *slots;
    struct entry *entries;
    uint32_t count, cap; /* of entries; there are twice as many slots as cap */
    uint32_t touched;    /* the entries that the open journal has changed, last first */
    uint32_t first_dirty, last_dirty; /* NONE: nothing is dirty */
    uint64_t epoch;                   /* of the open journal */
    struct idhash hash;
};

/* --- The table -------------------------------------------------------------------------------- */

static void unlist(struct state *s)
{
    s->touched = s->first_dirty = s->last_dirty = NONE;
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
    s->slots = NULL;
    s->entries = NULL;
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

/* The key's entry, loaded from the backing if the key is new; valid until another entry is added.
 * NULL and trouble. */
static struct entry *meet(struct state *s, const struct state_key *key, struct fault *f)
{
    uint64_t hash = hash_of(s, key->kind, key->id);
    struct entry *e = find(s, key, hash);
    struct state_value now = {0};
    if (e)
        return e;
    if (s->backing.get && s->backing.get(s->backing.self, key, &now, f))
        return NULL;
    if (s->count == s->cap && grow(s)) {
        fault_memory(f);
        return NULL;
    }
    e = &s->entries[s->count];
    *e = (struct entry){.now = now, .kind = key->kind};
    memcpy(e->id, key->id, STATE_ID_LEN);
    put_slot(s, s->count++, hash);
    return e;
}

/* --- Reading and writing ---------------------------------------------------------------------- */

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
    *value = e->now;
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
    if (!e)
        return -1;
    if (e->epoch != s->epoch) {
        e->epoch = s->epoch;
        e->before = e->now;
        e->touched = s->touched;
        s->touched = number_of(s, e);
    }
    e->now = *value;
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
    for (struct entry *e = NULL; (e = next_touched(s, e));)
        e->now = e->before;
    s->touched = NONE;
    s->epoch++;
}

/* --- Journals --------------------------------------------------------------------------------- */

/* A journal holds, for every key changed: kind, id, length and bytes of the old value, length and
 * bytes of the new one. */
static size_t put_change(const struct entry *e, char *out)
{
    const struct state_value *values[2] = {&e->before, &e->now};
    char *end = out;
    *end++ = (char)e->kind;
    memcpy(end, e->id, STATE_ID_LEN);
    end += STATE_ID_LEN;
    for (int i = 0; i < 2; i++) {
        memcpy(end, values[i], sizeof *values[i]); /* the bytes after its length are overwritten */
        end += 1 + values[i]->len;
    }
    return (size_t)(end - out);
}

int state_commit(struct state *s, struct buf *out, struct fault *f)
{
    const size_t most = sizeof(struct state_key) + 2 * sizeof(struct state_value);
    for (struct entry *e = NULL; (e = next_touched(s, e));) {
        if (buf_reserve(out, most))
            return fault_memory(f);
        out->len += put_change(e, out->data + out->len);
    }
    s->touched = NONE;
    s->epoch++;
    return 0;
}

static int read_value(const uint8_t **p, const uint8_t *end, struct state_value *v)
{
    if (*p == end || **p > STATE_VALUE_MAX || end - *p < 1 + **p)
        return -1;
    *v = (struct state_value){.len = **p};
    memcpy(v->bytes, *p + 1, v->len);
    *p += 1 + v->len;
    return 0;
}

struct change {
    struct state_key key;
    struct state_value old, new;
};

/* Reads the change at *p and moves *p past it. 0, or -1 and a fault. */
static int read_change(const uint8_t **p, const uint8_t *end, struct change *c, struct fault *f)
{
    if ((size_t)(end - *p) < sizeof c->key)
        return fault_trouble(f, "journal is cut short");
    memcpy(&c->key, *p, sizeof c->key);
    *p += sizeof c->key;
    if (read_value(p, end, &c->old) || read_value(p, end, &c->new))
        return fault_trouble(f, "journal is broken");
    return 0;
}

int state_journal_find(const void *journal, size_t n, const struct state_key *key,
                       struct state_value *before, struct state_value *after, struct fault *f)
{
    const uint8_t *p = journal, *end = n ? p + n : p;
    while (p < end) {
        struct change c;
        if (read_change(&p, end, &c, f))
            return -1;
        if (memcmp(&c.key, key, sizeof *key))
            continue;
        *before = c.old;
        *after = c.new;
        return 1;
    }
    return 0;
}

static int replay(struct state *s, const void *journal, size_t n, bool redo, struct fault *f)
{
    const uint8_t *p = journal, *end = n ? p + n : p; /* NULL for a block that changed nothing */
    while (p < end) {
        struct change c = {0};
        if (read_change(&p, end, &c, f))
            return -1;
        struct entry *e = meet(s, &c.key, f);
        if (!e)
            return -1;
        e->now = redo ? c.new : c.old;
        make_dirty(s, e);
    }
    return 0;
}

int state_undo(struct state *s, const void *journal, size_t n, struct fault *f)
{
    return replay(s, journal, n, false, f);
}

int state_redo(struct state *s, const void *journal, size_t n, struct fault *f)
{
    return replay(s, journal, n, true, f);
}

typedef int each_entry(void *self, const struct state_key *key, const struct state_value *value,
                       struct fault *f);

static int tell(const struct entry *e, each_entry *each, void *self, struct fault *f)
{
    struct state_key key = {.kind = e->kind};
    memcpy(key.id, e->id, STATE_ID_LEN);
    return each(self, &key, &e->now, f);
}

static int each_dirty(struct state *s, each_entry *each, void *self, struct fault *f)
{
    while (s->first_dirty != NONE) {
        struct entry *e = &s->entries[s->first_dirty];
        if (tell(e, each, self, f))
            return -1;
        s->first_dirty = e->next_dirty;
        if (s->first_dirty == NONE)
            s->last_dirty = NONE;
        e->dirty = false;
    }
    return 0;
}

int state_each(struct state *s, bool dirty,
               int (*each)(void *self, const struct state_key *key, const struct state_value *value,
                           struct fault *f),
               void *self, struct fault *f)
{
    if (dirty)
        return each_dirty(s, each, self, f);
    for (uint32_t i = 0; i < s->count; i++)
        if (tell(&s->entries[i], each, self, f))
            return -1;
    return 0;
}
