/*
 * A sweep over a range of nonces under one header: every nonce is tried, all ids that are worth
 * telling are found, and the lowest one of all, in order, whatever the number of threads.
 */
#ifndef WORK_SWEEP_H
#define WORK_SWEEP_H

#include "work/miner.h"

#include <stdbool.h>

#define SWEEP_HITS 8192 /* a run ends soon after it has found so many */

/* A seal's nonce, and the id that it makes. */
struct attempt {
    uint64_t nonce;
    uint8_t id[TARGET_LEN];
};

/* All are to be looked at between runs, and none to be changed. */
struct sweep {
    const char *header; /* without its seal; the caller's */
    size_t header_len, seal_len;
    uint8_t tell[TARGET_LEN], end[TARGET_LEN];
    uint64_t next, last;
    bool started;        /* has a lowest one */
    bool runs;           /* has run before */
    bool over;           /* every nonce was tried, or the end met */
    bool ended;          /* by an id that is not over `end`: the last of hits */
    struct attempt best; /* the lowest so far */

    struct attempt *hits; /* of the last run, by nonce: those not over `tell` */
    size_t hits_count, hits_cap;
};

/* The id of the header (ending in the space before the seal) with this nonce's seal. */
void sweep_id(const char *header, size_t n, size_t seal_len, uint64_t nonce,
              uint8_t id[TARGET_LEN]);

/* Begins to sweep the nonces from first to last, both included. An id that is not over end, which
 * is not over tell, ends it. The header stays the caller's, and in its place. 0, or -1: no seal
 * fits this header (cannot be, for any). */
int sweep_init(struct sweep *s, const char *header, size_t n, const uint8_t tell[TARGET_LEN],
               const uint8_t end[TARGET_LEN], uint64_t first, uint64_t last);
void sweep_free(struct sweep *s);

/* Goes on for about so long, until it is over or is stopped: with the caller's thread, and threads
 * - 1 more, which block all signals. All nonces below s->next are done then, and the hits among
 * those that this run has tried are in s->hits. 0, or -1 and trouble: the sweep is of no use then.
 */
int sweep_run(struct sweep *s, int threads, int milliseconds, struct mine_watch *watch,
              struct fault *f);

#endif
