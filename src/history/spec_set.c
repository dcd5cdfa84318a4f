/* A set: the state is the ascending sequence of its values' numbers. */
#include "history/spec.h"

#include <stdlib.h>

enum { IS, ADD, REMOVE, HAS, LACKS };

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The set of these values, at least one, which may be given several times. */
static uint32_t set_of(struct spec_run *r, const uint32_t *values, uint32_t n)
{
    uint32_t set = SEQUENCE_EMPTY;
    r->scratch.len = 0;
    if (buf_add(&r->scratch, values, n * sizeof *values))
        return SEQUENCE_NONE;
    uint32_t *sorted = (uint32_t *)(void *)r->scratch.data;
    qsort(sorted, n, sizeof *sorted, compare);
    for (uint32_t i = 0; i < n && set != SEQUENCE_NONE; i++)
        if (i == 0 || sorted[i] != sorted[i - 1])
            set = sequences_push(&r->sequences, set, sorted[i]);
    return set;
}

static int move_of(struct spec_run *r, const struct op *o, struct op_move *m)
{
    *m = (struct op_move){.a = o->arguments[0]};
    if (o->end == OP_FAIL || o->end == OP_REFUSE)
        return SPEC_NOTHING;
    m->verb = o->name == OP_ADD ? ADD : REMOVE;
    if (o->name == OP_ADD || o->name == OP_REMOVE)
        return SPEC_MOVE;
    if (o->end != OP_OK)
        return SPEC_NOTHING;
    m->pure = true;
    if (o->name == OP_READ) {
        m->verb = IS;
        m->a = o->results ? set_of(r, r->history->pool + o->result, o->results) : SEQUENCE_EMPTY;
        return m->a == SEQUENCE_NONE ? SPEC_NO_MEMORY : SPEC_MOVE;
    }
    size_t n;
    uint32_t result = r->history->pool[o->result];
    m->verb = op_words_text(&r->history->values, result - 1, &n)[0] == 't' ? HAS : LACKS;
    return SPEC_MOVE;
}

/* The largest beginning of the set whose values are all below this one; *found: whether the next
 * one is it. */
static uint32_t below(const struct sequences *s, uint32_t set, uint32_t value, bool *found)
{
    *found = false;
    while (set && sequences_last(s, set) >= value) {
        *found = sequences_last(s, set) == value;
        set = sequences_parent(s, set);
    }
    return set;
}

/* The set with or without the value, which it lacks or has. */
static uint32_t change(struct spec_run *r, uint32_t set, uint32_t value, bool has)
{
    bool found;
    uint32_t next = below(&r->sequences, set, value, &found);
    r->scratch.len = 0;
    for (uint32_t s = set; s != next; s = sequences_parent(&r->sequences, s)) {
        uint32_t item = sequences_last(&r->sequences, s);
        if (item != value && buf_add(&r->scratch, &item, sizeof item))
            return SEQUENCE_NONE;
    }
    if (has)
        next = sequences_push(&r->sequences, next, value);
    const uint32_t *items = (const uint32_t *)(const void *)r->scratch.data;
    for (size_t i = r->scratch.len / sizeof *items; i > 0 && next != SEQUENCE_NONE; i--)
        next = sequences_push(&r->sequences, next, items[i - 1]);
    return next;
}

static int add_or_remove(struct spec_run *r, const struct op_move *m, uint32_t state,
                         uint32_t *next)
{
    bool found;
    uint32_t label = m->a * 2 + (m->verb == ADD);
    *next = sequences_recall(&r->sequences, state, label);
    if (*next != SEQUENCE_NONE)
        return SPEC_LEGAL;
    *next = state;
    below(&r->sequences, state, m->a, &found);
    if (found != (m->verb == ADD))
        *next = change(r, state, m->a, m->verb == ADD);
    if (*next == SEQUENCE_NONE || sequences_remember(&r->sequences, state, label, *next))
        return SPEC_NO_MEMORY;
    return SPEC_LEGAL;
}

static int step(struct spec_run *r, const struct op_move *m, uint32_t state, uint32_t *next)
{
    bool found;
    *next = state;
    if (m->verb == IS)
        return state == m->a;
    if (m->verb == ADD || m->verb == REMOVE)
        return add_or_remove(r, m, state, next);
    below(&r->sequences, state, m->a, &found);
    return found == (m->verb == HAS);
}

static int show(struct spec_run *r, uint32_t state, struct buf *out)
{
    r->scratch.len = 0;
    if (sequences_items(&r->sequences, state, &r->scratch) || buf_add(out, "{", 1))
        return -1;
    const uint32_t *items = (const uint32_t *)(const void *)r->scratch.data;
    size_t n = r->scratch.len / sizeof *items;
    for (size_t i = n; i > 0; i--)
        if ((i < n && buf_add(out, " ", 1)) || op_value_format(r->history, items[i - 1], out))
            return -1;
    return buf_add(out, "}", 1);
}

const struct spec spec_set = {move_of, step, show};
