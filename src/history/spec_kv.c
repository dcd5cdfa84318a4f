/* A string that is put, appended to and got: the state is the sequence of its bytes, none at
 * first. */
#include "history/spec.h"

enum { IS, SET, APPEND };

/* Labels of remembered appends: the value; bytes are the items of sequences themselves. */
static int add_bytes(struct spec_run *r, uint32_t value, uint32_t *state)
{
    size_t n = 0;
    const char *text = value ? op_words_text(&r->history->values, value - 1, &n) : "";
    for (size_t i = 0; i < n && *state != SEQUENCE_NONE; i++)
        *state = sequences_push(&r->sequences, *state, (unsigned char)text[i]);
    return *state == SEQUENCE_NONE ? -1 : 0;
}

static int move_of(struct spec_run *r, const struct op *o, struct op_move *m)
{
    *m = (struct op_move){.verb = APPEND, .a = o->arguments[0]};
    if (o->end == OP_FAIL || o->end == OP_REFUSE || (o->name == OP_GET && o->end != OP_OK))
        return SPEC_NOTHING;
    if (o->name == OP_APPEND)
        return SPEC_MOVE;
    m->verb = o->name == OP_GET ? IS : SET;
    m->pure = o->name == OP_GET;
    m->blind = o->name == OP_PUT;
    m->a = SEQUENCE_EMPTY;
    uint32_t value = o->name == OP_GET ? r->history->pool[o->result] : o->arguments[0];
    return add_bytes(r, value, &m->a) ? SPEC_NO_MEMORY : SPEC_MOVE;
}

static int append(struct spec_run *r, const struct op_move *m, uint32_t state, uint32_t *next)
{
    *next = sequences_recall(&r->sequences, state, m->a);
    if (*next != SEQUENCE_NONE)
        return SPEC_LEGAL;
    *next = state;
    if (add_bytes(r, m->a, next) || sequences_remember(&r->sequences, state, m->a, *next))
        return SPEC_NO_MEMORY;
    return SPEC_LEGAL;
}

static int step(struct spec_run *r, const struct op_move *m, uint32_t state, uint32_t *next)
{
    if (m->verb == APPEND)
        return append(r, m, state, next);
    *next = m->a;
    return m->verb == SET || state == m->a;
}

static int show(struct spec_run *r, uint32_t state, struct buf *out)
{
    struct buf text = {0};
    int failed = -1;
    r->scratch.len = 0;
    if (sequences_items(&r->sequences, state, &r->scratch))
        return -1;
    size_t n = r->scratch.len / sizeof(uint32_t);
    const uint32_t *items = (const uint32_t *)(const void *)r->scratch.data;
    if (buf_reserve(&text, n + 1) == 0) {
        for (size_t i = n; i > 0; i--)
            text.data[text.len++] = (char)items[i - 1];
        failed = op_text_format(&(struct op_text){text.data, text.len}, out);
    }
    buf_free(&text);
    return failed;
}

const struct spec spec_kv = {move_of, step, show};
