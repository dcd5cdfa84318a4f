/* A queue, first in, first out: the state is the sequence of its values, the oldest last, so that
 * taking it off is cheap. */
#include "history/spec.h"

enum { EMPTY, ENQUEUE, DEQUEUE, DEQUEUE_ANY };

static int move_of(struct spec_run *r, const struct op *o, struct op_move *m)
{
    *m = (struct op_move){.verb = ENQUEUE, .a = o->arguments[0]};
    if (o->end == OP_FAIL || o->end == OP_REFUSE)
        return SPEC_NOTHING;
    if (o->name == OP_ENQUEUE)
        return SPEC_MOVE;
    m->verb = DEQUEUE_ANY;
    if (o->end == OP_OK) {
        m->a = r->history->pool[o->result];
        m->pure = m->a == OP_NIL;
        m->verb = m->pure ? EMPTY : DEQUEUE;
    }
    return SPEC_MOVE;
}

static int enqueue(struct spec_run *r, uint32_t value, uint32_t state, uint32_t *next)
{
    *next = sequences_recall(&r->sequences, state, value);
    if (*next != SEQUENCE_NONE)
        return SPEC_LEGAL;
    r->scratch.len = 0;
    *next = sequences_push(&r->sequences, SEQUENCE_EMPTY, value);
    if (*next == SEQUENCE_NONE || sequences_items(&r->sequences, state, &r->scratch))
        return SPEC_NO_MEMORY;
    size_t n = r->scratch.len / sizeof(uint32_t);
    const uint32_t *items = (const uint32_t *)(const void *)r->scratch.data;
    for (size_t i = n; i > 0 && *next != SEQUENCE_NONE; i--)
        *next = sequences_push(&r->sequences, *next, items[i - 1]);
    if (*next == SEQUENCE_NONE || sequences_remember(&r->sequences, state, value, *next))
        return SPEC_NO_MEMORY;
    return SPEC_LEGAL;
}

static int step(struct spec_run *r, const struct op_move *m, uint32_t state, uint32_t *next)
{
    *next = state;
    if (m->verb == EMPTY)
        return state == SEQUENCE_EMPTY;
    if (m->verb == ENQUEUE)
        return enqueue(r, m->a, state, next);
    if (state == SEQUENCE_EMPTY)
        return m->verb == DEQUEUE_ANY;
    *next = sequences_parent(&r->sequences, state);
    return m->verb == DEQUEUE_ANY || sequences_last(&r->sequences, state) == m->a;
}

static int show(struct spec_run *r, uint32_t state, struct buf *out)
{
    int failed = buf_add(out, "[", 1);
    for (uint32_t s = state; s && !failed; s = sequences_parent(&r->sequences, s))
        failed = (s != state && buf_add(out, " ", 1)) ||
                 op_value_format(r->history, sequences_last(&r->sequences, s), out);
    return failed || buf_add(out, "]", 1) ? -1 : 0;
}

const struct spec spec_queue = {move_of, step, show};
