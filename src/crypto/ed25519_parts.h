/* The parts of a kernel that checks several signatures side by side, as the tests see them. */
#ifndef CRYPTO_ED25519_PARTS_H
#define CRYPTO_ED25519_PARTS_H

#include "crypto/sha512_text.h"

/* Numbers modulo p = 2^255 - 19. */
enum lanes_operation {
    LANES_ADD,
    LANES_SUB,
    LANES_NEGATE,
    LANES_MUL,
    LANES_SQUARE,
    LANES_INVERT,
    LANES_ROOT,      /* a^((p - 5) / 8) */
    LANES_CANONICAL, /* the canonical one, below p */
};

struct ed25519_parts {
    int lanes, limbs;
    /* Numbers are arrays [limb][lane]; limb i has the weight 2^e, where e is i * half_bits / 2,
     * rounded up. carried: the largest limbs, even and odd, of the numbers that all functions take
     * and give. factors: those of the numbers that LANES_MUL and LANES_SQUARE also take. */
    int half_bits;
    uint64_t carried[2], factors[2];
    void (*calculate)(enum lanes_operation op, const uint64_t *a, const uint64_t *b, uint64_t *out);
    /* out[i][lane] is word i of the lane's hash, read as eight little-endian numbers. */
    void (*hash)(const struct sha512_text *texts, uint64_t *out);
};

#endif
