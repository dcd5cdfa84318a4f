/* Walks over all keys of a kind: those that are loaded and those that only the backing has. */
#include "state/state.h"

#include <stdlib.h>
#include <string.h>

/* Most walks that end early, end within so many: the others are not sorted then. */
enum { FIRST = 2048 };

struct walk {
    struct state *s;
    uint8_t kind;
    struct buf loaded; /* the ids of loaded keys, sorted: the first ones, and then all others */
    size_t at;         /* the offset of the first that has not been visited */
    size_t more;       /* how many others there are */
    uint8_t last[STATE_ID_LEN]; /* of the first ones */
    state_visit *visit;
    void *self;
};

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, STATE_ID_LEN);
}

/* The i-th of the heap, whose top is the highest id. */
static uint8_t *heap_at(const struct walk *w, size_t i)
{
    return (uint8_t *)w->loaded.data + i * STATE_ID_LEN;
}

/* Puts an id where the i-th was, or below. */
static void sift(const struct walk *w, size_t i, const uint8_t id[STATE_ID_LEN])
{
    for (size_t child; (child = 2 * i + 1) < FIRST; i = child) {
        if (child + 1 < FIRST && by_id(heap_at(w, child + 1), heap_at(w, child)) > 0)
            child++;
        if (by_id(heap_at(w, child), id) <= 0)
            break;
        memcpy(heap_at(w, i), heap_at(w, child), STATE_ID_LEN);
    }
    memcpy(heap_at(w, i), id, STATE_ID_LEN);
}

static void make_heap(const struct walk *w)
{
    uint8_t id[STATE_ID_LEN];
    for (size_t i = FIRST / 2; i-- > 0;) {
        memcpy(id, heap_at(w, i), STATE_ID_LEN);
        sift(w, i, id);
    }
}

/* Keeps the lowest ids. */
static int add_first(void *self, const struct state_key *key, const struct state_value *value,
                     struct fault *f)
{
    struct walk *w = self;
    (void)value;
    if (w->loaded.len == (size_t)FIRST * STATE_ID_LEN) {
        w->more++;
        if (by_id(key->id, heap_at(w, 0)) < 0)
            sift(w, 0, key->id);
        return 0;
    }
    if (buf_add(&w->loaded, key->id, STATE_ID_LEN))
        return fault_memory(f);
    if (w->loaded.len == (size_t)FIRST * STATE_ID_LEN)
        make_heap(w);
    return 0;
}

static int add_other(void *self, const struct state_key *key, const struct state_value *value,
                     struct fault *f)
{
    struct walk *w = self;
    (void)value;
    if (by_id(key->id, w->last) <= 0)
        return 0;
    return buf_add(&w->loaded, key->id, STATE_ID_LEN) ? fault_memory(f) : 0;
}

static void sort(struct walk *w)
{
    if (w->loaded.len)
        qsort(w->loaded.data, w->loaded.len / STATE_ID_LEN, STATE_ID_LEN, by_id);
}

/* Whether a loaded key has not been visited: 1 or 0, -1 and trouble. */
static int has_loaded(struct walk *w, struct fault *f)
{
    if (w->at < w->loaded.len || !w->more)
        return w->at < w->loaded.len;
    memcpy(w->last, w->loaded.data + w->loaded.len - STATE_ID_LEN, STATE_ID_LEN);
    w->loaded.len = w->at = w->more = 0;
    if (state_loaded(w->s, w->kind, add_other, w, f))
        return -1;
    sort(w);
    return w->loaded.len > 0;
}

/* Visits the next loaded key, if it has a value. */
static int visit_loaded(struct walk *w, struct fault *f)
{
    struct state_key key = {.kind = w->kind};
    struct state_value value;
    memcpy(key.id, w->loaded.data + w->at, STATE_ID_LEN);
    w->at += STATE_ID_LEN;
    if (state_get(w->s, &key, &value, f))
        return -1;
    return value.len ? w->visit(w->self, &key, &value, f) : 0;
}

/* Visits a key of the backing, after the loaded ones that come before it. If it is loaded itself,
 * what the backing has is out of date. */
static int visit_stored(void *self, const struct state_key *key, const struct state_value *value,
                        struct fault *f)
{
    struct walk *w = self;
    int has;
    while ((has = has_loaded(w, f)) > 0) {
        int order = memcmp(w->loaded.data + w->at, key->id, STATE_ID_LEN);
        if (order > 0)
            break;
        int result = visit_loaded(w, f);
        if (result || order == 0)
            return result;
    }
    return has < 0 ? -1 : w->visit(w->self, key, value, f);
}

int state_walk(struct state *s, uint8_t kind, state_visit *visit, void *self, struct fault *f)
{
    struct walk w = {.s = s, .kind = kind, .visit = visit, .self = self};
    const struct state_backing *below = state_below(s);
    int has, result = state_loaded(s, kind, add_first, &w, f);
    sort(&w);
    if (!result && below->walk)
        result = below->walk(below->self, kind, visit_stored, &w, f);
    while (!result && (has = has_loaded(&w, f)) != 0)
        result = has < 0 ? -1 : visit_loaded(&w, f);
    buf_free(&w.loaded);
    return result;
}
