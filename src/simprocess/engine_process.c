#include "simprocess/engine_process.h"

#include "base/array.h"
#include "base/chance.h"

#include <stdlib.h>

enum { ROUNDS_MAX = 16 };

struct engine_process {
    struct sim_process process;
    const struct engine_type *type;
    const struct engine_setup *setup;
    uint64_t seeds;        /* a stream */
    struct engine *engine; /* NULL: it does not run */
    struct engine_item **items;
    size_t count, cap; /* items that were parsed for one event */
    struct buf text;
};

static int start(struct sim_process *p, struct fault *f)
{
    struct engine_process *e = (struct engine_process *)p;
    struct engine_setup setup = *e->setup;
    setup.seed = chance_next(&e->seeds);
    e->engine = e->type->make(&setup, f);
    return e->engine == NULL ? -1 : 0;
}

static void stop(struct sim_process *p)
{
    struct engine_process *e = (struct engine_process *)p;
    if (e->engine != NULL)
        e->type->free(e->engine);
    e->engine = NULL;
}

static void free_process(struct sim_process *p)
{
    struct engine_process *e = (struct engine_process *)p;
    stop(p);
    free(e->items);
    buf_free(&e->text);
    free(e);
}

/* --- Items as text -------------------------------------------------------------------------- */

static void drop_parsed(struct engine_process *e)
{
    while (e->count > 0)
        engine_item_unref(e->items[--e->count]);
}

static int format_all(struct engine_process *e, const struct engine_event *event, struct fault *f)
{
    e->text.len = 0;
    for (size_t i = 0; i < event->count; i++)
        if (event->items[i]->type->item_format(event->items[i], e->setup->names, &e->text))
            return fault_memory(f);
    return 0;
}

/* Fills e->items with what the text of the event's items says. */
static int parse_all(struct engine_process *e, const struct engine_event *event, struct fault *f)
{
    if (format_all(e, event, f))
        return -1;
    for (size_t at = 0, used; at < e->text.len; at += used) {
        if (ARRAY_RESERVE(e->items, e->cap, e->count + 1))
            return fault_memory(f);
        struct engine_item *parsed = e->type->item_parse(e->text.data + at, e->text.len - at, &used,
                                                         e->setup->names, f);
        if (parsed == NULL)
            return -1;
        e->items[e->count++] = parsed;
    }
    return 0;
}

static int step_parsed(struct engine_process *e, const struct engine_event *event,
                       struct engine_outputs *out, struct fault *f)
{
    struct engine_event parsed = *event;
    int result = parse_all(e, event, f);
    parsed.items = e->items;
    parsed.count = e->count;
    if (result == 0)
        result = e->type->step(e->engine, &parsed, out, f);
    else if (f->kind == FAULT_RULE && event->kind == ENGINE_MESSAGE)
        result = engine_note(out, f, "reject message: %s", f->text);
    drop_parsed(e);
    return result;
}

/* -------------------------------------------------------------------------------------------- */

static bool is_foreign(const struct engine_process *e, const struct engine_event *event)
{
    return event->kind == ENGINE_MESSAGE && event->items[0]->type != e->type;
}

/* A deadline that has come already ends a batch (consensus/engine.h): the timer follows at once,
 * but not for ever. */
static int end_batch(struct engine_process *e, int64_t now, struct engine_outputs *out,
                     struct fault *f)
{
    const struct engine_event timer = {.kind = ENGINE_TIMER, .now = now};
    for (int i = 0; i < ROUNDS_MAX && out->deadline <= now; i++)
        if (e->type->step(e->engine, &timer, out, f))
            return -1;
    return 0;
}

static int step(struct sim_process *p, const struct engine_event *events, size_t count,
                struct engine_outputs *out, struct fault *f)
{
    struct engine_process *e = (struct engine_process *)p;
    for (size_t i = 0; i < count; i++) {
        const struct engine_event *x = &events[i];
        if (x->kind == ENGINE_RESTART || is_foreign(e, x) ? step_parsed(e, x, out, f)
                                                          : e->type->step(e->engine, x, out, f))
            return -1;
    }
    return end_batch(e, events[0].now, out, f);
}

static const struct sim_process_type engine_processes = {
    .start = start, .step = step, .kill = stop, .free = free_process};

/* Makes an engine, and frees it, so that a setting that is wrong is told before anything runs. */
struct sim_process *sim_engine_process_new(const struct engine_type *type,
                                           const struct engine_setup *setup, struct fault *f)
{
    struct engine *trial = type->make(setup, f);
    if (trial == NULL)
        return NULL;
    type->free(trial);
    struct engine_process *e = malloc(sizeof *e);
    if (e == NULL) {
        fault_memory(f);
        return NULL;
    }
    *e = (struct engine_process){
        .process.type = &engine_processes, .type = type, .setup = setup, .seeds = setup->seed};
    return &e->process;
}
