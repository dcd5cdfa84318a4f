/*
 * The search for a seal (block(5)): the nonce is in the last 64-byte chunk of the header line, so
 * an attempt is one SHA-256 compression from a saved midstate.
 */
#ifndef WORK_MINER_H
#define WORK_MINER_H

#include "base/fault.h"
#include "work/target.h"

#include <stdatomic.h>
#include <stddef.h>

#define NONCE_DIGITS 16  /* the last digits of a seal: a counter in lowercase hex */
#define SEAL_DIGITS 64   /* the longest seal */
#define MINE_CHUNK 65536 /* the most nonces that a thread takes at a time */

/* A job: everything that is the same for all attempts. */
struct mine_job {
    uint32_t midstate[8];
    uint8_t
        chunk[64];   /* the final chunk, with padding and length; attempts set the nonce's digits */
    size_t nonce_at; /* offset in chunk of the NONCE_DIGITS digits: 20, 24, 28, 32 or 36, so they
                        are four whole words of the hash's input, and the words before them are the
                        same for every attempt */
    uint8_t target[TARGET_LEN];
};

/* An inner loop. */
struct mine_kernel {
    const char *name;
    unsigned needs; /* the processor features it needs (base/processor.h) */
    unsigned suits; /* further features without which it is not worth running */
    /* Tries `count` nonces from first on (none above 2^64-1). Gives the index of the first that
     * meets the target, or count if none does. */
    uint64_t (*search)(const struct mine_job *job, uint64_t first, uint64_t count);
    /* How many nonces a thread takes at a time, a power of two: few enough that a search stops, and
     * its count of attempts is up to date, within milliseconds. */
    uint64_t chunk;
};

/* Best first, for the processors that they suit, the portable one last; a NULL name ends the table.
 * work/choice.h chooses. */
extern const struct mine_kernel mine_kernels[];

/* Prepares a job for the header line without its seal, which ends with the space before it (n
 * bytes). The seal is as many zeros as move the nonce's digits to nonce_at in the final chunk,
 * followed by those digits: seal_len is the total (NONCE_DIGITS to SEAL_DIGITS), and depends only
 * on n. 0, or -1: no such seal (cannot happen with any header). */
int mine_job_init(struct mine_job *job, const char *header, size_t n,
                  const uint8_t target[TARGET_LEN], size_t *seal_len);

/* Writes the seal_len digits of the seal with this nonce, without a terminator. */
void mine_seal(size_t seal_len, uint64_t nonce, char out[SEAL_DIGITS]);

/* Watches and stops a search from other threads or a signal handler. The caller initialises both
 * fields before the first search; a search only adds to attempts, and only reads stop. */
struct mine_watch {
    atomic_bool stop; /* set: stop within a few milliseconds */
    /* Made so far; never too high, and at most MINE_CHUNK too low for each thread. */
    atomic_ullong attempts;
};

/* Searches all nonces from 0 on with so many threads: the caller's and threads - 1 more, which
 * block all signals. The nonce found is the lowest that meets the target, whatever the number of
 * threads. 1 and *nonce; 0 if stopped first or if none of the 2^64 meets it; -1 and trouble. */
int mine_search(const struct mine_job *job, int threads, struct mine_watch *watch, uint64_t *nonce,
                struct fault *f);

#endif
