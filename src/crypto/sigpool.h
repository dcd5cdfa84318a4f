/* Checks signatures on several threads, in batches; the answers do not depend on the number of
 * threads. A pool is used by one thread at a time. */
#ifndef CRYPTO_SIGPOOL_H
#define CRYPTO_SIGPOOL_H

#include "base/fault.h"
#include "crypto/sigjob.h"

struct sigpool;

/* A pool of so many threads in all, including the caller's (threads - 1 are started, at the first
 * batch that is worth it). Calls ed25519_load at the first batch that has an Ed25519 job. NULL: no
 * memory. */
struct sigpool *sigpool_new(int threads);
void sigpool_free(struct sigpool *p);

/* Queues n jobs, of one scheme or of both, and returns at once. jobs and everything they point to
 * must stay in place until the sigpool_wait for them. Two batches can be in flight, so no thread is
 * idle while the last answers of one are computed; starting a third first waits for the older one.
 * 0, or -1 and trouble: this batch was not started. */
int sigpool_start(struct sigpool *p, struct sigjob *jobs, size_t n, struct fault *f);

/* Helps until each of these jobs, if they are in flight, has its answer; or until all jobs have. */
void sigpool_wait(struct sigpool *p, const struct sigjob *jobs);
void sigpool_wait_all(struct sigpool *p);

#endif
