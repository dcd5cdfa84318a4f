#include "poh/inbox.h"

#include "base/workers.h"
#include "poh/stamped.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { SLOTS = 2 };

struct poh_inbox {
    struct stream *stream;
    struct batch batches[SLOTS]; /* a ring: the reader fills one while the caller has another */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    atomic_bool news; /* a batch is there, or the end: looked at without the lock */
    /* Under the lock: */
    size_t first, filled; /* batches that are the caller's, or wait for it */
    bool lent;            /* batch `first` is the caller's */
    bool ended;
    int got; /* of the last read */
    struct fault fault;
};

static struct batch *empty_slot(struct poh_inbox *x)
{
    pthread_mutex_lock(&x->lock);
    while (x->filled == SLOTS)
        pthread_cond_wait(&x->changed, &x->lock);
    struct batch *b = &x->batches[(x->first + x->filled) % SLOTS];
    pthread_mutex_unlock(&x->lock);
    return b;
}

static void publish(struct poh_inbox *x, int got)
{
    pthread_mutex_lock(&x->lock);
    if (got > 0)
        x->filled++;
    else
        x->ended = true;
    x->got = got;
    atomic_store(&x->news, true);
    pthread_cond_signal(&x->changed);
    pthread_mutex_unlock(&x->lock);
}

static void *read_all(void *self)
{
    struct poh_inbox *x = self;
    int got;
    do {
        struct batch *b = empty_slot(x);
        got = stream_next(x->stream, b, &x->fault);
        for (size_t i = 0; got > 0 && i < b->count; i++)
            poh_identify(&b->items[i]);
        publish(x, got);
    } while (got > 0);
    return NULL;
}

struct poh_inbox *poh_inbox_new(struct source src, struct fault *f)
{
    struct poh_inbox *x = calloc(1, sizeof *x);
    struct stream *s = poh_stream_new(src);
    if (!x || !s) {
        stream_free(s);
        free(x);
        fault_memory(f);
        return NULL;
    }
    x->stream = s;
    pthread_mutex_init(&x->lock, NULL);
    pthread_cond_init(&x->changed, NULL);
    if (workers_start(&x->thread, 1, read_all, x) == 1)
        return x;
    fault_errno(f, "cannot start a thread");
    stream_free(s);
    free(x);
    return NULL;
}

/* Gives the caller's batch back, and the next to the caller. Under the lock. */
static struct batch *next(struct poh_inbox *x)
{
    if (x->lent) {
        x->lent = false;
        x->first = (x->first + 1) % SLOTS;
        x->filled--;
        pthread_cond_signal(&x->changed);
    }
    x->lent = x->filled > 0;
    atomic_store(&x->news, x->lent || x->ended);
    return x->lent ? &x->batches[x->first] : NULL;
}

struct batch *poh_inbox_look(struct poh_inbox *x, bool *ended)
{
    struct batch *b;
    *ended = false;
    if (!atomic_load_explicit(&x->news, memory_order_relaxed))
        return NULL;
    pthread_mutex_lock(&x->lock);
    b = next(x);
    *ended = !b && x->ended;
    pthread_mutex_unlock(&x->lock);
    return b;
}

struct batch *poh_inbox_wait(struct poh_inbox *x)
{
    struct batch *b;
    pthread_mutex_lock(&x->lock);
    while (!(b = next(x)) && !x->ended)
        pthread_cond_wait(&x->changed, &x->lock);
    pthread_mutex_unlock(&x->lock);
    return b;
}

int poh_inbox_end(const struct poh_inbox *x, struct fault *f)
{
    *f = x->fault;
    return x->got < 0 ? -1 : 0;
}

void poh_inbox_free(struct poh_inbox *x)
{
    pthread_join(x->thread, NULL);
    for (int i = 0; i < SLOTS; i++)
        batch_free(&x->batches[i]);
    stream_free(x->stream);
    pthread_cond_destroy(&x->changed);
    pthread_mutex_destroy(&x->lock);
    free(x);
}
