/* Handles what the engine puts out: to the log, to snapshots, and as text to the carrier. */
#include "process/filter_parts.h"

#include "base/waits.h"

#include <string.h>

enum { TIMERS_MAX = 64 }; /* timers in a row that are due at once */

/* The carrier's clock. Between its batches a filter with a log adds the time that has passed here.
 */
static int64_t now(const struct filter *f)
{
    return f->config->folder != NULL ? f->time + waits_now() - f->time_told : f->time;
}

static int save_to_log(struct filter *f, const struct engine_output *x)
{
    if (x->kind == ENGINE_FORGET) {
        f->lines.len = 0;
        f->replace = true;
        return process_log_title(&f->log, &f->lines, &f->next_line);
    }
    f->saves++;
    f->scratch.len = 0;
    if (x->item->type->item_format(x->item, f->names, &f->scratch) != 0)
        return -1;
    return process_log_format(&f->lines, &f->next_line, f->scratch.data, f->scratch.len);
}

/* 0, or -1: no memory. */
static int take_output(struct filter *f, const struct engine_output *x)
{
    if (f->config->folder != NULL && (x->kind == ENGINE_SAVE || x->kind == ENGINE_FORGET))
        return save_to_log(f, x);
    if (x->kind == ENGINE_COMMIT &&
        process_snapshots_commit(&f->snapshots, x->index, x->payload) != 0)
        return -1;
    if (x->kind == ENGINE_RESTORE &&
        process_snapshots_restore(&f->snapshots, x->index, x->payload) != 0)
        return -1;
    f->saves += x->kind == ENGINE_SAVE;
    return engine_output_write(&f->out, x, &f->outputs, f->names, f->saves, &f->scratch);
}

static int put_item(struct filter *f, const struct process_item *item, struct fault *fault)
{
    return process_put(&f->out, item) != 0 ? fault_memory(fault) : 0;
}

int filter_note(struct filter *f, const char *words, struct fault *fault)
{
    struct process_item item = {.kind = PROCESS_EVENT, .words = {words, strlen(words)}};
    return put_item(f, &item, fault);
}

int filter_step(struct filter *f, struct fault *fault)
{
    f->input.event.now = now(f);
    if (f->config->type->step(f->engine, &f->input.event, &f->outputs, fault) != 0)
        return -1;
    int failed = 0;
    for (size_t i = 0; i < f->outputs.count && failed == 0; i++)
        failed = take_output(f, &f->outputs.list[i]);
    engine_outputs_clear(&f->outputs);
    engine_input_clear(&f->input);
    return failed != 0 ? fault_memory(fault) : 0;
}

int filter_step_plain(struct filter *f, enum engine_event_kind kind, uint64_t serial,
                      struct fault *fault)
{
    f->input.event = (struct engine_event){.kind = kind, .serial = serial};
    return filter_step(f, fault);
}

static int give_lines(struct filter *f, struct fault *fault)
{
    if (f->lines.len == 0)
        return 0;
    int result = process_saver_put(f->saver, f->lines.data, f->lines.len, f->saves, f->replace,
                                   fault);
    f->lines.len = 0;
    f->replace = false;
    return result;
}

int filter_finish(struct filter *f, bool done, struct fault *fault)
{
    struct process_item item = {.kind = PROCESS_DEADLINE};
    for (int i = 0; i < TIMERS_MAX && f->restarted && f->outputs.deadline <= now(f); i++)
        if (filter_step_plain(f, ENGINE_TIMER, 0, fault) != 0)
            return -1;
    item.number = (uint64_t)f->outputs.deadline;
    if (f->restarted && f->outputs.deadline != f->deadline && put_item(f, &item, fault) != 0)
        return -1;
    f->deadline = f->outputs.deadline;
    item.kind = PROCESS_DONE;
    if (done && put_item(f, &item, fault) != 0)
        return -1;
    if (f->out.len > 0)
        f->config->put(f->out.data, f->out.len);
    f->out.len = 0;
    return give_lines(f, fault) != 0 ? -1 : process_snapshots_start(&f->snapshots, fault);
}
