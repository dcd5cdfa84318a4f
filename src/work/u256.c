#include "work/u256.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

static const struct u256 greatest = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};

struct u256 u256_read(const uint8_t bytes[32])
{
    struct u256 a;
    for (int i = 0; i < 4; i++) {
        uint64_t word;
        memcpy(&word, bytes + 8 * i, sizeof word);
        a.word[3 - i] = be64toh(word);
    }
    return a;
}

void u256_write(struct u256 a, uint8_t bytes[32])
{
    for (int i = 0; i < 4; i++) {
        uint64_t word = htobe64(a.word[3 - i]);
        memcpy(bytes + 8 * i, &word, sizeof word);
    }
}

int u256_compare(struct u256 a, struct u256 b)
{
    for (int i = 3; i >= 0; i--)
        if (a.word[i] != b.word[i])
            return a.word[i] < b.word[i] ? -1 : 1;
    return 0;
}

struct u256 u256_add(struct u256 a, struct u256 b)
{
    unsigned __int128 carry = 0;
    for (int i = 0; i < 4; i++) {
        carry += (unsigned __int128)a.word[i] + b.word[i];
        a.word[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return carry ? greatest : a;
}

struct u256 u256_subtract(struct u256 a, struct u256 b)
{
    unsigned borrow = 0;
    for (int i = 0; i < 4; i++) {
        unsigned __int128 rest = (unsigned __int128)a.word[i] - b.word[i] - borrow;
        a.word[i] = (uint64_t)rest;
        borrow = (unsigned)(rest >> 64) & 1;
    }
    return a;
}

enum { WIDE = 5 }; /* words of an intermediate result of over 256 bits */

/* The number of bits in n words, without leading zeros. */
static int length(const uint64_t *word, int n)
{
    for (int i = n - 1; i >= 0; i--)
        if (word[i])
            return 64 * (i + 1) - __builtin_clzll(word[i]);
    return 0;
}

/* The 64 bits of five words from this bit on; bits outside them are 0. */
static uint64_t bits_at(const uint64_t word[WIDE], int64_t bit)
{
    int64_t i = bit >> 6;
    unsigned below = (unsigned)(bit & 63);
    uint64_t low = i >= 0 && i < WIDE ? word[i] : 0;
    uint64_t high = i >= -1 && i < WIDE - 1 ? word[i + 1] : 0;
    return low >> below | high << 1 << (63 - below);
}

struct u256 u256_scale(struct u256 a, uint32_t factor, int64_t shift)
{
    uint64_t product[WIDE];
    unsigned __int128 carry = 0;
    for (int i = 0; i < 4; i++) {
        carry += (unsigned __int128)a.word[i] * factor;
        product[i] = (uint64_t)carry;
        carry >>= 64;
    }
    product[4] = (uint64_t)carry;
    int bits = length(product, WIDE);
    if (bits == 0 || shift <= -bits)
        return (struct u256){{0}};
    if (shift > 256 - bits)
        return greatest;
    for (int i = 0; i < 4; i++)
        a.word[i] = bits_at(product, 64 * i - shift);
    return a;
}

/* The low n words of a * 2^shift; shift is below 64. */
static void shift_left(const uint64_t *a, int n, int shift, uint64_t *out)
{
    uint64_t below = 0;
    for (int i = 0; i < n; i++) {
        out[i] = a[i] << shift | below;
        below = a[i] >> 1 >> (63 - shift);
    }
}

/* word[0..n] -= digit * b[0..n); if that is too much, adds b back until it is not. Gives the
 * corrected digit. */
static uint64_t take(uint64_t *word, const uint64_t *b, int n, uint64_t digit)
{
    uint64_t carry = 0, borrow = 0;
    for (int i = 0; i <= n; i++) {
        unsigned __int128 product = (unsigned __int128)digit * (i < n ? b[i] : 0) + carry;
        unsigned __int128 rest = (unsigned __int128)word[i] - (uint64_t)product - borrow;
        carry = (uint64_t)(product >> 64);
        borrow = (uint64_t)(rest >> 64) & 1;
        word[i] = (uint64_t)rest;
    }
    for (; borrow; digit--) {
        unsigned __int128 sum = 0;
        for (int i = 0; i <= n; i++) {
            sum += (unsigned __int128)word[i] + (i < n ? b[i] : 0);
            word[i] = (uint64_t)sum;
            sum >>= 64;
        }
        borrow -= (uint64_t)sum;
    }
    return digit;
}

/* Long division in digits of 64 bits (Knuth, 4.3.1, algorithm D): with b's highest bit set, a digit
 * guessed from the highest digits alone is at most two too large. */
struct u256 u256_divide(struct u256 a, struct u256 b)
{
    struct u256 quotient = {{0}};
    int n = (length(b.word, 4) + 63) / 64, shift = n * 64 - length(b.word, 4);
    uint64_t dividend[WIDE] = {0}, divisor[4];
    shift_left(b.word, n, shift, divisor);
    shift_left(a.word, 4, shift, dividend);
    dividend[4] = a.word[3] >> 1 >> (63 - shift);
    for (int i = 4 - n; i >= 0; i--) {
        uint64_t *top = dividend + i + n, digit = UINT64_MAX;
        if (*top < divisor[n - 1])
            digit = (uint64_t)(((unsigned __int128)top[0] << 64 | top[-1]) / divisor[n - 1]);
        quotient.word[i] = take(dividend + i, divisor, n, digit);
    }
    return quotient;
}
