#include "sim/sim.h"

#include "base/array.h"
#include "sim/maelstrom.h"
#include "sim/parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *const sim_count_words[] = {"sent",    "delivered", "dropped", "duplicated", "events",
                                       "batches", "saves",     "syncs",   "commits",    "records",
                                       "faults",  "crashes",   "leaders", "invoked",    "ok",
                                       "fail",    "info",      NULL};

const char *const sim_sample_words[] = {"operation", "sync", "gap", NULL};

enum { SAMPLES_MAX = 1 << 22 };

int sim_sample_add(struct sim *s, enum sim_sample what, int64_t value, struct fault *f)
{
    struct sim_samples *x = &s->result->samples[what];
    if (x->count == SAMPLES_MAX)
        return 0;
    if (ARRAY_RESERVE(x->list, x->cap, x->count + 1))
        return fault_memory(f);
    x->list[x->count++] = (uint32_t)value;
    return 0;
}

void sim_result_free(struct sim_result *r)
{
    for (int i = 0; i < SIM_SAMPLES; i++)
        free(r->samples[i].list);
    *r = (struct sim_result){0};
}

void sim_broken(struct sim *s, enum sim_property property, const char *format, ...)
{
    va_list args;
    if (s->result->broken || !s->scenario->properties[property])
        return;
    va_start(args, format);
    vsnprintf(s->result->text, sizeof s->result->text, format, args);
    va_end(args);
    s->result->broken = true;
    s->result->property = property;
    s->result->time = sim_now(s);
    s->over = true;
}

int sim_add(struct sim *s, int64_t time, enum sim_event_kind kind, uint32_t node, uint64_t number,
            struct fault *f)
{
    const struct sim_event e = {.kind = kind, .node = node, .number = number};
    return sim_queue_add(&s->queue, time, &e, f);
}

/* --- One event ------------------------------------------------------------------------------ */

static int handle(struct sim *s, const struct sim_event *e, struct fault *f)
{
    switch ((enum sim_event_kind)e->kind) {
    case SIM_MESSAGE:
        return sim_message_arrive(s, e, f);
    case SIM_TIMER:
        return sim_node_timer(s, &s->nodes[e->node], e->number, f);
    case SIM_SYNCED:
        return sim_node_synced(s, &s->nodes[e->node], e->number, f);
    case SIM_FAULT_BEGINS:
        return sim_fault_begin(s, &s->faults[e->number], f);
    case SIM_FAULT_ENDS:
        return sim_fault_end(s, &s->faults[e->number], f);
    case SIM_ACTION:
        return sim_action(s, &s->scenario->actions[e->number], f);
    case SIM_CLIENT:
        return sim_client_begin(s, e->node, f);
    case SIM_TIMEOUT:
        return sim_client_timeout(s, e->node, e->number, f);
    case SIM_REQUEST:
        return sim_maelstrom_request(s, e, f);
    case SIM_REPLY:
        return sim_maelstrom_reply(s, e, f);
    case SIM_ASK:
        return sim_maelstrom_ask(s, e->node, e->number, f);
    case SIM_LIVENESS:
        return sim_live_begin(s, f);
    }
    return 0;
}

/* Gives each process that has events its batch, until none has more in this instant. */
static int run_touched(struct sim *s, struct fault *f)
{
    while (s->touched_count > 0 && !s->over) {
        const size_t count = s->touched_count;
        for (size_t i = 0; i < count && !s->over; i++)
            if (sim_node_run(s, &s->nodes[s->touched[i]], f))
                return -1;
        size_t left = 0;
        for (size_t i = count; i < s->touched_count; i++)
            s->touched[left++] = s->touched[i];
        s->touched_count = left;
    }
    return 0;
}

/* Everything of one instant, of which this is the first event. */
static int run_instant(struct sim *s, struct sim_event *e, struct fault *f)
{
    do {
        do {
            if (handle(s, e, f))
                return -1;
        } while (!s->over && sim_queue_take_now(&s->queue, e));
        if (run_touched(s, f))
            return -1;
    } while (!s->over && sim_queue_take_now(&s->queue, e));
    return sim_tracing(&s->trace) ? sim_trace_flush(&s->trace, false, f) : 0;
}

