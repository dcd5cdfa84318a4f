#include "work/sweep.h"

#include "base/array.h"
#include "base/workers.h"
#include "hash/sha256.h"
#include "work/choice.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHUNK = 8192 }; /* nonces that a thread takes at a time: 8 ms at a million a second */

void sweep_id(const char *header, size_t n, size_t seal_len, uint64_t nonce, uint8_t id[TARGET_LEN])
{
    char seal[SEAL_DIGITS];
    struct sha256 h;
    mine_seal(seal_len, nonce, seal);
    sha256_init(&h);
    sha256_update(&h, header, n);
    sha256_update(&h, seal, seal_len);
    sha256_final(&h, id);
}

int sweep_init(struct sweep *s, const char *header, size_t n, const uint8_t share[TARGET_LEN],
               const uint8_t target[TARGET_LEN], uint64_t first, uint64_t last)
{
    struct mine_job job;
    *s = (struct sweep){.header = header, .header_len = n, .next = first, .last = last};
    memcpy(s->share, share, TARGET_LEN);
    memcpy(s->target, target, TARGET_LEN);
    return mine_job_init(&job, header, n, share, &s->seal_len);
}

void sweep_free(struct sweep *s)
{
    free(s->hits);
    s->hits = NULL;
}

/* What the threads of a run share, under one lock, which is taken twice for each chunk, that is,
 * for at least tens of microseconds of work. */
struct run {
    struct sweep *sweep;
    const struct mine_kernel *kernel;
    struct mine_watch *watch;
    struct timespec until;
    pthread_mutex_t lock;
    bool no_memory;
};

/* The nonces that a thread has taken. */
struct piece {
    uint64_t first, count;
    uint8_t most[TARGET_LEN]; /* ids over this are neither reported nor the lowest */
    struct mine_job job;      /* the job has the target `most`, or an earlier value of it */
    bool laid_out;
};

static bool is_time(const struct timespec *until)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > until->tv_sec ||
           (now.tv_sec == until->tv_sec && now.tv_nsec >= until->tv_nsec);
}

/* Call under the lock. */
static void set_most(const struct sweep *s, uint8_t most[TARGET_LEN])
{
    if (!s->started)
        memset(most, 0xff, TARGET_LEN);
    else
        memcpy(most, memcmp(s->best.id, s->share, TARGET_LEN) > 0 ? s->best.id : s->share,
               TARGET_LEN);
}

/* Takes the next nonces, if any are left. `always`: ignores the time, for the first piece of a run,
 * so every run makes progress. */
static bool take(struct run *r, struct piece *p, bool always)
{
    struct sweep *s = r->sweep;
    bool over = !always && is_time(&r->until);
    pthread_mutex_lock(&r->lock);
    over |= s->over || s->hits_count >= SWEEP_HITS || r->no_memory || atomic_load(&r->watch->stop);
    if (!over) {
        uint64_t left = s->last - s->next; /* how many are left, minus one */
        p->first = s->next;
        p->count = left < CHUNK ? left + 1 : CHUNK;
        s->over = left < CHUNK;
        s->next += p->count;
        set_most(s, p->most);
    }
    pthread_mutex_unlock(&r->lock);
    return !over;
}

static void keep_hit(struct run *r, const struct sweep_attempt *a)
{
    struct sweep *s = r->sweep;
    if (ARRAY_RESERVE(s->hits, s->hits_cap, s->hits_count + 1))
        r->no_memory = true;
    else
        s->hits[s->hits_count++] = *a;
}

/* Records an attempt. Gives whether it ends the sweep. */
static bool keep(struct run *r, const struct sweep_attempt *a, uint8_t most[TARGET_LEN])
{
    struct sweep *s = r->sweep;
    pthread_mutex_lock(&r->lock);
    if (!s->started || memcmp(a->id, s->best.id, TARGET_LEN) < 0)
        s->best = *a;
    s->started = true;
    if (target_met(a->id, s->share))
        keep_hit(r, a);
    bool ends = target_met(a->id, s->target);
    s->ended |= ends;
    s->over |= ends;
    set_most(s, most);
    pthread_mutex_unlock(&r->lock);
    return ends;
}

static void lay_out(const struct sweep *s, struct piece *p)
{
    size_t seal_len;
    if (p->laid_out && memcmp(p->job.target, p->most, TARGET_LEN) == 0)
        return;
    (void)mine_job_init(&p->job, s->header, s->header_len, p->most,
                        &seal_len); /* it fitted before */
    p->laid_out = true;
}

/* Searches a piece, until an attempt ends the sweep. */
static void search(struct run *r, struct piece *p)
{
    const struct sweep *s = r->sweep;
    struct sweep_attempt a;
    uint64_t done = 0;
    for (bool ends = false; !ends && done < p->count;) {
        lay_out(s, p);
        done += r->kernel->search(&p->job, p->first + done, p->count - done);
        if (done == p->count)
            break;
        a.nonce = p->first + done++;
        sweep_id(s->header, s->header_len, s->seal_len, a.nonce, a.id);
        ends = keep(r, &a, p->most);
    }
    atomic_fetch_add(&r->watch->attempts, done);
}

static void *work(void *self)
{
    struct run *r = self;
    struct piece p = {0};
    for (bool first = true; take(r, &p, first); first = false)
        search(r, &p);
    return NULL;
}

/* Searches with so many threads in addition to the caller's. 0, or an errno: one could not be
 * started. */
static int work_with(struct run *r, int n)
{
    pthread_t *thread = calloc((size_t)n, sizeof *thread);
    int started = thread ? workers_start(thread, n, work, r) : 0;
    int error = !thread ? ENOMEM : started < n ? errno : 0;
    if (!error)
        work(r);
    for (int i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    free(thread);
    return error;
}

static int by_nonce(const void *a, const void *b)
{
    const struct sweep_attempt *x = a, *y = b;
    return x->nonce < y->nonce ? -1 : x->nonce > y->nonce;
}

/* Pieces are taken in order and finished, so the lowest of all nonces that end the sweep is among
 * the hits. Nonces after it may or may not have been tried, so their hits are dropped. */
static void put_in_order(struct sweep *s)
{
    if (s->hits_count)
        qsort(s->hits, s->hits_count, sizeof *s->hits, by_nonce);
    for (size_t i = 0; s->ended && i < s->hits_count; i++)
        if (target_met(s->hits[i].id, s->target))
            s->hits_count = i + 1;
}

static int threads_of_use(const struct sweep *s, int threads)
{
    uint64_t pieces = (s->last - s->next) / CHUNK + 1;
    return pieces < (uint64_t)threads ? (int)pieces : threads;
}

static struct timespec after(int milliseconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += milliseconds / 1000;
    t.tv_nsec += milliseconds % 1000 * 1000000L;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

int sweep_run(struct sweep *s, int threads, int milliseconds, struct mine_watch *watch,
              struct fault *f)
{
    struct run r = {.sweep = s, .watch = watch};
    int error = 0;
    s->hits_count = 0;
    if (s->over)
        return 0;
    r.kernel = s->runs ? mine_kernel_compare() : mine_kernel_best();
    s->runs = true;
    r.until = after(milliseconds);
    threads = threads_of_use(s, threads);
    pthread_mutex_init(&r.lock, NULL);
    if (threads > 1)
        error = work_with(&r, threads - 1);
    else
        work(&r);
    pthread_mutex_destroy(&r.lock);
    if (r.no_memory)
        return fault_memory(f);
    errno = error;
    if (error)
        return fault_errno(f, "cannot start %d threads", threads);
    put_in_order(s);
    return 0;
}
