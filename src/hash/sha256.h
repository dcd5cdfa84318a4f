/*
 * SHA-256 (FIPS 180-4): our own small code, so programs that only hash start without libcrypto, and
 * the miner can save a midstate. Uses the processor's SHA instructions if it has them.
 */
#ifndef HASH_SHA256_H
#define HASH_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN 32
#define SHA256_CHUNK 64 /* bytes of one compression: the block of FIPS 180-4 */
#define SHA256_LANES 4  /* texts hashed side by side */

struct sha256 {
    uint32_t state[8]; /* the chaining value after the whole chunks so far: the midstate */
    uint64_t len;      /* bytes hashed so far */
    uint8_t tail[SHA256_CHUNK];
};

void sha256_init(struct sha256 *h);
void sha256_update(struct sha256 *h, const void *data, size_t n);
void sha256_final(struct sha256 *h, uint8_t out[SHA256_LEN]);

/* The hash of n bytes. */
void sha256(const void *data, size_t n, uint8_t out[SHA256_LEN]);

/* The constants of the 64 rounds, for kernels. */
extern const uint32_t sha256_constants[64];

/* The hashes of n texts, each as sha256 gives it. On a processor with SHA instructions, hashing
 * many side by side takes two thirds of the time. */
struct sha256_text {
    const void *data;
    size_t len;
    uint8_t *out; /* SHA256_LEN bytes */
};
void sha256_all(const struct sha256_text *texts, size_t n);

/* Runs the compression function over n chunks of SHA256_CHUNK bytes. */
void sha256_compress(uint32_t state[8], const uint8_t *chunks, size_t n);

/* The entries that sha256_compress chooses from, best first, the portable one last; for tests and
 * the benchmarks. A NULL name ends the table. */
struct sha256_kernel {
    const char *name;
    unsigned needs; /* of the processor: see base/processor.h */
    void (*compress)(uint32_t state[8], const uint8_t *chunks, size_t n);
    /* The same for SHA256_LANES states at once, n chunks each. */
    void (*compress_lanes)(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n);
};
extern const struct sha256_kernel sha256_kernels[];

#endif
