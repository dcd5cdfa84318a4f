#include "work/miner.h"

#include "base/waits.h"
#include "base/workers.h"
#include "hash/sha256.h"
#include "work/choice.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* After the digits, the final chunk has the byte 0x80, zeros, and the message's length in bits, 8
 * bytes: 52 is the last place for the end of the digits that is a whole number of words. */
enum { DIGITS_END = 52, LENGTH_AT = SHA256_CHUNK - 8 };

/*
 * The place where the digits end in the final chunk: as late as possible, so that as much as
 * possible of a compression is the same for all attempts. A seal of NONCE_DIGITS to SEAL_DIGITS
 * digits can reach 49 of the 64 places; the 15 that it cannot reach are consecutive, and so do not
 * include all five of 52, 48, 44, 40 and 36.
 */
static int place_digits(size_t n, size_t *end, size_t *seal_len)
{
    for (*end = DIGITS_END; *end > NONCE_DIGITS; *end -= 4) {
        *seal_len = NONCE_DIGITS + (*end - n - NONCE_DIGITS) % SHA256_CHUNK;
        if (*seal_len <= SEAL_DIGITS)
            return 0;
    }
    return -1;
}

static void pad(uint8_t chunk[SHA256_CHUNK], size_t end, uint64_t message_len)
{
    memset(chunk + end, 0, SHA256_CHUNK - end);
    chunk[end] = 0x80;
    for (size_t i = 0; i < 8; i++)
        chunk[LENGTH_AT + i] = (uint8_t)(message_len * 8 >> (56 - 8 * i));
}

int mine_job_init(struct mine_job *job, const char *header, size_t n,
                  const uint8_t target[TARGET_LEN], size_t *seal_len)
{
    size_t end;
    if (place_digits(n, &end, seal_len))
        return -1;
    char seal[SEAL_DIGITS];
    mine_seal(*seal_len, 0, seal);
    struct sha256 h;
    sha256_init(&h);
    sha256_update(&h, header, n);
    sha256_update(&h, seal, *seal_len); /* ends within a chunk, so the state is the midstate */
    memcpy(job->midstate, h.state, sizeof job->midstate);
    memcpy(job->chunk, h.tail, end);
    pad(job->chunk, end, n + *seal_len);
    job->nonce_at = end - NONCE_DIGITS;
    memcpy(job->target, target, TARGET_LEN);
    return 0;
}

void mine_seal(size_t seal_len, uint64_t nonce, char out[SEAL_DIGITS])
{
    for (size_t i = seal_len; i-- > 0; nonce >>= 4)
        out[i] = "0123456789abcdef"[nonce & 15];
}

/*
 * Chunks of nonces are handed out in order, and every chunk handed out is finished. So if one has a
 * hit, all chunks below it are or will be finished too, and the lowest hit of all is the lowest
 * nonce.
 */
struct search {
    const struct mine_job *job;
    _Atomic(const struct mine_kernel *) kernel;
    uint64_t chunk;    /* how many nonces a thread takes at a time, the same for every kernel */
    int64_t long_from; /* when the search has become long enough to compare kernels */
    struct mine_watch *watch;
    atomic_ullong next; /* the first chunk not yet taken */
    atomic_ullong best; /* the lowest nonce that meets the target so far */
    atomic_bool found;
};

/* The number of chunks: there are 2^64 nonces. */
static uint64_t count_chunks(const struct search *s)
{
    return UINT64_MAX / s->chunk + 1;
}

static void keep_least(struct search *s, uint64_t nonce)
{
    unsigned long long best = atomic_load(&s->best);
    while (nonce < best && !atomic_compare_exchange_weak(&s->best, &best, nonce))
        ;
    atomic_store(&s->found, true);
}

/* One thread compares the kernels while the others continue with the current one. */
static const struct mine_kernel *choose_kernel(struct search *s)
{
    if (waits_now() >= s->long_from)
        atomic_store(&s->kernel, mine_kernel_compare());
    return atomic_load(&s->kernel);
}

static void *work(void *self)
{
    struct search *s = self;
    const uint64_t size = s->chunk;
    while (!atomic_load(&s->watch->stop) && !atomic_load(&s->found)) {
        uint64_t chunk = atomic_fetch_add(&s->next, 1);
        if (chunk >= count_chunks(s))
            break;
        uint64_t first = chunk * size;
        uint64_t at = choose_kernel(s)->search(s->job, first, size);
        atomic_fetch_add(&s->watch->attempts, at < size ? at + 1 : at);
        if (at < size)
            keep_least(s, first + at);
    }
    return NULL;
}

/* Searches with n threads in addition to the caller's. */
static int work_with(struct search *s, int n, struct fault *f)
{
    pthread_t *thread = calloc((size_t)n, sizeof *thread);
    if (!thread)
        return fault_memory(f);
    int started = workers_start(thread, n, work, s);
    int result = started < n ? fault_errno(f, "cannot start thread %d of %d", started + 2, n + 1)
                             : 0;
    if (result)
        atomic_store(&s->next, count_chunks(s)); /* no chunks are left */
    else
        work(s);
    for (int i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    free(thread);
    return result;
}

int mine_search(const struct mine_job *job, int threads, struct mine_watch *watch, uint64_t *nonce,
                struct fault *f)
{
    enum { LONG_MS = 100 };
    const struct mine_kernel *kernel = mine_kernel_best();
    struct search s = {.job = job, .chunk = kernel->chunk, .watch = watch};
    s.long_from = waits_now() + LONG_MS;
    atomic_init(&s.kernel, kernel);
    atomic_init(&s.next, 0);
    atomic_init(&s.best, UINT64_MAX);
    atomic_init(&s.found, false);
    if (threads <= 1)
        work(&s);
    else if (work_with(&s, threads - 1, f))
        return -1;
    if (!atomic_load(&s.found))
        return 0;
    *nonce = atomic_load(&s.best);
    return 1;
}