/* Ends the run if the liveness phase has nothing left to wait for. */
static int end_if_done(struct sim *s, struct fault *f)
{
    bool done = false;
    if (s->maelstrom == NULL)
        done = sim_live_done(s);
    else if (!s->over && sim_maelstrom_done(s, &done, f))
        return -1;
    s->over |= done;
    return 0;
}

/* The bound of the liveness phase has passed. */
static int fail_liveness(struct sim *s, struct fault *f)
{
    if (s->maelstrom != NULL)
        return sim_maelstrom_failed(s, f);
    sim_live_failed(s);
    return 0;
}

static int run(struct sim *s, struct fault *f)
{
    const int64_t end = s->scenario->time + s->scenario->live;
    struct sim_event e;
    while (!s->over && sim_queue_next(&s->queue) <= end && sim_queue_take(&s->queue, &e)) {
        if (run_instant(s, &e, f))
            return -1;
        if (end_if_done(s, f))
            return -1;
    }
    if (!s->over && fail_liveness(s, f))
        return -1;
    return s->result->broken ? 0 : sim_history_check(s, f);
}

/* --- Its beginning and end ------------------------------------------------------------------ */

static int start(struct sim *s, struct fault *f)
{
    const struct sim_scenario *plan = s->scenario;
    if (sim_nodes_init(s, f) || sim_faults_plan(s, f) ||
        sim_add(s, plan->time, SIM_LIVENESS, 0, 0, f))
        return -1;
    for (size_t i = 0; i < plan->action_count; i++)
        if (plan->actions[i].kind != SIM_ACT_FAULT &&
            sim_add(s, plan->actions[i].time, SIM_ACTION, 0, i, f))
            return -1;
    for (uint32_t i = 0; i < s->node_count; i++)
        if (sim_node_start(s, &s->nodes[i], f))
            return -1;
    return sim_maelstrom_init(s, f) || sim_clients_init(s, f) || run_touched(s, f) ? -1 : 0;
}

static int trace_result(struct sim *s, struct fault *f)
{
    const struct sim_result *r = s->result;
    if (!sim_tracing(&s->trace))
        return 0;
    if (r->broken) {
        sim_trace_begin(&s->trace, r->time, "broken");
        sim_trace_word(&s->trace, sim_property_words[r->property]);
        sim_trace_word(&s->trace, r->text);
        sim_trace_end(&s->trace);
    }
    sim_trace_begin(&s->trace, sim_now(s), "result");
    sim_trace_word(&s->trace, r->broken ? "broken" : "held");
    sim_trace_end(&s->trace);
    return sim_trace_flush(&s->trace, true, f);
}

static void free_events(struct sim *s)
{
    struct sim_event e;
    while (sim_queue_take(&s->queue, &e))
        if (e.kind == SIM_MESSAGE || e.kind == SIM_REQUEST || e.kind == SIM_REPLY)
            engine_item_unref(e.data);
    sim_queue_free(&s->queue);
}

static void free_all(struct sim *s)
{
    free_events(s);
    engine_outputs_free(&s->out);
    sim_clients_free(s);
    sim_maelstrom_free(s);
    sim_faults_free(s);
    sim_nodes_free(s);
    sim_order_free(&s->order);
    sim_trace_free(&s->trace);
    op_history_free(s->history);
    free(s->disk_items);
    buf_free(&s->text);
    free(s);
}

int sim_run(const struct sim_scenario *plan, const struct sim_options *o, struct sim_result *r,
            struct fault *f)
{
    struct sim *s = calloc(1, sizeof *s);
    if (s == NULL)
        return fault_memory(f);
    s->scenario = plan;
    s->options = o;
    s->result = r;
    s->leader = UINT32_MAX;
    s->trace.write = o->write;
    s->trace.self = o->self;
    sim_queue_init(&s->queue);
    int result = start(s, f);
    if (result == 0)
        result = run(s, f);
    if (result == 0)
        result = trace_result(s, f);
    free_all(s);
    return result;
}
