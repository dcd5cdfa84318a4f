/* SHA-256's compression function by x86's SHA instructions: a row of sha256.c's table, for that
 * file only. */
#ifndef HASH_SHA256_NI_H
#define HASH_SHA256_NI_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#define SHA256_NI 1

/* For processors with PROCESSOR_SHA. */
void sha256_ni_compress(uint32_t state[8], const uint8_t *chunks, size_t n);
void sha256_ni_compress_lanes(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n);
#endif

#endif
