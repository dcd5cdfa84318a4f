#include "process/saver.h"

#include "base/workers.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* What one sync is for. */
struct group {
    struct buf lines;
    uint64_t number;
    bool replace;
};

struct process_saver {
    struct process_log *log; /* the thread's */
    pthread_t thread;
    int event;
    pthread_mutex_t lock; /* for all that follows */
    pthread_cond_t filled;
    struct group waiting;
    uint64_t saved, syncs;
    bool stopping, failed;
    struct fault fault;
};

/* Waits for a group, and takes it in exchange for an empty one. Whether there is one: else it is
 * time to stop. */
static bool take_group(struct process_saver *s, struct group *g)
{
    pthread_mutex_lock(&s->lock);
    while (s->waiting.lines.len == 0 && !s->stopping)
        pthread_cond_wait(&s->filled, &s->lock);
    struct group empty = {.lines = g->lines};
    empty.lines.len = 0;
    *g = s->waiting;
    s->waiting = empty;
    pthread_mutex_unlock(&s->lock);
    return g->lines.len > 0;
}

static void tell(struct process_saver *s, const struct group *g, const struct fault *f, bool failed)
{
    pthread_mutex_lock(&s->lock);
    if (failed)
        s->fault = *f;
    else
        s->saved = g->number;
    s->failed = failed;
    s->syncs++;
    pthread_mutex_unlock(&s->lock);
    while (eventfd_write(s->event, 1) != 0 && errno != EAGAIN) /* EAGAIN: it can be read anyway */
        ;
}

static void *work(void *self)
{
    struct process_saver *s = self;
    struct group g = {0};
    struct fault f;
    bool failed = false;
    while (!failed && take_group(s, &g)) {
        failed = (g.replace ? process_log_replace(s->log, g.lines.data, g.lines.len, &f)
                            : process_log_append(s->log, g.lines.data, g.lines.len, &f)) != 0;
        tell(s, &g, &f, failed);
    }
    buf_free(&g.lines);
    return NULL;
}

static void free_saver(struct process_saver *s)
{
    buf_free(&s->waiting.lines);
    pthread_cond_destroy(&s->filled);
    pthread_mutex_destroy(&s->lock);
    if (s->event >= 0)
        close(s->event);
    free(s);
}

struct process_saver *process_saver_start(struct process_log *log, struct fault *f)
{
    struct process_saver *s = calloc(1, sizeof *s);
    if (s == NULL) {
        fault_memory(f);
        return NULL;
    }
    s->log = log;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->filled, NULL);
    s->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->event >= 0 && workers_start(&s->thread, 1, work, s) == 1)
        return s;
    fault_errno(f, "cannot start the thread that saves");
    free_saver(s);
    return NULL;
}

int process_saver_put(struct process_saver *s, const char *lines, size_t n, uint64_t number,
                      bool replace, struct fault *f)
{
    pthread_mutex_lock(&s->lock);
    if (replace)
        s->waiting.lines.len = 0;
    s->waiting.replace |= replace;
    int failed = buf_add(&s->waiting.lines, lines, n);
    s->waiting.number = number;
    pthread_cond_signal(&s->filled);
    pthread_mutex_unlock(&s->lock);
    return failed != 0 ? fault_memory(f) : 0;
}

int process_saver_fd(const struct process_saver *s)
{
    return s->event;
}

int process_saver_saved(struct process_saver *s, uint64_t *number, uint64_t *syncs, struct fault *f)
{
    eventfd_t events;
    eventfd_read(s->event, &events);
    pthread_mutex_lock(&s->lock);
    *number = s->saved;
    *syncs = s->syncs;
    bool failed = s->failed;
    if (failed)
        *f = s->fault;
    pthread_mutex_unlock(&s->lock);
    return failed ? -1 : 0;
}

int process_saver_stop(struct process_saver *s, struct fault *f)
{
    if (s == NULL)
        return 0;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->filled);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    bool failed = s->failed;
    if (failed)
        *f = s->fault;
    free_saver(s);
    return failed ? -1 : 0;
}
