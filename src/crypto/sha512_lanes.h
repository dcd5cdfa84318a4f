/* SHA-512 (FIPS 180-4) of eight texts side by side, by AVX-512: for ed25519_ifma.c alone. */
#ifndef CRYPTO_SHA512_LANES_H
#define CRYPTO_SHA512_LANES_H

#if defined(__x86_64__)

#include <stddef.h>
#include <stdint.h>

#define SHA512_HEAD 64

/* A head, and what follows it. */
struct sha512_text {
    uint8_t head[SHA512_HEAD];
    const uint8_t *body; /* len bytes; NULL where that is 0 */
    size_t len;
};

/* out[i][lane] is word i of the lane's hash, read as eight little-endian numbers. */
void sha512_lanes(const struct sha512_text text[8], uint64_t out[8][8]);

#endif
#endif
