/* What clients ask and are answered, as lines of history(5) in the trace, and as a history that is
 * judged at the end. */
#include "sim/parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 20000000 }; /* of the judge, until it gives up: an unknown verdict breaks nothing */

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

int sim_history_init(struct sim *s)
{
    const struct sim_scenario *plan = s->scenario;
    if (plan->workload != SIM_WORK_REGISTER || !plan->properties[SIM_LINEARIZABLE])
        return 0;
    s->history = op_history_new(OP_MODEL_CAS);
    return s->history == NULL ? -1 : 0;
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
    if (sim_tracing(&s->trace) && op_event_format(&e, &s->trace.text))
        return fault_memory(f);
    return s->history != NULL ? op_history_add(s->history, &e, f) : 0;
}

int sim_history_check(struct sim *s, struct fault *f)
{
    struct op_verdict verdict = {0};
    const struct op_limits limits = {.steps = STEPS};
    if (s->history == NULL || op_history_count(s->history) == 0)
        return 0;
    int result = op_history_judge(s->history, &limits, &verdict, f);
    if (result == 0 && verdict.answer == OP_NO) {
        s->text.len = 0;
        if (op_verdict_explain(s->history, &verdict, &s->text) || buf_add(&s->text, "", 1))
            result = fault_memory(f);
        else
            sim_broken(s, SIM_LINEARIZABLE, "%.300s", s->text.data);
    }
    op_verdict_free(&verdict);
    return result;
}
