/* A stream with its signatures checked: while the caller works on one batch, the pool checks the
 * next. */
#ifndef STREAM_FEED_H
#define STREAM_FEED_H

#include "stream/stream.h"

struct feed {
    struct stream *stream;
    struct sigpool *pool;                        /* NULL: signatures are not looked at */
    void (*recall)(void *self, struct batch *b); /* NULL: nobody is asked */
    void *self;
    struct batch batches[2];
    int current;  /* the batch last given out */
    bool started; /* the other one is read, and its signatures are under way */
    bool ended;
};

/* A feed over the stream, which it frees in the end; the pool stays the caller's. */
void feed_init(struct feed *d, struct stream *stream, struct sigpool *pool);
void feed_free(struct feed *d);

/* From here on, recall is asked, before a batch's signatures are checked, to set `checked` in the
 * entries whose signatures it knows to hold. */
void feed_ask(struct feed *d, void (*recall)(void *self, struct batch *b), void *self);

/* From here on, only the signatures in blocks are looked at. */
void feed_blocks_only(struct feed *d);

/* Whether feed_next would answer without waiting, once the record that has begun to come is there.
 */
bool feed_ready(struct feed *d);

/* The next batch, its signatures checked, good until the next call: 1, 0 at the end, -1 and
 * trouble. It reads ahead as long as that needs no waiting. */
int feed_next(struct feed *d, struct batch **b, struct fault *f);

#endif
