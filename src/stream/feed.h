/* A stream whose signatures are checked: while the caller works on one batch, the pool checks the
 * next. */
#ifndef STREAM_FEED_H
#define STREAM_FEED_H

#include "stream/stream.h"

struct feed {
    struct stream *stream;
    struct sigpool *pool;                        /* NULL: signatures are not checked */
    void (*recall)(void *self, struct batch *b); /* NULL: no signatures are cached */
    void *self;
    struct batch batches[2];
    int current;  /* the batch given out last */
    bool started; /* the other batch has been read, and its signatures are being checked */
    bool ended;
};

/* A feed over the stream, which it will free; the pool stays the caller's. */
void feed_init(struct feed *d, struct stream *stream, struct sigpool *pool);
void feed_free(struct feed *d);

/* From here on, recall is called before a batch's signatures are checked, and sets `checked` in the
 * entries whose signatures it knows to be valid. */
void feed_ask(struct feed *d, void (*recall)(void *self, struct batch *b), void *self);

/* Whether feed_next would return without waiting, or only wait for the rest of a record that has
 * begun to arrive. */
bool feed_ready(struct feed *d);

/* The next batch, its signatures checked, valid until the next call: 1, 0 at the end, -1 and
 * trouble. Reads ahead as long as it need not wait. */
int feed_next(struct feed *d, struct batch **b, struct fault *f);

#endif
