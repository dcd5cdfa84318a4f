#include "crypto/sigpool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

struct sigpool {
    pthread_mutex_t lock;
    pthread_cond_t work, idle; /* there are jobs to take; nobody works any more */
    /* Under the lock, but for what the batch's jobs point to and `next` */
    struct sigjob *jobs;
    size_t n, slice;    /* how many, and taken at a time */
    atomic_size_t next; /* the first job that nobody took; n or more: none is left */
    int working;        /* threads that may hold a slice, the caller's not counted */
    bool stop;
    int wanted, started;
    pthread_t threads[];
};

static void take_slices(struct sigpool *p, struct sigjob *jobs, size_t n, size_t slice)
{
    for (;;) {
        size_t i = atomic_fetch_add_explicit(&p->next, slice, memory_order_relaxed);
        if (i >= n)
            return;
        ed25519_check_all(jobs + i, n - i < slice ? n - i : slice);
    }
}

/* The last thread keeps the others waiting for a slice at most: large ones only where there are
 * many. Whole vectors of the kernel's. */
static size_t slice_of(size_t n, int threads)
{
    enum { SLICES_PER_THREAD = 8 };
    const struct ed25519_kernel *k = ed25519_chosen();
    size_t slice = n / ((size_t)threads * SLICES_PER_THREAD) / k->lanes * k->lanes;
    return slice < k->lanes ? k->lanes : slice > k->most ? k->most : slice;
}

static bool nothing_to_take(struct sigpool *p)
{
    return atomic_load_explicit(&p->next, memory_order_relaxed) >= p->n;
}

/* Joins a batch only while it has jobs left, so none is joined after its sigpool_wait. */
static void *work(void *self)
{
    struct sigpool *p = self;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->stop && nothing_to_take(p))
            pthread_cond_wait(&p->work, &p->lock);
        if (p->stop)
            break;
        struct sigjob *jobs = p->jobs;
        size_t n = p->n, slice = p->slice;
        p->working++;
        pthread_mutex_unlock(&p->lock);
        take_slices(p, jobs, n, slice);
        pthread_mutex_lock(&p->lock);
        if (--p->working == 0)
            pthread_cond_signal(&p->idle);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* Signals are the main thread's. Where the system gives fewer threads, those do the work. */
static void start_threads(struct sigpool *p)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (p->started < p->wanted && pthread_create(&p->threads[p->started], NULL, work, p) == 0)
        p->started++;
    p->wanted = p->started;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct sigpool *sigpool_new(int threads)
{
    size_t others = threads > 1 ? (size_t)threads - 1 : 0;
    struct sigpool *p = calloc(1, sizeof *p + others * sizeof p->threads[0]);
    if (!p)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->idle, NULL);
    atomic_init(&p->next, 0);
    p->wanted = (int)others;
    return p;
}

void sigpool_free(struct sigpool *p)
{
    if (!p)
        return;
    sigpool_wait(p);
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->started; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->idle);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void sigpool_wait(struct sigpool *p)
{
    if (p->n)
        take_slices(p, p->jobs, p->n, p->slice);
    pthread_mutex_lock(&p->lock);
    while (p->working)
        pthread_cond_wait(&p->idle, &p->lock);
    p->n = 0;
    pthread_mutex_unlock(&p->lock);
}

int sigpool_start(struct sigpool *p, struct sigjob *jobs, size_t n, struct fault *f)
{
    if (n && ed25519_load(f))
        return -1;
    sigpool_wait(p); /* for a batch that somebody else has under way */
    pthread_mutex_lock(&p->lock);
    p->jobs = jobs;
    p->n = n;
    p->slice = n ? slice_of(n, p->wanted + 1) : 0;
    atomic_store_explicit(&p->next, 0, memory_order_relaxed);
    if (n > p->slice)
        pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    if (n > p->slice)
        start_threads(p);
    return 0;
}
