/* Signatures checked on several threads, in batches; the answers do not depend on the threads. A
 * pool is used by one thread at a time. */
#ifndef CRYPTO_SIGPOOL_H
#define CRYPTO_SIGPOOL_H

#include "crypto/ed25519.h"

struct sigpool;

/* A pool that works with so many threads in all, the caller's own among them (threads - 1 are
 * started, at the first batch that is worth it). Calls ed25519_load at the first batch that has a
 * job. NULL: no memory. */
struct sigpool *sigpool_new(int threads);
void sigpool_free(struct sigpool *p);

/* Hands the pool n jobs and returns at once. jobs and all that they point to stay put until the
 * sigpool_wait for them. Two batches can be under way, so that no thread waits for the last answers
 * of the one; of a third, the oldest gets all its answers first. 0, or -1 and trouble: then this
 * batch is none. */
int sigpool_start(struct sigpool *p, struct sigjob *jobs, size_t n, struct fault *f);

/* Works along until every one of these jobs has its answer, if they are under way; or all jobs. */
void sigpool_wait(struct sigpool *p, const struct sigjob *jobs);
void sigpool_wait_all(struct sigpool *p);

#endif
