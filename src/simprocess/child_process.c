#include "simprocess/child_process.h"

#include "base/waits.h"
#include "simprocess/child_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    PIECE = 1 << 16,     /* bytes that are read at once */
    CHECKED_EVERY = 100, /* milliseconds after which one that says nothing may have ended */
};

/* --- Its life --------------------------------------------------------------------------------- */

static void stop(struct sim_process *process)
{
    struct child_process *p = (struct child_process *)process;
    child_kill(&p->child);
    process_reader_free(&p->reader);
}

static void free_process(struct sim_process *process)
{
    struct child_process *p = (struct child_process *)process;
    stop(process);
    free(p->words);
    buf_free(&p->peers);
    buf_free(&p->batch);
    buf_free(&p->body);
    free(p);
}

static int start(struct sim_process *process, struct fault *f)
{
    struct child_process *p = (struct child_process *)process;
    p->fresh = true;
    p->saves = 0;
    p->deadline = INT64_MAX;
    p->reader = (struct process_reader){.side = PROCESS_OUTPUTS};
    return child_start(&p->child, p->words, f);
}

/* --- A batch and its answer ------------------------------------------------------------------- */

static int send_more(struct child_process *p, struct fault *f)
{
    ptrdiff_t n = p->sent == p->batch.len
                      ? 0
                      : child_write(&p->child, p->batch.data + p->sent, p->batch.len - p->sent, f);
    p->sent += n > 0 ? (size_t)n : 0;
    return n < 0 ? -1 : 0;
}

/* As child_take_outputs, after reading what has come. */
static int read_more(struct child_process *p, struct engine_outputs *out, struct fault *f)
{
    char *space = process_reader_space(&p->reader, PIECE);
    if (!space)
        return fault_memory(f);
    ptrdiff_t n = child_read(&p->child, space, PIECE, f);
    if (n <= 0)
        return (int)n;
    process_reader_add(&p->reader, (size_t)n);
    p->bytes += (size_t)n;
    if (p->bytes > CHILD_ANSWER_MAX)
        return fault_rule(f, "more than %d bytes in one answer", CHILD_ANSWER_MAX);
    return child_take_outputs(p, out, f);
}

/* Waits for it, but not for ever. */
static int wait_for_more(struct child_process *p, int64_t until, struct fault *f)
{
    const int64_t left = until - waits_now();
    const int64_t most = left < CHECKED_EVERY ? left : CHECKED_EVERY;
    const bool more = p->batch.len > p->sent;
    if (child_wait(&p->child, more, most > 0 ? most * 1000 : 0))
        return 0;
    if (child_check(&p->child, f))
        return -1;
    return left > 0
               ? 0
               : fault_trouble(f, "no answer to a batch within %d ms of real time", p->silence);
}

/* Sends the batch and reads until `done`. */
static int exchange(struct child_process *p, struct engine_outputs *out, struct fault *f)
{
    const int64_t until = waits_now() + p->silence;
    int result = 0;
    p->outputs = p->bytes = 0;
    while (result == 0) {
        if (send_more(p, f) || wait_for_more(p, until, f))
            return -1;
        result = read_more(p, out, f);
    }
    return result < 0 ? -1 : 0;
}

/* Without a line of its own, the fault is at the line after the last that was read. */
static int add_place(const struct child_process *p, struct fault *f)
{
    const uint64_t next = p->reader.line ? p->reader.line + 1 : 0, line = f->line ? f->line : next;
    f->line = 0;
    return child_fault(node_names_text(p->setup->names, p->setup->self), p->words[0], line, f);
}

static int step(struct sim_process *process, const struct engine_event *events, size_t count,
                struct engine_outputs *out, struct fault *f)
{
    struct child_process *p = (struct child_process *)process;
    f->line = 0;
    if (child_put_batch(p, events, count))
        return fault_memory(f);
    if (exchange(p, out, f))
        return add_place(p, f);
    out->deadline = p->deadline;
    return 0;
}

/* ---------------------------------------------------------------------------------------------- */

static const struct sim_process_type child_processes = {
    .start = start, .step = step, .kill = stop, .free = free_process};

static int add_peers(struct child_process *p)
{
    for (size_t i = 0; i < p->setup->member_count; i++)
        if ((i && buf_add(&p->peers, " ", 1)) ||
            buf_add_string(&p->peers, node_names_text(p->setup->names, p->setup->members[i])))
            return -1;
    return 0;
}

struct sim_process *child_process_new(const char *const *words, size_t count,
                                      const struct engine_setup *setup, int silence,
                                      struct fault *f)
{
    struct child_process *p = calloc(1, sizeof *p);
    if (p)
        *p = (struct child_process){.process.type = &child_processes,
                                    .setup = setup,
                                    .silence = silence,
                                    .seeds = setup->seed,
                                    .words = calloc(count + 1, sizeof *words)};
    if (!p || !p->words || add_peers(p)) {
        if (p)
            free_process(&p->process);
        fault_memory(f);
        return NULL;
    }
    memcpy(p->words, words, count * sizeof *words);
    return &p->process;
}
