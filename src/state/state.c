#include "state/state.h"

#include "state/cell.h"
#include "state/journal.h"
#include "state/table.h"

#include <stdlib.h>
#include <string.h>

/* The most keys that are kept if they are only read, so that lookups of ever new keys do not fill
 * memory. */
enum { MET_MAX = 1 << 17, KINDS = 256 };

struct state {
    struct state_backing backing;
    struct state_table table;
    struct long_values longs;
    uint64_t epoch;   /* of the open journal */
    uint32_t touched; /* the entries that the open journal has changed, last first */
    uint32_t first_dirty, last_dirty; /* NO_ENTRY: nothing is dirty */
    struct {
        uint32_t first, last; /* NO_ENTRY: nothing is loaded */
    } of_kind[KINDS];
};

static void unlist(struct state *s)
{
    s->touched = s->first_dirty = s->last_dirty = NO_ENTRY;
    memset(s->of_kind, 0xff, sizeof s->of_kind);
}

struct state *state_new(struct state_backing backing)
{
    struct state *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->backing = backing;
    s->table.hash = idhash_seeded(chance_seed());
    unlist(s);
    return s;
}

void state_clear(struct state *s)
{
    table_clear(&s->table);
    free(s->longs.list);
    s->longs = (struct long_values){0};
    unlist(s);
}

void state_free(struct state *s)
{
    if (s)
        state_clear(s);
    free(s);
}

void state_prefetch(const struct state *s, const struct state_key *key, enum state_step step)
{
    table_prefetch(&s->table, key, step);
}

/* --- Reading and writing ---------------------------------------------------------------------- */

static uint32_t number_of(const struct state *s, const struct state_entry *e)
{
    return (uint32_t)(e - s->table.entries);
}

static void list_by_kind(struct state *s, struct state_entry *e)
{
    e->next_of_kind = NO_ENTRY;
    if (s->of_kind[e->kind].first == NO_ENTRY)
        s->of_kind[e->kind].first = number_of(s, e);
    else
        s->table.entries[s->of_kind[e->kind].last].next_of_kind = number_of(s, e);
    s->of_kind[e->kind].last = number_of(s, e);
}

/* The key's entry, loaded from the backing if the key is new; valid until another entry is added.
 * NULL and trouble. */
static struct state_entry *meet(struct state *s, const struct state_key *key, struct fault *f)
{
    uint64_t hash = table_hash(&s->table, key);
    struct state_entry *e = table_find(&s->table, key, hash);
    struct state_value now;
    struct cell cell;
    now.len = 0;
    if (e)
        return e;
    if (s->backing.get && s->backing.get(s->backing.self, key, &now, f))
        return NULL;
    if (cell_fill(&s->longs, &cell, &now) || !(e = table_add(&s->table, key, hash))) {
        fault_memory(f);
        return NULL;
    }
    e->now = cell;
    list_by_kind(s, e);
    return e;
}

int state_get(struct state *s, const struct state_key *key, struct state_value *value,
              struct fault *f)
{
    struct state_entry *e = table_find(&s->table, key, table_hash(&s->table, key));
    if (!e && s->backing.get && s->table.count >= MET_MAX)
        return s->backing.get(s->backing.self, key, value, f);
    if (!e)
        e = meet(s, key, f);
    if (!e)
        return -1;
    cell_read(&s->longs, &e->now, value);
    return 0;
}

static void make_dirty(struct state *s, struct state_entry *e)
{
    if (e->dirty)
        return;
    e->dirty = true;
    e->next_dirty = NO_ENTRY;
    if (s->last_dirty != NO_ENTRY)
        s->table.entries[s->last_dirty].next_dirty = number_of(s, e);
    else
        s->first_dirty = number_of(s, e);
    s->last_dirty = number_of(s, e);
}

int state_put(struct state *s, const struct state_key *key, const struct state_value *value,
              struct fault *f)
{
    struct state_entry *e = meet(s, key, f);
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
    s->touched = NO_ENTRY;
}

/* The next entry that the open journal has changed, or NULL. */
static struct state_entry *next_touched(struct state *s, const struct state_entry *e)
{
    uint32_t next = e ? e->touched : s->touched;
    return next == NO_ENTRY ? NULL : &s->table.entries[next];
}

void state_rollback(struct state *s)
{
    for (struct state_entry *e = NULL; (e = next_touched(s, e));) {
        cell_free(&s->longs, &e->now);
        e->now = e->before;
        e->before.len = 0;
    }
    s->touched = NO_ENTRY;
    s->epoch++;
}

/* --- Journals --------------------------------------------------------------------------------- */

int state_commit(struct state *s, struct buf *out, struct fault *f)
{
    struct change c;
    for (struct state_entry *e = NULL; (e = next_touched(s, e));) {
        c.key.kind = e->kind;
        memcpy(c.key.id, e->id, STATE_ID_LEN);
        cell_read(&s->longs, &e->before, &c.old);
        cell_read(&s->longs, &e->now, &c.new);
        if (journal_add(out, &c, f))
            return -1;
    }
    s->touched = NO_ENTRY;
    s->epoch++;
    return 0;
}

static int replay(struct state *s, const void *journal, size_t n, bool redo, struct fault *f)
{
    const uint8_t *p = journal, *end = n ? p + n : p; /* NULL for a block that changed nothing */
    struct change c;
    int got;
    while ((got = journal_next(&p, end, &c, f)) > 0) {
        struct state_entry *e = meet(s, &c.key, f);
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

static int show(const struct state *s, const struct state_entry *e, state_visit *visit, void *self,
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
    while (s->first_dirty != NO_ENTRY) {
        struct state_entry *e = &s->table.entries[s->first_dirty];
        int result = show(s, e, visit, self, f);
        if (result)
            return result;
        s->first_dirty = e->next_dirty;
        if (s->first_dirty == NO_ENTRY)
            s->last_dirty = NO_ENTRY;
        e->dirty = false;
    }
    return 0;
}

int state_loaded(struct state *s, uint8_t kind, state_visit *visit, void *self, struct fault *f)
{
    int result = 0;
    for (uint32_t i = s->of_kind[kind].first; i != NO_ENTRY && !result;
         i = s->table.entries[i].next_of_kind)
        result = show(s, &s->table.entries[i], visit, self, f);
    return result;
}

const struct state_backing *state_below(const struct state *s)
{
    return &s->backing;
}
