#include "work/u256.h"

#include <stdbool.h>

static const struct u256 greatest = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};

struct u256 u256_read(const uint8_t bytes[32])
{
    struct u256 a = {{0}};
    for (int i = 0; i < 32; i++)
        a.word[3 - i / 8] = a.word[3 - i / 8] << 8 | bytes[i];
    return a;
}

void u256_write(struct u256 a, uint8_t bytes[32])
{
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)(a.word[3 - i / 8] >> (56 - i % 8 * 8));
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

/* a - b, where a is not below b. */
static struct u256 subtract(struct u256 a, struct u256 b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++) {
        unsigned __int128 d = (unsigned __int128)a.word[i] - b.word[i] - borrow;
        a.word[i] = (uint64_t)d;
        borrow = (uint64_t)(d >> 64) & 1;
    }
    return a;
}

/* The product goes into the middle of a field of zero words, so that the words of the result can be
 * cut out at any bit within SHIFT_MAX of it; more shift than that leaves nothing of a product below
 * 2^288, or takes any but zero over 2^256. */
enum { SHIFT_MAX = 448, BELOW = SHIFT_MAX / 64, RESULT = 5 + BELOW, FIELD = BELOW + RESULT + 8 };

static void multiply(struct u256 a, uint32_t factor, uint64_t product[5])
{
    unsigned __int128 carry = 0;
    for (int i = 0; i < 4; i++) {
        carry += (unsigned __int128)a.word[i] * factor;
        product[i] = (uint64_t)carry;
        carry >>= 64;
    }
    product[4] = (uint64_t)carry;
}

struct u256 u256_scale(struct u256 a, uint32_t factor, int64_t shift)
{
    if (shift < -SHIFT_MAX)
        return (struct u256){{0}};
    if (shift > SHIFT_MAX)
        shift = SHIFT_MAX;
    uint64_t field[FIELD] = {0};
    multiply(a, factor, field + BELOW);
    bool over = false;
    for (int i = 0; i < RESULT; i++) {
        unsigned bit = (unsigned)(64 * (i + BELOW) - (int)shift);
        const uint64_t *w = field + bit / 64;
        uint64_t word = w[0] >> bit % 64 | w[1] << 1 << (63 - bit % 64);
        if (i < 4)
            a.word[i] = word;
        else
            over |= word != 0;
    }
    return over ? greatest : a;
}

/* How many bits a has without its leading zeros. */
static int length(struct u256 a)
{
    for (int i = 3; i >= 0; i--)
        if (a.word[i])
            return 64 * (i + 1) - __builtin_clzll(a.word[i]);
    return 0;
}

static struct u256 halve(struct u256 a)
{
    for (int i = 0; i < 3; i++)
        a.word[i] = a.word[i] >> 1 | a.word[i + 1] << 63;
    a.word[3] >>= 1;
    return a;
}

struct u256 u256_divide(struct u256 a, struct u256 b)
{
    struct u256 quotient = {{0}};
    int bit = length(a) - length(b);
    for (b = u256_scale(b, 1, bit); bit >= 0; bit--) {
        if (u256_compare(a, b) >= 0) {
            a = subtract(a, b);
            quotient.word[bit / 64] |= (uint64_t)1 << bit % 64;
        }
        b = halve(b);
    }
    return quotient;
}
