#include "stream/feed.h"

void feed_init(struct feed *d, struct stream *stream, struct sigpool *pool)
{
    *d = (struct feed){.stream = stream, .pool = pool};
}

void feed_free(struct feed *d)
{
    if (d->pool)
        sigpool_wait_all(d->pool);
    batch_free(&d->batches[0]);
    batch_free(&d->batches[1]);
    stream_free(d->stream);
}

void feed_ask(struct feed *d, void (*recall)(void *self, struct batch *b), void *self)
{
    d->recall = recall;
    d->self = self;
}

bool feed_ready(struct feed *d)
{
    return d->started || d->ended || stream_ready(d->stream);
}

/* Reads the next batch into the slot. 0, or -1 and trouble. */
static int read_batch(struct feed *d, struct batch *slot, bool *got, struct fault *f)
{
    int more = stream_next(d->stream, slot, f);
    if (more < 0)
        return -1;
    *got = more;
    d->ended = !more;
    return 0;
}

/* Starts checking the signatures of the batch after the current one. */
static int start(struct feed *d, struct fault *f)
{
    struct batch *b = &d->batches[!d->current];
    d->started = true;
    if (!d->pool)
        return 0;
    if (d->recall)
        d->recall(d->self, b);
    return batch_start(b, d->pool, f);
}

static int start_first(struct feed *d, struct fault *f)
{
    bool got;
    if (read_batch(d, &d->batches[!d->current], &got, f))
        return -1;
    return got ? start(d, f) : 0;
}

/* Keeps the pool busy: reads the next batch into the slot that the caller is done with, and queues
 * its signatures, before it waits for the last answers to this batch. */
int feed_next(struct feed *d, struct batch **b, struct fault *f)
{
    if (!d->started && !d->ended && start_first(d, f))
        return -1;
    if (!d->started)
        return 0;
    bool more = !d->ended && stream_ready(d->stream);
    if (more && read_batch(d, &d->batches[d->current], &more, f))
        return -1;
    d->current = !d->current;
    d->started = false;
    if (more && start(d, f))
        return -1;
    *b = &d->batches[d->current];
    return d->pool && batch_finish(*b, d->pool, f) ? -1 : 1;
}
