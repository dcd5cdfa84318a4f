/* Judges pulled blocks in an overlay of the ledger, one puller's blocks at a time and in small
 * steps, so that peers are not kept waiting. */
#ifndef SYNC_JUDGING_H
#define SYNC_JUDGING_H

#include "gossip/puller.h"
#include "ledger/overlay.h"
#include "ledger/sigcache.h"
#include "stream/feed.h"

struct judging {
    struct overlay *overlay;
    struct sigpool *pool;
    struct sigcache *sigcache; /* or NULL */
    bool busy;                 /* blocks are waiting to be judged */
    struct buf text;
    struct span span;
    struct feed feed;
    struct batch *batch;
    size_t next;
};

/* The results of a step. */
enum {
    JUDGING_END, /* all blocks are judged */
    JUDGING_BAD, /* a block breaks a rule; those after it are dropped */
    JUDGING_NEW, /* a block is valid and new */
    JUDGING_ON,  /* nothing to report yet */
};

/* All of them stay the caller's. sigcache: signatures that are known to be valid, or NULL. */
void judging_init(struct judging *j, struct overlay *overlay, struct sigpool *pool,
                  struct sigcache *sigcache);
void judging_free(struct judging *j);

/* Takes over the puller's complete blocks; must not be busy. 0, or -1 and trouble. */
int judging_begin(struct judging *j, struct puller *from, struct fault *f);

/* The next step, while busy: one of the results above, or -1 and trouble. *item is the block, valid
 * until the next step, or NULL; *f is set for JUDGING_BAD. now: Unix seconds. First call
 * overlay_next until it gives 0. */
int judging_step(struct judging *j, int64_t now, const struct item **item, struct fault *f);

/* Drops the blocks that are not judged yet. */
void judging_end(struct judging *j);

#endif
