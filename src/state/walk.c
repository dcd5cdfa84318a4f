/* Walks over all keys of a kind: those that are loaded and those that only the backing has. */
#include "state/state.h"

#include <stdlib.h>
#include <string.h>

struct walk {
    struct state *s;
    uint8_t kind;
    struct buf loaded; /* the ids of loaded keys, sorted */
    size_t at;         /* the offset of the first that has not been visited */
    state_visit *visit;
    void *self;
};

static int add_id(void *self, const struct state_key *key, const struct state_value *value,
                  struct fault *f)
{
    (void)value;
    return buf_add(self, key->id, STATE_ID_LEN) ? fault_memory(f) : 0;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, STATE_ID_LEN);
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
    while (w->at < w->loaded.len) {
        int order = memcmp(w->loaded.data + w->at, key->id, STATE_ID_LEN);
        if (order > 0)
            break;
        int result = visit_loaded(w, f);
        if (result || order == 0)
            return result;
    }
    return w->visit(w->self, key, value, f);
}

int state_walk(struct state *s, uint8_t kind, state_visit *visit, void *self, struct fault *f)
{
    struct walk w = {.s = s, .kind = kind, .visit = visit, .self = self};
    const struct state_backing *below = state_below(s);
    int result = state_loaded(s, kind, add_id, &w.loaded, f);
    if (w.loaded.len)
        qsort(w.loaded.data, w.loaded.len / STATE_ID_LEN, STATE_ID_LEN, by_id);
    if (!result && below->walk)
        result = below->walk(below->self, kind, visit_stored, &w, f);
    while (!result && w.at < w.loaded.len)
        result = visit_loaded(&w, f);
    buf_free(&w.loaded);
    return result;
}
