#include "crypto/sigpool.h"

#include "base/workers.h"
#include "crypto/ed25519.h"
#include "crypto/ed25519_keys.h"
#include "crypto/slh_dsa_jobs.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    BATCHES = 2,      /* batches under way at most */
    POINTS_PAY = 256, /* from so many jobs on, looking up their keys pays */
    AHEAD = 8,        /* keys whose table slots are prefetched together */
};

struct sigbatch {
    struct sigjob *asked; /* the caller's jobs; NULL if the slot is free */
    struct sigjob *jobs;  /* the same, or a copy in which those of SLH-DSA, if any, come first */
    size_t n, heavy;      /* all jobs; those of SLH-DSA */
    size_t next,
        left; /* the first job that no thread has taken; the number of jobs without an answer */

    struct ed25519_point *points; /* of the keys of the jobs after the heavy ones; the capacity */
    size_t *fresh;                /* which of these were not fully known when the batch began */
    size_t capacity, fresh_count;
    bool has_points;
};

struct sigpool {
    pthread_mutex_t lock;
    pthread_cond_t work, done; /* signalled when there are jobs to take; when a batch is complete */
    /* All of this is under the lock, except what the batches' jobs and points refer to. */
    struct sigbatch batches[BATCHES];
    int older; /* the batch that began first */
    bool stop;
    int wanted, started;
    struct ed25519_keys keys; /* used by the caller's thread only */
    pthread_t threads[];
};

/* --- Working threads -------------------------------------------------------------------------- */

/* The oldest batch that has jobs to take; NULL if none. */
static struct sigbatch *batch_to_work_on(struct sigpool *p)
{
    for (int i = 0; i < BATCHES; i++) {
        struct sigbatch *b = &p->batches[(p->older + i) % BATCHES];
        if (b->next < b->n)
            return b;
    }
    return NULL;
}

static size_t clamp(size_t x, size_t least, size_t most)
{
    return x < least ? least : x > most ? most : x;
}

/* How many jobs no thread has taken, of both batches. */
static size_t waiting(const struct sigpool *p)
{
    size_t n = 0;
    for (int i = 0; i < BATCHES; i++)
        n += p->batches[i].n - p->batches[i].next;
    return n;
}

/* How many jobs of the batch to take: fewer towards the end of both, since everyone waits for the
 * last answer. For Ed25519, a multiple of the kernel's vectors. By the best kernels, an SLH-DSA job
 * takes as long as seven of Ed25519: these are taken first, and one by one if there are threads for
 * all. */
static size_t slice_of(const struct sigpool *p, const struct sigbatch *b)
{
    enum { SLICES_LEFT = 2 }; /* for each thread */
    size_t slices = ((size_t)p->wanted + 1) * SLICES_LEFT;
    if (b->next < b->heavy)
        return clamp((b->heavy - b->next) / slices, 1, SLH_DSA_TOGETHER);
    const struct ed25519_kernel *k = ed25519_chosen();
    size_t left = b->n - b->next;
    size_t slice = clamp(waiting(p) / slices / k->lanes * k->lanes, k->lanes, k->most);
    return slice < left ? slice : left;
}

/* Answers n jobs from the i-th on, which are of one scheme. */
static void check_slice(const struct sigbatch *b, size_t i, size_t n)
{
    if (i < b->heavy)
        slh_dsa_check_all(b->jobs + i, n);
    else
        ed25519_check_all(b->jobs + i, b->has_points ? b->points + (i - b->heavy) : NULL, n);
}

/* Answers some jobs, without the lock meanwhile. false: there are none to take. */
static bool work_on(struct sigpool *p)
{
    struct sigbatch *b = batch_to_work_on(p);
    if (!b)
        return false;
    size_t i = b->next, n = slice_of(p, b);
    b->next += n;
    pthread_mutex_unlock(&p->lock);
    check_slice(b, i, n);
    pthread_mutex_lock(&p->lock);
    b->left -= n;
    if (!b->left)
        pthread_cond_signal(&p->done);
    return true;
}

