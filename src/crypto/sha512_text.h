/* The input of SHA-512 (FIPS 180-4) of several texts side by side, and its constants. */
#ifndef CRYPTO_SHA512_TEXT_H
#define CRYPTO_SHA512_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define SHA512_HEAD 64

/* A head, and the rest of the text after it. */
struct sha512_text {
    uint8_t head[SHA512_HEAD];
    const uint8_t *body; /* len bytes; NULL if len is 0 */
    size_t len;
};

extern const uint64_t sha512_constants[80];

#endif
