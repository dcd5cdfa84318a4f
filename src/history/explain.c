#include "history/ops.h"

static int add_lines(const struct op *o, struct buf *out)
{
    return buf_add_string(out, " (lines ") || buf_add_number(out, (long long)o->begin_line) ||
                   buf_add_string(out, " to ") || buf_add_number(out, (long long)o->end_line) ||
                   buf_add_string(out, ")")
               ? -1
               : 0;
}

/* What the object is when the order ends, in words. */
static int add_state(const struct op_history *h, const struct op_verdict *v, struct buf *out)
{
    size_t n;
    const char *key = op_words_text(&h->keys, h->ops[v->misfit].key, &n);
    if (!v->state.len)
        return 0;
    int failed = v->count == 0
                     ? buf_add_string(out, "; no operation can be ordered before it, and ")
                     : buf_add_string(out, "; after the ") ||
                           buf_add_number(out, (long long)v->count) ||
                           buf_add_string(out, v->count == 1 ? " operation" : " operations") ||
                           buf_add_string(out, " that can be ordered, ");
    failed = failed || buf_add(out, key, n) || buf_add_string(out, " is ") ||
             buf_add(out, v->state.data, v->state.len);
    return failed ? -1 : 0;
}

int op_verdict_explain(const struct op_history *h, const struct op_verdict *v, struct buf *out)
{
    const struct op *o = &h->ops[v->misfit];
    size_t n;
    const char *process = op_words_text(&h->processes, o->process, &n);
    bool answered = o->end == OP_OK;
    if (op_format(h, o, out) || buf_add_string(out, " by ") || buf_add(out, process, n) ||
        add_lines(o, out) ||
        (!answered && (buf_add_string(out, ", answered ") ||
                       buf_add_string(out, op_kind_words[o->end]) || buf_add(out, ",", 1))) ||
        buf_add_string(out, " fits nowhere") || add_state(h, v, out))
        return -1;
    return 0;
}

/* An operation of the order; place 0: it fits nowhere. */
static int add_place(const struct op_history *h, size_t place, size_t number, struct buf *out)
{
    const struct op *o = &h->ops[number];
    size_t n;
    const char *process = op_words_text(&h->processes, o->process, &n);
    int failed = place ? buf_add_number(out, (long long)place) : buf_add_string(out, "nowhere");
    failed = failed || buf_add(out, "\t", 1) || buf_add_number(out, (long long)o->begin_line) ||
             buf_add(out, "-", 1) ||
             (!op_is_open(o) && buf_add_number(out, (long long)o->end_line)) ||
             buf_add(out, "\t", 1) || buf_add(out, process, n) || buf_add(out, "\t", 1) ||
             op_format(h, o, out) || buf_add(out, "\n", 1);
    return failed ? -1 : 0;
}

int op_verdict_order(const struct op_history *h, const struct op_verdict *v, struct buf *out)
{
    for (size_t i = 0; i < v->count; i++)
        if (add_place(h, i + 1, v->order[i], out))
            return -1;
    return v->answer == OP_NO ? add_place(h, 0, v->misfit, out) : 0;
}
