#include "base/array.h"
#include "sim/parts.h"

#include <string.h>

enum { ROUNDS_MAX = 100 };

void sim_trace_node(struct sim *s, const char *word, const struct sim_node *n)
{
    if (!sim_tracing(&s->trace))
        return;
    sim_trace_begin(&s->trace, sim_now(s), word);
    sim_trace_word(&s->trace, n->label);
    sim_trace_end(&s->trace);
}

/* --- Batches -------------------------------------------------------------------------------- */

static void touch(struct sim *s, struct sim_node *n)
{
    if (n->touched || n->paused)
        return;
    n->touched = true;
    s->touched[s->touched_count++] = (uint32_t)(n - s->nodes);
}

int sim_node_give(struct sim *s, struct sim_node *n, const struct engine_event *e,
                  struct engine_item *item, struct fault *f)
{
    if (ARRAY_RESERVE(n->batch, n->batch_cap, n->batch_count + 1) ||
        ARRAY_RESERVE(n->items, n->items_cap, n->batch_count + 1)) {
        engine_item_unref(item);
        payload_unref(e->payload);
        return fault_memory(f);
    }
    n->items[n->batch_count] = item;
    n->batch[n->batch_count++] = *e;
    sim_count_up(s, SIM_COUNT_EVENTS);
    touch(s, n);
    return 0;
}

void sim_node_clear_batch(struct sim_node *n)
{
    for (size_t i = 0; i < n->batch_count; i++) {
        engine_item_unref(n->items[i]);
        payload_unref(n->batch[i].payload);
    }
    n->batch_count = 0;
}

void sim_node_resume(struct sim *s, struct sim_node *n)
{
    n->paused = false;
    sim_trace_node(s, "resume", n);
    if (n->batch_count > 0)
        touch(s, n);
}

/* --- The deadline --------------------------------------------------------------------------- */

static int set_timer(struct sim *s, struct sim_node *n, struct fault *f)
{
    if (n->due >= n->timer || n->due > SIM_TIME_MAX)
        return 0;
    n->timer = n->due;
    return sim_add(s, n->due, SIM_TIMER, (uint32_t)(n - s->nodes), n->life, f);
}

/* A deadline that has come already ends a batch (consensus/engine.h): the timer follows in this
 * instant, but not for ever. */
static int end_batch(struct sim *s, struct sim_node *n, struct fault *f)
{
    const struct engine_event e = {.kind = ENGINE_TIMER};
    if (n->instant != sim_now(s))
        n->rounds = 0;
    n->instant = sim_now(s);
    n->deadline = INT64_MAX;
    if (n->rounds++ < ROUNDS_MAX)
        return sim_node_give(s, n, &e, NULL, f);
    n->due = sim_now(s) + 1;
    return set_timer(s, n, f);
}

/* The deadline is `local` on the node's own clock. */
static int set_deadline(struct sim *s, struct sim_node *n, int64_t local, struct fault *f)
{
    n->due = local == INT64_MAX ? INT64_MAX : sim_clock_when(&n->clock, sim_now(s), local);
    n->deadline = local;
    if (n->due > sim_now(s))
        return set_timer(s, n, f);
    n->due = INT64_MAX;
    return end_batch(s, n, f);
}

int sim_node_timer(struct sim *s, struct sim_node *n, uint64_t life, struct fault *f)
{
    const struct engine_event e = {.kind = ENGINE_TIMER};
    if (life != n->life || !n->up || n->timer != sim_now(s))
        return 0;
    n->timer = INT64_MAX;
    if (n->due > sim_now(s))
        return set_timer(s, n, f);
    n->due = n->deadline = INT64_MAX;
    return sim_node_give(s, n, &e, NULL, f);
}

int sim_node_skew(struct sim *s, struct sim_node *n, int64_t ms, struct fault *f)
{
    n->clock.offset += ms;
    return n->up && n->deadline != INT64_MAX ? set_deadline(s, n, n->deadline, f) : 0;
}

/* --- The disk ------------------------------------------------------------------------------- */

