#include "ledger/feed.h"

void feed_init(struct feed *d, struct stream *stream, struct sigpool *pool)
{
    *d = (struct feed){.stream = stream, .pool = pool};
}

void feed_free(struct feed *d)
{
    if (d->started && d->pool)
        sigpool_wait(d->pool);
    batch_free(&d->batches[0]);
    batch_free(&d->batches[1]);
    stream_free(d->stream);
}

/* Reads the batch behind the current one and starts on its signatures. 0, or -1 and trouble. */
static int start_next(struct feed *d, struct fault *f)
{
    struct batch *next = &d->batches[!d->current];
    int got = stream_next(d->stream, next, f);
    if (got < 0)
        return -1;
    d->ended = !got;
    if (got && d->pool && batch_start(next, d->pool, f))
        return -1;
    d->started = got;
    return 0;
}

int feed_next(struct feed *d, struct batch **b, struct fault *f)
{
    if (!d->started && !d->ended && start_next(d, f))
        return -1;
    if (!d->started)
        return 0;
    d->current = !d->current;
    d->started = false;
    *b = &d->batches[d->current];
    if (d->pool)
        batch_finish(*b, d->pool);
    if (!d->ended && stream_ready(d->stream) && start_next(d, f))
        return -1;
    return 1;
}
