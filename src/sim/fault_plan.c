/* Which faults a run has: those of the scenario at their times, and those that are drawn, of each
 * kind from a stream of its own. */
#include "base/array.h"
#include "sim/parts.h"

#include <stdlib.h>

enum { FAULTS_MAX = 100000 };

static int add_fault(struct sim *s, const struct sim_fault *x, struct fault *f)
{
    if (s->fault_count == FAULTS_MAX)
        return fault_rule(f, "more than %d faults: let them be rarer, or the time shorter",
                          FAULTS_MAX);
    if (ARRAY_RESERVE(s->faults, s->faults_cap, s->fault_count + 1))
        return fault_memory(f);
    s->faults[s->fault_count++] = *x;
    return 0;
}

/* A kind that changes messages one by one: one number for all that it does. */
static int plan_rate(struct sim *s, enum sim_fault_kind kind, uint32_t ppm, struct fault *f)
{
    return ppm > 0 ? add_fault(s, &(struct sim_fault){.kind = kind}, f) : 0;
}

static int plan_action(struct sim *s, const struct sim_action *a, struct fault *f)
{
    const struct sim_fault x = {.time = a->time, .hold = a->hold, .kind = a->fault, .action = a};
    return a->kind == SIM_ACT_FAULT ? add_fault(s, &x, f) : 0;
}

static int plan_drawn(struct sim *s, enum sim_fault_kind kind, struct fault *f)
{
    const struct sim_fault_plan *plan = &s->scenario->faults[kind];
    uint64_t stream = sim_stream(s->options->seed, sim_fault_words[kind], 0);
    int64_t time = 0;
    while (plan->every > 0) {
        time += 1 + sim_exponential(&stream, plan->every);
        if (time >= s->scenario->time)
            break;
        const struct sim_delay hold = {SIM_UNIFORM, plan->least, plan->most, 0};
        struct sim_fault x = {.time = time, .kind = kind};
        x.hold = (int32_t)sim_draw(&stream, &hold);
        x.stream = chance_next(&stream);
        if (x.hold == 0)
            x.hold = 1;
        if (add_fault(s, &x, f))
            return -1;
    }
    return 0;
}

/* By time; of one time, as they were planned, which `hold` and `kind` do not tell: a stable sort.
 */
static void sort_by_time(struct sim_fault *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct sim_fault x = list[i];
        size_t k = i;
        for (; k > 0 && list[k - 1].time > x.time; k--)
            list[k] = list[k - 1];
        list[k] = x;
    }
}

static int schedule(struct sim *s, struct fault *f)
{
    for (size_t i = 0; i < s->fault_count; i++) {
        struct sim_fault *x = &s->faults[i];
        x->left_out = i < s->options->left_out_count && s->options->left_out[i];
        if (x->kind == SIM_FAULT_LOSS && x->left_out)
            s->links.loss = 0;
        else if (x->kind == SIM_FAULT_DUPLICATE && x->left_out)
            s->links.duplicate = 0;
        else if (x->kind == SIM_FAULT_REORDER && x->left_out)
            s->links.reorder = 0;
        else if (x->kind > SIM_FAULT_REORDER && !x->left_out &&
                 sim_add(s, x->time, SIM_FAULT_BEGINS, 0, i, f))
            return -1;
    }
    return 0;
}

int sim_faults_plan(struct sim *s, struct fault *f)
{
    const struct sim_scenario *plan = s->scenario;
    if (plan_rate(s, SIM_FAULT_LOSS, plan->loss, f) ||
        plan_rate(s, SIM_FAULT_DUPLICATE, plan->duplicate, f) ||
        plan_rate(s, SIM_FAULT_REORDER, plan->reorder, f))
        return -1;
    const size_t rates = s->fault_count;
    for (size_t i = 0; i < plan->action_count; i++)
        if (plan_action(s, &plan->actions[i], f))
            return -1;
    for (int kind = SIM_FAULT_PARTITION; kind < SIM_FAULT_KINDS; kind++)
        if (plan_drawn(s, (enum sim_fault_kind)kind, f))
            return -1;
    if (s->fault_count > rates)
        sort_by_time(s->faults + rates, s->fault_count - rates);
    s->result->faults = s->fault_count;
    return schedule(s, f);
}

void sim_faults_free(struct sim *s)
{
    for (size_t i = 0; i < s->fault_count; i++)
        free(s->faults[i].partition.groups);
    free(s->faults);
}
