#include "netcli/output.h"

#include "cli/cli.h"
#include "netcli/events.h"

#include <signal.h>
#include <unistd.h>

static _Noreturn void reader_left(void)
{
    cli_flush_events();
    cli_end_by(SIGPIPE);
}

static void ready(void *self, unsigned events)
{
    (void)self;
    if (events & LOOP_ERROR)
        reader_left();
}

void output_open(struct output *o, struct loop *loop, struct buf *from)
{
    struct fault f;
    if (async_writer_init(&o->writer, loop, STDOUT_FILENO, from, &f))
        cli_fail(NULL, &f);
    o->watch = (struct watch){.fd = STDOUT_FILENO, .ready = ready, .self = o};
    if (o->writer.watch.fd != STDOUT_FILENO && loop_watch(loop, &o->watch, 0, &f))
        cli_fail(NULL, &f);
}

void output_push(struct output *o)
{
    struct fault f;
    if (async_writer_push(&o->writer, &f) == 0)
        return;
    if (f.kind == FAULT_NONE)
        reader_left();
    cli_fail(NULL, &f);
}

void output_drain(struct output *o, int milliseconds)
{
    int64_t until = loop_now() + milliseconds;
    struct fault f;
    for (output_push(o); async_writer_backlog(&o->writer) && loop_now() < until; output_push(o))
        if (loop_turn(o->writer.loop, milliseconds, &f))
            return;
}

void output_close(struct output *o)
{
    loop_unwatch(&o->watch);
    async_writer_free(&o->writer);
}