static void *work(void *self)
{
    struct sigpool *p = self;
    pthread_mutex_lock(&p->lock);
    while (!p->stop)
        if (!work_on(p))
            pthread_cond_wait(&p->work, &p->lock);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* The main thread handles all signals. If the system allows fewer threads, those do the work. */
static void start_threads(struct sigpool *p)
{
    p->started += workers_start(p->threads + p->started, p->wanted - p->started, work, p);
    pthread_mutex_lock(&p->lock);
    p->wanted = p->started;
    pthread_mutex_unlock(&p->lock);
}

/* --- Keys ------------------------------------------------------------------------------------- */

/* Reserves points for so many jobs. 0, or -1: no memory. */
static int reserve_points(struct sigbatch *b, size_t n)
{
    if (n <= b->capacity)
        return 0;
    free(b->points);
    free(b->fresh);
    b->points = calloc(n, sizeof *b->points);
    b->fresh = calloc(n, sizeof *b->fresh);
    b->capacity = b->points && b->fresh ? n : 0;
    return b->capacity ? 0 : -1;
}

/* Looks up the keys of a new batch's Ed25519 jobs. If that does not pay, or there is no memory for
 * it, the kernel computes the points itself. */
static void look_up_keys(struct sigpool *p, struct sigbatch *b)
{
    size_t n = b->n - b->heavy;
    b->fresh_count = 0;
    b->has_points = n >= POINTS_PAY && ed25519_chosen()->uses_points && reserve_points(b, n) == 0;
    if (!b->has_points)
        return;
    ed25519_keys_find(&p->keys, b->jobs + b->heavy, b->points, n);
    for (size_t i = 0; i < n; i++)
        if (!ed25519_point_has_far(&b->points[i]))
            b->fresh[b->fresh_count++] = i;
}

static void keep_keys(struct sigpool *p, const struct sigbatch *b)
{
    const struct sigjob *jobs = b->jobs + b->heavy;
    for (size_t i = 0; i < b->fresh_count; i++) {
        if (i + AHEAD < b->fresh_count)
            ed25519_keys_prefetch(&p->keys, &jobs[b->fresh[i + AHEAD]]);
        ed25519_keys_add(&p->keys, &jobs[b->fresh[i]], &b->points[b->fresh[i]]);
    }
}

/* --- Schemes ---------------------------------------------------------------------------------- */

static size_t count_heavy(const struct sigjob *jobs, size_t n)
{
    size_t heavy = 0;
    for (size_t i = 0; i < n; i++)
        heavy += jobs[i].scheme == SIGNATURE_SLH_DSA;
    return heavy;
}

/* Copies n jobs, those of SLH-DSA first; or, if `back`, their answers to where they came from. */
static void move_jobs(struct sigbatch *b, bool back)
{
    size_t next[2] = {b->heavy, 0}; /* by scheme */
    for (size_t i = 0; i < b->n; i++) {
        struct sigjob *asked = &b->asked[i];
        struct sigjob *copy = &b->jobs[next[asked->scheme == SIGNATURE_SLH_DSA]++];
        if (back)
            *asked = *copy;
        else
            *copy = *asked;
    }
}

/* Puts jobs into a free slot; none can be taken yet. 0, or -1 and trouble, with the slot still
 * free. */
static int fill_batch(struct sigpool *p, struct sigbatch *b, struct sigjob *jobs, size_t n,
                      struct fault *f)
{
    size_t heavy = count_heavy(jobs, n);
    bool mixed = heavy && heavy < n;
    if (heavy < n && ed25519_load(f))
        return -1;
    struct sigjob *sorted = mixed ? calloc(n, sizeof *sorted) : jobs;
    if (!sorted)
        return fault_memory(f);
    b->asked = jobs;
    b->jobs = sorted;
    pthread_mutex_lock(&p->lock);
    b->n = b->next = n;
    b->heavy = heavy;
    pthread_mutex_unlock(&p->lock);
    if (mixed)
        move_jobs(b, false);
    return 0;
}

static void empty_batch(struct sigbatch *b)
{
    if (b->jobs != b->asked) {
        move_jobs(b, true);
        free(b->jobs);
    }
    b->asked = b->jobs = NULL;
}

/* --- Batches ---------------------------------------------------------------------------------- */

struct sigpool *sigpool_new(int threads)
{
    size_t others = threads > 1 ? (size_t)threads - 1 : 0;
    struct sigpool *p = calloc(1, sizeof *p + others * sizeof p->threads[0]);
    if (!p)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->done, NULL);
    p->wanted = (int)others;
    return p;
}

void sigpool_free(struct sigpool *p)
{
    if (!p)
        return;
    sigpool_wait_all(p);
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->started; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->done);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    for (int i = 0; i < BATCHES; i++) {
        free(p->batches[i].points);
        free(p->batches[i].fresh);
    }
    ed25519_keys_free(&p->keys);
    free(p);
}

/* Works until a batch has all its answers, and frees its slot. */
static void end_batch(struct sigpool *p, struct sigbatch *b)
{
    pthread_mutex_lock(&p->lock);
    while (b->left)
        if (!work_on(p))
            pthread_cond_wait(&p->done, &p->lock);
    pthread_mutex_unlock(&p->lock);
    keep_keys(p, b);
    empty_batch(b);
}

void sigpool_wait(struct sigpool *p, const struct sigjob *jobs)
{
    for (int i = 0; i < BATCHES; i++)
        if (jobs && p->batches[i].asked == jobs)
            end_batch(p, &p->batches[i]);
}

void sigpool_wait_all(struct sigpool *p)
{
    for (int i = 0; i < BATCHES; i++)
        sigpool_wait(p, p->batches[i].asked);
}

/* The slot of a new batch: the free one beside the batch under way, or that of the older batch
 * after it ends. */
static struct sigbatch *place_for_batch(struct sigpool *p)
{
    struct sigbatch *older = &p->batches[p->older];
    if (older->asked && !p->batches[!p->older].asked)
        return &p->batches[!p->older];
    sigpool_wait(p, older->asked);
    pthread_mutex_lock(&p->lock);
    p->older = !p->older;
    pthread_mutex_unlock(&p->lock);
    return older;
}

int sigpool_start(struct sigpool *p, struct sigjob *jobs, size_t n, struct fault *f)
{
    if (n == 0)
        return 0;
    struct sigbatch *b = place_for_batch(p);
    if (fill_batch(p, b, jobs, n, f))
        return -1;
    look_up_keys(p, b);
    pthread_mutex_lock(&p->lock);
    b->next = 0;
    b->left = n;
    bool shared = n > slice_of(p, b);
    if (shared)
        pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    if (shared)
        start_threads(p);
    return 0;
}