static int begin_sync(struct sim *s, struct sim_node *n, struct fault *f)
{
    if (!sim_disk_sync_begin(&n->disk))
        return 0;
    const int64_t delay = sim_draw(&n->disk_stream, &s->scenario->disk);
    n->sync_began = sim_now(s);
    sim_count_up(s, SIM_COUNT_SYNCS);
    return sim_add(s, sim_now(s) + (delay > 0 ? delay : 1), SIM_SYNCED, (uint32_t)(n - s->nodes),
                   n->life, f);
}

int sim_node_synced(struct sim *s, struct sim_node *n, uint64_t life, struct fault *f)
{
    if (life != n->life || !n->up)
        return 0;
    const struct engine_event e = {.kind = ENGINE_SAVED, .serial = sim_disk_sync_end(&n->disk)};
    return sim_sample_add(s, SIM_SAMPLE_SYNC, sim_now(s) - n->sync_began, f) ||
                   sim_node_give(s, n, &e, NULL, f) || begin_sync(s, n, f)
               ? -1
               : 0;
}

/* --- A batch is run ------------------------------------------------------------------------- */

static int set_items(struct sim *s, struct sim_node *n, struct fault *f)
{
    const int64_t now = sim_clock_at(&n->clock, sim_now(s));
    for (size_t i = 0; i < n->batch_count; i++) {
        struct engine_event *e = &n->batch[i];
        e->now = now;
        if (e->kind == ENGINE_RESTART) {
            e->items = sim_disk_items(&n->disk, &e->count, &s->disk_items, &s->disk_items_cap);
            if (e->items == NULL)
                return fault_memory(f);
        } else if (e->kind == ENGINE_MESSAGE) {
            e->items = &n->items[i];
        }
    }
    return 0;
}

int sim_node_run(struct sim *s, struct sim_node *n, struct fault *f)
{
    n->touched = false;
    if (!n->up || n->paused || n->batch_count == 0)
        return 0;
    if (set_items(s, n, f))
        return -1;
    sim_count_up(s, SIM_COUNT_BATCHES);
    const int result = n->process->type->step(n->process, n->batch, n->batch_count, &s->out, f);
    sim_node_clear_batch(n);
    if (result && f->kind == FAULT_RULE) {
        sim_broken(s, SIM_PROCESS, "%s: %.240s", n->label, f->text);
        engine_outputs_clear(&s->out);
        return 0;
    }
    const int64_t deadline = s->out.deadline;
    if (result || sim_outputs_take(s, n, f) || sim_disk_batch_end(&n->disk, f) ||
        begin_sync(s, n, f))
        return -1;
    return set_deadline(s, n, deadline, f);
}

/* --- Its life ------------------------------------------------------------------------------- */

int sim_node_start(struct sim *s, struct sim_node *n, struct fault *f)
{
    const struct engine_event e = {.kind = ENGINE_RESTART};
    sim_trace_node(s, n->life > 0 ? "restart" : "start", n);
    n->life++;
    n->up = true;
    return n->process->type->start(n->process, f) || sim_node_give(s, n, &e, NULL, f) ? -1 : 0;
}

void sim_node_crash(struct sim *s, struct sim_node *n, uint64_t *stream)
{
    size_t kept, lost;
    sim_disk_crash(&n->disk, stream, &kept, &lost);
    sim_count_up(s, SIM_COUNT_CRASHES);
    if (sim_tracing(&s->trace)) {
        sim_trace_begin(&s->trace, sim_now(s), "crash");
        sim_trace_word(&s->trace, n->label);
        if (kept + lost > 0) {
            sim_trace_number(&s->trace, kept);
            sim_trace_number(&s->trace, kept + lost);
        }
        sim_trace_end(&s->trace);
    }
    n->process->type->kill(n->process);
    sim_node_clear_batch(n);
    n->up = n->paused = false;
    n->due = n->deadline = n->timer = INT64_MAX;
    n->since_snapshot = 0;
    sim_registers_clear(&n->registers);
}

void sim_node_wipe(struct sim *s, struct sim_node *n)
{
    sim_disk_wipe(&n->disk);
    sim_trace_node(s, "wipe", n);
}
