#include "process/snapshots.h"

#include "base/file.h"
#include "process/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

int process_snapshots_commit(struct process_snapshots *s, uint64_t index, const struct payload *p)
{
    if (s->command == NULL)
        return 0;
    s->index = index;
    s->count++;
    return p == NULL ? 0 : buf_add(&s->text, p->text, p->len);
}

int process_snapshots_restore(struct process_snapshots *s, uint64_t index, const struct payload *p)
{
    s->stale = s->pid != 0;
    s->text.len = 0;
    s->count = 0;
    return process_snapshots_commit(s, index, p);
}

/* --- The command ------------------------------------------------------------------------------ */

/* A file in memory that a child may inherit by posix_spawn's dup2. */
static int make_file(const struct buf *text)
{
    int fd = memfd_create("snapshot", MFD_CLOEXEC);
    if (fd >= 0 && text != NULL && file_write_at(fd, text->data, text->len, 0) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int process_snapshots_start(struct process_snapshots *s, struct fault *f)
{
    const char *const words[] = {"/bin/sh", "-c", s->command, NULL};
    if (s->command == NULL || s->pid != 0 || s->count < s->every)
        return 0;
    int input = make_file(&s->text);
    s->output = input >= 0 ? make_file(NULL) : -1;
    int error = s->output >= 0 ? process_spawn(&s->pid, input, s->output, false, words) : errno;
    if (input >= 0)
        close(input);
    s->fd = error == 0 ? pidfd_open(s->pid, 0) : -1;
    errno = error != 0 ? error : errno;
    if (s->fd < 0)
        return fault_errno(f, "cannot run '%s'", s->command);
    s->taken = s->index;
    s->taken_bytes = s->text.len;
    s->count = 0;
    return 0;
}

/* What the command wrote, as a payload. NULL and *f. */
static struct payload *read_state(const struct process_snapshots *s, struct fault *f)
{
    off_t size = lseek(s->output, 0, SEEK_END);
    struct buf text = {0};
    struct payload *p = NULL;
    if (size > PAYLOAD_MAX)
        fault_trouble(f, "'%s' wrote more than %d bytes", s->command, PAYLOAD_MAX);
    else if (size < 0 || buf_reserve(&text, (size_t)size) != 0 ||
             file_read_at(s->output, text.data, (size_t)size, 0) != 0)
        fault_errno(f, "cannot read what '%s' wrote", s->command);
    else if ((p = payload_new(text.data, (size_t)size)) == NULL)
        fault_trouble(f, "'%s' wrote a line without its end", s->command);
    buf_free(&text);
    return p;
}

static void forget_command(struct process_snapshots *s)
{
    if (s->fd >= 0)
        close(s->fd);
    if (s->output >= 0)
        close(s->output);
    s->fd = s->output = -1;
    s->pid = 0;
    s->stale = false;
}

/* The state takes the place of all that went into it. */
static int keep_state(struct process_snapshots *s, const struct payload *p)
{
    struct buf text = {0};
    if (buf_add(&text, p->text, p->len) != 0 ||
        buf_add(&text, s->text.data + s->taken_bytes, s->text.len - s->taken_bytes) != 0) {
        buf_free(&text);
        return -1;
    }
    buf_free(&s->text);
    s->text = text;
    return 0;
}

int process_snapshots_end(struct process_snapshots *s, uint64_t *index, struct payload **state,
                          struct fault *f)
{
    int status = 0, result = 0;
    while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
        ;
    *index = s->taken;
    if (!s->stale && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
        result = fault_trouble(f, "'%s' ended with status %d", s->command,
                               WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    else if (!s->stale) {
        *state = read_state(s, f);
        result = *state == NULL ? -1 : 1;
    }
    forget_command(s);
    if (result == 1 && keep_state(s, *state) != 0) {
        payload_unref(*state);
        return fault_memory(f);
    }
    return result;
}

void process_snapshots_free(struct process_snapshots *s)
{
    if (s->pid != 0) {
        kill(s->pid, SIGTERM);
        waitpid(s->pid, NULL, 0);
    }
    forget_command(s);
    buf_free(&s->text);
}
