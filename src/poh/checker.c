#include "poh/checker.h"

#include "base/workers.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    QUEUE = 1024,
    SLICE = 1 << 14, /* steps between two looks at what is left to do */
};

struct poh_checker {
    const struct poh_choice *choice;
    pthread_mutex_t lock;
    pthread_cond_t more, space, done;
    /* Under the lock: */
    struct poh_claim queue[QUEUE]; /* a ring */
    size_t first, queued;
    uint64_t open; /* claims that are added and not yet answered */
    bool closed, stop;
    struct poh_claim wrong; /* the first; line 0: none */
    int wanted, started;
    pthread_t threads[];
};

/* The claims that a thread works on. */
struct work {
    struct poh_claim claims[POH_LANES_MAX];
    struct poh_hash chains[POH_LANES_MAX];
    int64_t left[POH_LANES_MAX]; /* steps */
    int count;
};

/* Whether the claim can no longer change the answer. Under the lock. */
static bool is_idle(const struct poh_checker *k, const struct poh_claim *claim)
{
    return k->wrong.line && claim->line > k->wrong.line;
}

/* Under the lock. */
static void answer(struct poh_checker *k, const struct poh_claim *claim, bool right)
{
    if (!right && !is_idle(k, claim))
        k->wrong = *claim;
    k->open--;
    if (!k->open || k->wrong.line)
        pthread_cond_broadcast(&k->done);
    if (k->wrong.line)
        pthread_cond_broadcast(&k->space);
}

/* Takes claims from the queue, no more than this thread's part of it. Under the lock. */
static void take(struct poh_checker *k, struct work *w)
{
    size_t part = (k->queued + (size_t)k->wanted - 1) / (size_t)k->wanted;
    for (; part && w->count < POH_LANES_MAX; part--, w->count++) {
        w->claims[w->count] = k->queue[k->first];
        w->chains[w->count] = k->queue[k->first].from;
        w->left[w->count] = k->queue[k->first].steps;
        k->first = (k->first + 1) % QUEUE;
        k->queued--;
    }
    pthread_cond_signal(&k->space);
}

/* Answers the claims that are done, or whose answer matters no more. Under the lock. */
static void settle(struct poh_checker *k, struct work *w)
{
    for (int i = 0; i < w->count;) {
        bool idle = is_idle(k, &w->claims[i]);
        if (w->left[i] && !idle) {
            i++;
            continue;
        }
        answer(k, &w->claims[i], idle || poh_hash_equal(&w->chains[i], &w->claims[i].to));
        w->count--;
        w->claims[i] = w->claims[w->count];
        w->chains[i] = w->chains[w->count];
        w->left[i] = w->left[w->count];
    }
}

static void advance(const struct poh_checker *k, struct work *w)
{
    int64_t n = SLICE;
    for (int i = 0; i < w->count; i++)
        n = w->left[i] < n ? w->left[i] : n;
    poh_run(k->choice, w->chains, w->count, (uint64_t)n);
    for (int i = 0; i < w->count; i++)
        w->left[i] -= n;
}

static void *check(void *self)
{
    struct poh_checker *k = self;
    struct work w = {.count = 0};
    pthread_mutex_lock(&k->lock);
    for (;;) {
        while (!w.count && !k->queued && !k->stop)
            pthread_cond_wait(&k->more, &k->lock);
        if (k->stop)
            break;
        take(k, &w);
        settle(k, &w);
        if (!w.count)
            continue;
        pthread_mutex_unlock(&k->lock);
        advance(k, &w);
        pthread_mutex_lock(&k->lock);
        settle(k, &w);
    }
    pthread_mutex_unlock(&k->lock);
    return NULL;
}

struct poh_checker *poh_checker_new(const struct poh_choice *c, int threads, struct fault *f)
{
    struct poh_checker *k = calloc(1, sizeof *k + (size_t)threads * sizeof *k->threads);
    if (!k) {
        fault_memory(f);
        return NULL;
    }
    k->choice = c;
    k->wanted = threads;
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->more, NULL);
    pthread_cond_init(&k->space, NULL);
    pthread_cond_init(&k->done, NULL);
    k->started = workers_start(k->threads, threads, check, k);
    if (k->started == threads)
        return k;
    fault_errno(f, "cannot start a thread");
    poh_checker_free(k);
    return NULL;
}

void poh_checker_free(struct poh_checker *k)
{
    if (!k)
        return;
    pthread_mutex_lock(&k->lock);
    k->stop = true;
    pthread_cond_broadcast(&k->more);
    pthread_mutex_unlock(&k->lock);
    for (int i = 0; i < k->started; i++)
        pthread_join(k->threads[i], NULL);
    pthread_cond_destroy(&k->more);
    pthread_cond_destroy(&k->space);
    pthread_cond_destroy(&k->done);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

bool poh_checker_add(struct poh_checker *k, const struct poh_claim *claim)
{
    pthread_mutex_lock(&k->lock);
    while (k->queued == QUEUE && !k->wrong.line)
        pthread_cond_wait(&k->space, &k->lock);
    bool wanted = !k->wrong.line;
    if (wanted) {
        k->queue[(k->first + k->queued++) % QUEUE] = *claim;
        k->open++;
        pthread_cond_signal(&k->more);
    }
    pthread_mutex_unlock(&k->lock);
    return wanted;
}

void poh_checker_close(struct poh_checker *k)
{
    pthread_mutex_lock(&k->lock);
    k->closed = true;
    pthread_cond_broadcast(&k->done);
    pthread_mutex_unlock(&k->lock);
}

uint64_t poh_checker_wait(struct poh_checker *k, int64_t *steps)
{
    pthread_mutex_lock(&k->lock);
    while (k->open || (!k->closed && !k->wrong.line))
        pthread_cond_wait(&k->done, &k->lock);
    *steps = k->wrong.steps;
    pthread_mutex_unlock(&k->lock);
    return k->wrong.line;
}
