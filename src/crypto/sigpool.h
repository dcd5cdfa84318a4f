/* Signatures checked on several threads, in batches; the answers do not depend on the threads. */
#ifndef CRYPTO_SIGPOOL_H
#define CRYPTO_SIGPOOL_H

#include "crypto/ed25519.h"

struct sigpool;

/* A pool that works with so many threads in all, the caller's own among them (threads - 1 are
 * started, at the first batch that is worth it). Calls ed25519_load at the first batch that has a
 * job. NULL: no memory. */
struct sigpool *sigpool_new(int threads);
void sigpool_free(struct sigpool *p);

/* Hands the pool n jobs and returns at once. jobs and all that they point to stay put until
 * sigpool_wait. At most one batch is under way: of one that is, all jobs get their answers first.
 * 0, or -1 and trouble. */
int sigpool_start(struct sigpool *p, struct sigjob *jobs, size_t n, struct fault *f);

/* Works along until every job of the batch under way has its answer. */
void sigpool_wait(struct sigpool *p);

#endif
