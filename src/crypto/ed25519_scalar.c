#include "crypto/ed25519_scalar.h"

#include <string.h>

enum { WORDS = 5 };

__extension__ typedef unsigned __int128 wide;

/* L = 2^252 + 27742317777372353535851937790883648493, and 2^512 / L. */
static const uint64_t order[WORDS] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000,
                                      0};
static const uint64_t inverse[WORDS] = {0xed9ce5a30a2c131b, 0x2106215d086329a7, 0xffffffffffffffeb,
                                        0xffffffffffffffff, 0xf};

bool scalar_is_below_order(const uint64_t s[4])
{
    for (int i = 3; i >= 0; i--)
        if (s[i] != order[i])
            return s[i] < order[i];
    return false;
}

/* The lowest n words of a * b. */
static void multiply(const uint64_t a[WORDS], const uint64_t b[WORDS], uint64_t *out, int n)
{
    memset(out, 0, (size_t)n * sizeof *out);
    for (int i = 0; i < WORDS; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < WORDS && i + j < n; j++) {
            wide sum = (wide)a[i] * b[j] + out[i + j] + carry;
            out[i + j] = (uint64_t)sum;
            carry = (uint64_t)(sum >> 64);
        }
        if (i + WORDS < n)
            out[i + WORDS] = carry;
    }
}

/* a - b modulo 2^320. */
static void subtract(uint64_t a[WORDS], const uint64_t b[WORDS])
{
    uint64_t borrow = 0;
    for (int i = 0; i < WORDS; i++) {
        wide difference = (wide)a[i] - b[i] - borrow;
        a[i] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> 64) & 1;
    }
}

/* Barrett reduction (Handbook of Applied Cryptography, 14.42, with b = 2^64 and k = 4): the
 * quotient computed from the upper words is too low by at most 2. */
void scalar_reduce(const uint64_t x[8], uint64_t out[4])
{
    uint64_t product[2 * WORDS], back[WORDS], rest[WORDS];
    multiply(x + 3, inverse, product, 2 * WORDS);
    multiply(product + WORDS, order, back, WORDS);
    memcpy(rest, x, sizeof rest);
    subtract(rest, back);
    while (!scalar_is_below_order(rest)) /* it is below 3 L, so four words are enough */
        subtract(rest, order);
    memcpy(out, rest, 4 * sizeof *out);
}
