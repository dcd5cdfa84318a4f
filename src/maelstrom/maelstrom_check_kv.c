#include "history/history.h"
#include "maelstrom/maelstrom_check.h"
#include "maelstrom/maelstrom_check_parts.h"
#include "maelstrom/maelstrom_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 200000000U  /* of the search for an order */
#define MEMORY_MAX (1U << 30) /* bytes of it */

/* An event of an operation: its beginning, or its end. */
struct event {
    const struct maelstrom_op *op;
    bool ends;
};

/* The events by their numbers, from 1: the caller frees them. */
static struct event *in_order(const struct maelstrom_history *h)
{
    struct event *list = calloc(h->events + 1, sizeof *list);
    for (size_t i = 0; list && i < h->count; i++) {
        list[h->list[i].began] = (struct event){&h->list[i], false};
        if (h->list[i].ended)
            list[h->list[i].ended] = (struct event){&h->list[i], true};
    }
    return list;
}

static struct op_text text_of(const struct buf *b)
{
    return (struct op_text){b->data, b->len};
}

/* The values of an event, as texts in b[2]: how many, or -1: no memory. */
static int values_of(const struct event *e, struct buf b[2], struct op_text out[2])
{
    const struct maelstrom_op *op = e->op;
    if (op->kind == MAELSTROM_READ) {
        bool answered = e->ends && op->status == MAELSTROM_OK;
        if (answered && !json_is_null(op->result) && maelstrom_value_format(op->result, &b[0]))
            return -1;
        out[0] = answered && !json_is_null(op->result) ? text_of(&b[0]) : (struct op_text){0};
        return answered;
    }
    int n = 0;
    if (op->kind == MAELSTROM_CAS && buf_add_number(&b[n++], op->from))
        return -1;
    if (buf_add_number(&b[n++], op->value))
        return -1;
    for (int i = 0; i < n; i++)
        out[i] = text_of(&b[i]);
    return n;
}

static int add_event(struct op_history *history, const struct event *e, struct fault *f)
{
    static const enum op_name names[] = {
        [MAELSTROM_READ] = OP_READ, [MAELSTROM_WRITE] = OP_WRITE, [MAELSTROM_CAS] = OP_CAS};
    struct buf b[4] = {{0}};
    struct op_text values[2];
    int n = values_of(e, b, values);
    int failed = n < 0 || buf_add(&b[2], "c", 1) || buf_add_number(&b[2], e->op->client) ||
                 buf_add_number(&b[3], e->op->key);
    const struct op_event event = {.kind = e->ends ? maelstrom_op_end(e->op) : OP_INVOKE,
                                   .name = names[e->op->kind],
                                   .process = text_of(&b[2]),
                                   .key = text_of(&b[3]),
                                   .values = values,
                                   .count = n > 0 ? (size_t)n : 0,
                                   .time = e->ends ? e->op->answered : e->op->asked};
    failed = failed ? fault_memory(f) : op_history_add(history, &event, f);
    for (int i = 0; i < 4; i++)
        buf_free(&b[i]);
    return failed;
}

/* Operations have the same numbers in both histories. */
static int explain(const struct maelstrom_history *h, const struct op_verdict *v, struct fault *f)
{
    char answer[64] = "";
    if (v->answer == OP_YES)
        return 0;
    if (v->answer == OP_UNKNOWN)
        return fault_trouble(f, "whether the keys are linearizable was not found within %s",
                             v->bound);
    const struct maelstrom_op *op = &h->list[v->misfit];
    if (op->kind == MAELSTROM_READ)
        snprintf(answer, sizeof answer, ", answered %s", maelstrom_value_words(op->result).text);
    else if (op->status == MAELSTROM_FAIL)
        snprintf(answer, sizeof answer, ", answered %s", maelstrom_error_name(op->error));
    return fault_rule(f, "%s%s, fits nowhere: key %lld was %.*s", maelstrom_op_words(op).text,
                      answer, (long long)op->key, v->state.len > 40 ? 40 : (int)v->state.len,
                      v->state.data);
}

static int judge(const struct maelstrom_history *h, const struct op_history *history,
                 struct fault *f)
{
    const struct op_limits limits = {.steps = STEPS_MAX, .memory = MEMORY_MAX};
    struct op_verdict v = {0};
    int result = op_history_judge(history, &limits, &v, f);
    if (result == 0)
        result = explain(h, &v, f);
    op_verdict_free(&v);
    return result;
}

int maelstrom_check_kv(const struct maelstrom_history *h, struct fault *f)
{
    struct op_history *history = op_history_new(OP_MODEL_CAS);
    struct event *events = in_order(h);
    int result = history && events ? 0 : fault_memory(f);
    for (uint64_t i = 1; events && result == 0 && i <= h->events; i++)
        if (events[i].op)
            result = add_event(history, &events[i], f);
    if (result == 0)
        result = judge(h, history, f);
    free(events);
    op_history_free(history);
    return result;
}
