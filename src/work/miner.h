/*
 * The search for a seal (block(5)): the nonce is laid into the last 64-byte chunk of the
 * header line, so that an attempt is one SHA-256 compression from a saved midstate.
 */
#ifndef WORK_MINER_H
#define WORK_MINER_H

#include "base/fault.h"
#include "work/target.h"

#include <stdatomic.h>
#include <stddef.h>

#define NONCE_DIGITS 16  /* the last digits of a seal, counted up in lowercase hex */
#define SEAL_DIGITS 64   /* the most that a seal can have */
#define MINE_CHUNK 65536 /* the most nonces that a thread takes at once */

/* One piece of work: everything that an attempt does not change. */
struct mine_job {
    uint32_t midstate[8];
    uint8_t chunk[64]; /* the final chunk, padding and length included; the nonce's digits are set
                          by the attempt */
    size_t nonce_at;   /* where in chunk the NONCE_DIGITS digits stand: 20, 24, 28, 32 or 36, so
                          that they are four whole words of the hash's input, and the words before
                          them are the same for every attempt */
    uint8_t target[TARGET_LEN];
};

/* An inner loop. */
struct mine_kernel {
    const char *name;
    unsigned needs; /* of the processor, to run: see base/processor.h */
    unsigned suits; /* of the processor besides, to be worth running */
    /* Tries the nonces first, first + 1, ... of which there are count (none above 2^64-1). Gives
     * the index of the first that meets the target, or count where none does. */
    uint64_t (*search)(const struct mine_job *job, uint64_t first, uint64_t count);
    /* How many nonces a thread takes at once, a power of two: few enough that a search ends, and
     * what is counted of it is right, within milliseconds. */
    uint64_t chunk;
};

/* Best first on processors that they suit, the portable one last; a NULL name ends the table.
 * work/choice.h chooses. */
extern const struct mine_kernel mine_kernels[];

/* Lays out a job for the header line without its seal, ending in the space before it (n bytes). The
 * seal is as many zeros as bring the nonce's digits to nonce_at in the chunk that header, seal and
 * padding end with, and then the digits: seal_len says how many digits in all (NONCE_DIGITS to
 * SEAL_DIGITS); it depends on n alone. 0, or -1: no such seal (cannot be, for any header). */
int mine_job_init(struct mine_job *job, const char *header, size_t n,
                  const uint8_t target[TARGET_LEN], size_t *seal_len);

/* Writes the seal_len digits of the seal with this nonce, no terminator. */
void mine_seal(size_t seal_len, uint64_t nonce, char out[SEAL_DIGITS]);

/* How a search is watched and stopped from other threads or a signal handler. Both are the caller's
 * to set before the first search; a search only adds to attempts, and only reads stop. */
struct mine_watch {
    atomic_bool stop;       /* set: give up within a few milliseconds */
    atomic_ullong attempts; /* made so far; never above the truth, and at most MINE_CHUNK a thread
                               below it */
};

/* Searches all nonces from 0 on with so many threads: the caller's, and threads - 1 more, which
 * block all signals. The nonce found is the lowest that meets the target, whatever the number of
 * threads. 1 and *nonce; 0 when stopped first or none of 2^64 does; -1 and trouble. */
int mine_search(const struct mine_job *job, int threads, struct mine_watch *watch, uint64_t *nonce,
                struct fault *f);

#endif
