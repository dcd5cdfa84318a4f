/* Blocks as a puller brings them, judged on a trial: one puller's at a time, a step at a time, so
 * that peers are not kept waiting. */
#ifndef SYNC_JUDGING_H
#define SYNC_JUDGING_H

#include "ledger/trial.h"
#include "net/puller.h"
#include "stream/feed.h"

struct judging {
    struct trial *trial;
    struct sigpool *pool;
    bool busy; /* there are blocks to be judged */
    struct buf text;
    struct span span;
    struct feed feed;
    struct batch *batch;
    size_t next;
};

/* What a step may find. */
enum {
    JUDGING_END, /* all were judged */
    JUDGING_BAD, /* a block breaks a rule; those behind it are dropped */
    JUDGING_NEW, /* a block holds that was not there yet */
    JUDGING_ON,  /* nothing to tell of yet */
};

/* The trial and the pool stay the caller's. */
void judging_init(struct judging *j, struct trial *trial, struct sigpool *pool);
void judging_free(struct judging *j);

/* Takes over the whole blocks that the puller has, where none are there. 0, or -1 and trouble. */
int judging_begin(struct judging *j, struct puller *from, struct fault *f);

/* The next step, while it is busy: one of the above, with *item for a block, good until the next
 * step (NULL where there is none), and *f for a rule; or -1 and trouble. now: Unix seconds. The
 * trial must be drained before it. */
int judging_step(struct judging *j, int64_t now, const struct item **item, struct fault *f);

/* Drops what is not judged yet. */
void judging_end(struct judging *j);

#endif
