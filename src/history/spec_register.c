/* A register with or without compare-and-swap: the state is its value, nil at first. */
#include "history/spec.h"

enum { IS, IS_NOT, SET, SWAP };

static int move_of(struct spec_run *r, const struct op *o, struct op_move *m)
{
    *m = (struct op_move){.a = o->arguments[0], .b = o->arguments[1]};
    if (o->name == OP_READ) {
        m->verb = IS;
        m->pure = true;
        m->a = o->end == OP_OK ? r->history->pool[o->result] : OP_NIL;
        return o->end == OP_OK ? SPEC_MOVE : SPEC_NOTHING;
    }
    if (o->name == OP_CAS && o->end == OP_FAIL) {
        m->verb = IS_NOT;
        m->pure = true;
        return SPEC_MOVE;
    }
    if (o->end == OP_FAIL || o->end == OP_REFUSE)
        return SPEC_NOTHING;
    m->verb = o->name == OP_CAS ? SWAP : SET;
    m->blind = o->name == OP_WRITE;
    m->pure = o->name == OP_CAS && m->a == m->b;
    return SPEC_MOVE;
}

static int step(struct spec_run *r, const struct op_move *m, uint32_t state, uint32_t *next)
{
    (void)r;
    *next = state;
    switch (m->verb) {
    case IS:
        return state == m->a;
    case IS_NOT:
        return state != m->a;
    case SET:
        *next = m->a;
        return SPEC_LEGAL;
    default:
        *next = m->b;
        return state == m->a;
    }
}

static int show(struct spec_run *r, uint32_t state, struct buf *out)
{
    return op_value_format(r->history, state, out);
}

const struct spec spec_register = {move_of, step, show};
