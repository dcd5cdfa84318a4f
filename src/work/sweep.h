/*
 * A sweep over a range of nonces for one header: tries every nonce, and finds all ids that are low
 * enough, in the order of their nonces, and the lowest of all. The result does not depend on the
 * number of threads.
 */
#ifndef WORK_SWEEP_H
#define WORK_SWEEP_H

#include "work/miner.h"

#include <stdbool.h>

#define SWEEP_HITS 8192 /* a run ends soon after it has found this many */

/* The nonce of a seal, and the resulting id. */
struct sweep_attempt {
    uint64_t nonce;
    uint8_t id[TARGET_LEN];
};

/* The caller may read all fields between runs, and changes none. */
struct sweep {
    const char *header; /* without its seal; the caller's */
    size_t header_len, seal_len;
    uint8_t share[TARGET_LEN], target[TARGET_LEN];
    uint64_t next, last;
    bool started;              /* best is set */
    bool runs;                 /* it has run before */
    bool over;                 /* every nonce was tried, or one met `target` */
    bool ended;                /* by an id that is not over `target`, the last of the hits */
    struct sweep_attempt best; /* the lowest so far */

    struct sweep_attempt *hits; /* of the last run, by nonce: ids that are not over `share` */
    size_t hits_count, hits_cap;
};

/* The id of the header (ending in the space before the seal) with this nonce's seal. */
void sweep_id(const char *header, size_t n, size_t seal_len, uint64_t nonce,
              uint8_t id[TARGET_LEN]);

/* Prepares a sweep over the nonces from first to last, inclusive. Ids not over `share` are hits; an
 * id not over `target`, which must not be over `share`, ends it. The header stays the caller's, and
 * must not move. 0, or -1: no seal fits this header (cannot happen). */
int sweep_init(struct sweep *s, const char *header, size_t n, const uint8_t share[TARGET_LEN],
               const uint8_t target[TARGET_LEN], uint64_t first, uint64_t last);
void sweep_free(struct sweep *s);

/* Continues for about so many milliseconds, until the sweep is over or stopped, with the caller's
 * thread and threads - 1 more, which block all signals. Afterwards all nonces below s->next are
 * done, and s->hits has the hits of this run. 0, or -1 and trouble: the sweep is then unusable. */
int sweep_run(struct sweep *s, int threads, int milliseconds, struct mine_watch *watch,
              struct fault *f);

#endif
