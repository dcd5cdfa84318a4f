#include "state/state.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* Keys that are only read are met up to so many: whoever asks for ever new ones fills no memory. */
enum { MET_MAX = 1 << 17 };

struct entry {
    struct state_key key;
    struct state_value now, before; /* before: at the open journal's begin, if epoch is its */
    uint64_t epoch;
    bool dirty;
    struct entry *touched;    /* the next entry in the open journal */
    struct entry *next_dirty; /* the one that became dirty after this */
    UT_hash_handle hh;
};

struct state {
    struct state_backing backing;
    struct entry *entries;
    struct entry *touched; /* what the open journal has changed, last first */
    struct entry *first_dirty, *last_dirty;
    uint64_t epoch; /* of the open journal */
};

struct state *state_new(struct state_backing backing)
{
    struct state *s = calloc(1, sizeof *s);
    if (s)
        s->backing = backing;
    return s;
}

void state_clear(struct state *s)
{
    struct entry *e, *next;
    HASH_ITER(hh, s->entries, e, next)
    {
        HASH_DEL(s->entries, e);
        free(e);
    }
    s->touched = s->first_dirty = s->last_dirty = NULL;
}

void state_free(struct state *s)
{
    if (s)
        state_clear(s);
    free(s);
}

/* The key's entry, made from the backing where the key is new; NULL and trouble. */
static struct entry *meet(struct state *s, const struct state_key *key, struct fault *f)
{
    struct entry *e;
    HASH_FIND(hh, s->entries, key, sizeof *key, e);
    if (e)
        return e;
    e = calloc(1, sizeof *e);
    if (!e) {
        fault_memory(f);
        return NULL;
    }
    e->key = *key;
    if (s->backing.get && s->backing.get(s->backing.self, key, &e->now, f)) {
        free(e);
        return NULL;
    }
    HASH_ADD(hh, s->entries, key, sizeof e->key, e);
    if (!e->hh.tbl) {
        free(e);
        fault_memory(f);
        return NULL;
    }
    return e;
}

int state_get(struct state *s, const struct state_key *key, struct state_value *value,
              struct fault *f)
{
    struct entry *e;
    HASH_FIND(hh, s->entries, key, sizeof *key, e);
    if (!e && s->backing.get && HASH_COUNT(s->entries) >= MET_MAX)
        return s->backing.get(s->backing.self, key, value, f);
    if (!e)
        e = meet(s, key, f);
    if (!e)
        return -1;
    *value = e->now;
    return 0;
}

static void make_dirty(struct state *s, struct entry *e)
{
    if (e->dirty)
        return;
    e->dirty = true;
    e->next_dirty = NULL;
    if (s->last_dirty)
        s->last_dirty->next_dirty = e;
    else
        s->first_dirty = e;
    s->last_dirty = e;
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
        s->touched = e;
    }
    e->now = *value;
    make_dirty(s, e);
    return 0;
}

void state_begin(struct state *s)
{
    s->epoch++;
    s->touched = NULL;
}

void state_rollback(struct state *s)
{
    for (struct entry *e = s->touched; e; e = e->touched)
        e->now = e->before;
    s->touched = NULL;
    s->epoch++;
}

/* A journal is, for every key changed: kind, id, length and bytes of the old value, of the new one.
 */
static int journal_value(struct buf *out, const struct state_value *v)
{
    return buf_add(out, v, (size_t)v->len + 1);
}

int state_commit(struct state *s, struct buf *out, struct fault *f)
{
    for (struct entry *e = s->touched; e; e = e->touched)
        if (buf_add(out, &e->key, sizeof e->key) || journal_value(out, &e->before) ||
            journal_value(out, &e->now))
            return fault_memory(f);
    s->touched = NULL;
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

/* Reads the change at *p and moves *p behind it. 0, or -1 and a fault. */
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
    const uint8_t *p = journal, *end = n ? p + n : p; /* of a block that changed nothing: NULL */
    while (p < end) {
        struct change c;
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

static int each_dirty(struct state *s,
                      int (*each)(void *self, const struct state_key *key,
                                  const struct state_value *value, struct fault *f),
                      void *self, struct fault *f)
{
    for (struct entry *e; (e = s->first_dirty); e->dirty = false) {
        if (each(self, &e->key, &e->now, f))
            return -1;
        s->first_dirty = e->next_dirty;
        if (!s->first_dirty)
            s->last_dirty = NULL;
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
    for (struct entry *e = s->entries; e; e = e->hh.next)
        if (each(self, &e->key, &e->now, f))
            return -1;
    return 0;
}
