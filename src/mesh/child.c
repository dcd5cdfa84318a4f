#include "mesh/child.h"

#include "process/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 1 << 18, PIPE_SIZE = 1 << 20 };

struct mesh_child {
    struct loop *loop;
    const struct mesh_child_owner *owner;
    const char *name;
    pid_t pid;
    struct watch in, out;
    struct buf events;  /* of the next batch */
    struct buf writing; /* the batch that is being written to it */
    size_t written;     /* bytes of that so far */
    bool busy;          /* it has not answered `done` to a batch yet */
    bool ended;
    struct process_reader reader;
    struct timer timer;
};

static void end(struct mesh_child *c, const struct fault *why)
{
    if (c->ended)
        return;
    c->ended = true;
    loop_unwatch(&c->in);
    loop_unwatch(&c->out);
    loop_cancel_timer(c->loop, &c->timer);
    c->owner->ended(c->owner->self, why);
}

/* --- What it puts out ------------------------------------------------------------------------- */

static int take_output(struct mesh_child *c, const struct process_item *item, struct fault *f)
{
    if (item->kind == PROCESS_DONE)
        c->busy = false;
    else if (item->kind != PROCESS_DEADLINE)
        return c->owner->output(c->owner->self, item, f);
    else if (item->number == PROCESS_NEVER)
        loop_cancel_timer(c->loop, &c->timer);
    else if (loop_set_timer(c->loop, &c->timer, (int64_t)item->number) != 0)
        return fault_memory(f);
    return 0;
}

/* false and *f: the process has ended or broken a rule, or cannot be read. */
static bool read_outputs(struct mesh_child *c, struct fault *f)
{
    char *space = process_reader_space(&c->reader, PIECE);
    ssize_t got = space != NULL ? read(c->out.fd, space, PIECE) : -1;
    if (got < 0 && space != NULL && (errno == EAGAIN || errno == EINTR))
        return true;
    if (got == 0)
        fault_trouble(f, "%s has ended", c->name);
    if (got < 0)
        fault_errno(f, "%s: cannot read its output", c->name);
    if (got <= 0)
        return false;
    process_reader_add(&c->reader, (size_t)got);
    struct process_item item;
    int result;
    while ((result = process_reader_next(&c->reader, &item, f)) == 1)
        if (take_output(c, &item, f) != 0)
            return false;
    if (result == 0)
        return true;
    struct fault why = *f;
    fault_rule(f, "%s: line %llu of its output: %s", c->name, (unsigned long long)why.line,
               why.text);
    return false;
}

static void can_read(void *self, unsigned events)
{
    struct mesh_child *c = self;
    struct fault f;
    (void)events;
    if (!read_outputs(c, &f))
        end(c, &f);
}

/* --- What it is given ------------------------------------------------------------------------- */

int mesh_child_add(struct mesh_child *c, const struct process_item *item)
{
    return process_put(&c->events, item);
}

int mesh_child_add_text(struct mesh_child *c, const char *text, size_t n)
{
    return buf_add(&c->events, text, n);
}

size_t mesh_child_backlog(const struct mesh_child *c)
{
    return c->events.len + c->writing.len - c->written;
}

static void deadline(void *self, int64_t now)
{
    struct mesh_child *c = self;
    struct process_item item = {.kind = PROCESS_TIMER};
    (void)now;
    if (mesh_child_add(c, &item) != 0)
        end(c, &(struct fault){.kind = FAULT_TROUBLE, .text = "out of memory"});
}

/* Writes what the pipe takes. 0, or -1 and trouble. */
static int push(struct mesh_child *c, struct fault *f)
{
    while (c->written < c->writing.len) {
        ssize_t n = write(c->in.fd, c->writing.data + c->written, c->writing.len - c->written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return loop_watch(c->loop, &c->in, LOOP_WRITE, f);
        if (n < 0 && errno == EPIPE)
            break; /* the end of its output says more */
        if (n < 0)
            return fault_errno(f, "%s: cannot write to it", c->name);
        c->written += (size_t)n;
    }
    c->writing.len = c->written = 0;
    loop_unwatch(&c->in);
    return 0;
}

static void can_write(void *self, unsigned events)
{
    struct mesh_child *c = self;
    struct fault f;
    (void)events;
    if (push(c, &f) != 0)
        end(c, &f);
}

static int make_batch(struct mesh_child *c)
{
    struct process_item time = {.kind = PROCESS_TIME, .number = (uint64_t)loop_now()};
    struct process_item step = {.kind = PROCESS_STEP};
    if (process_put(&c->writing, &time) != 0 ||
        buf_add(&c->writing, c->events.data, c->events.len) != 0 ||
        process_put(&c->writing, &step) != 0)
        return -1;
    c->events.len = 0;
    c->busy = true;
    return 0;
}

int mesh_child_turn(struct mesh_child *c, struct fault *f)
{
    if (c->ended || c->busy || c->events.len == 0)
        return 0;
    return make_batch(c) != 0 ? fault_memory(f) : push(c, f);
}

void mesh_child_pause(struct mesh_child *c, bool paused)
{
    struct fault f;
    if (!c->ended && loop_watch(c->loop, &c->out, paused ? 0 : LOOP_READ, &f) != 0)
        end(c, &f);
}

/* --- Its beginning and end -------------------------------------------------------------------- */

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

/* Runs it between two pipes, whose ends on our side do not block. */
static int start(struct mesh_child *c, char **argv, struct fault *f)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    int error = pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 ? errno : 0;
    if (error == 0)
        error = process_spawn(&c->pid, in[0], out[1], true, (const char *const *)argv);
    close_fd(in[0]);
    close_fd(out[1]);
    c->in.fd = in[1];
    c->out.fd = out[0];
    errno = error;
    if (error != 0)
        return fault_errno(f, "cannot run %s", argv[0]);
    fcntl(c->in.fd, F_SETPIPE_SZ, PIPE_SIZE); /* or it stays as it is */
    fcntl(c->out.fd, F_SETPIPE_SZ, PIPE_SIZE);
    fcntl(c->in.fd, F_SETFL, O_NONBLOCK);
    fcntl(c->out.fd, F_SETFL, O_NONBLOCK);
    return loop_watch(c->loop, &c->out, LOOP_READ, f);
}

struct mesh_child *mesh_child_new(struct loop *loop, char **argv,
                                  const struct mesh_child_owner *owner, struct fault *f)
{
    struct mesh_child *c = calloc(1, sizeof *c);
    if (c == NULL) {
        fault_memory(f);
        return NULL;
    }
    *c = (struct mesh_child){
        .loop = loop, .owner = owner, .name = argv[0], .reader = {.side = PROCESS_OUTPUTS}};
    c->in = (struct watch){.fd = -1, .ready = can_write, .self = c};
    c->out = (struct watch){.fd = -1, .ready = can_read, .self = c};
    c->timer = (struct timer){.fire = deadline, .self = c};
    if (start(c, argv, f) == 0)
        return c;
    mesh_child_free(c);
    return NULL;
}

int mesh_child_free(struct mesh_child *c)
{
    int status = 0;
    if (c == NULL)
        return 0;
    loop_unwatch(&c->in);
    loop_unwatch(&c->out);
    loop_cancel_timer(c->loop, &c->timer);
    close_fd(c->in.fd);
    close_fd(c->out.fd);
    while (c->pid > 0 && waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        ;
    process_reader_free(&c->reader);
    buf_free(&c->events);
    buf_free(&c->writing);
    free(c);
    return status;
}
