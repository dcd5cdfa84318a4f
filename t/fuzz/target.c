/*
 * work/target against block(5) to the letter, computed slowly: numbers have 640 bits,
 * and division goes by one bit at a time.
 *
 * The input is a target (32 bytes) and five numbers of 8: genesis's time, spacing, halflife,
 * height, time.
 */
#include "work/target.h"
#include "fuzz.h"

enum { WORDS = 20, BITS = 32 * WORDS };

struct big {
    uint32_t word[WORDS]; /* least significant first */
};

static struct big big(uint64_t n)
{
    return (struct big){{(uint32_t)n, (uint32_t)(n >> 32)}};
}

static struct big big_of_target(const uint8_t target[TARGET_LEN])
{
    struct big a = {{0}};
    for (int i = 0; i < TARGET_LEN; i++)
        a.word[i / 4] |= (uint32_t)target[TARGET_LEN - 1 - i] << i % 4 * 8;
    return a;
}

static int compare(const struct big *a, const struct big *b)
{
    for (int i = WORDS - 1; i >= 0; i--)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

static struct big add(struct big a, struct big b)
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)a.word[i] + b.word[i];
        a.word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return a;
}

static struct big subtract(struct big a, struct big b)
{
    int64_t borrow = 0;
    for (int i = 0; i < WORDS; i++) {
        int64_t d = (int64_t)a.word[i] - b.word[i] - borrow;
        borrow = d < 0;
        a.word[i] = (uint32_t)d;
    }
    return a;
}

static struct big multiply(struct big a, struct big b)
{
    struct big product = {{0}};
    for (int i = 0; i < WORDS; i++) {
        uint64_t carry = 0;
        for (int j = 0; a.word[i] && i + j < WORDS; j++) {
            carry += product.word[i + j] + (uint64_t)a.word[i] * b.word[j];
            product.word[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    return product;
}

static struct big power_of_two(int n)
{
    struct big a = {{0}};
    a.word[n / 32] = 1U << n % 32;
    return a;
}

static struct big divide(struct big a, struct big b)
{
    struct big quotient = {{0}}, rest = {{0}};
    for (int bit = BITS - 1; bit >= 0; bit--) {
        rest = add(rest, rest);
        rest.word[0] |= a.word[bit / 32] >> bit % 32 & 1;
        if (compare(&rest, &b) < 0)
            continue;
        rest = subtract(rest, b);
        quotient.word[bit / 32] |= 1U << bit % 32;
    }
    return quotient;
}

/* e = drift * 65536 / halflife, as a size and a sign; *huge where that exceeds 2^40. */
static int64_t exponent(const struct asert *a, int64_t height, int64_t time, bool *huge)
{
    struct big plus = big((uint64_t)time);
    struct big minus = add(multiply(big((uint64_t)a->spacing), big((uint64_t)height)),
                           big((uint64_t)a->time));
    bool negative = compare(&plus, &minus) < 0;
    struct big drift = negative ? subtract(minus, plus) : subtract(plus, minus);
    struct big limit = power_of_two(40);
    struct big e = divide(multiply(drift, big(65536)), big((uint64_t)a->halflife));
    *huge = compare(&e, &limit) > 0;
    int64_t size = *huge ? (int64_t)1 << 40 : (int64_t)((uint64_t)e.word[1] << 32 | e.word[0]);
    return negative ? -size : size;
}

static struct big factor_of(int64_t frac)
{
    struct big x = big((uint64_t)frac), square = multiply(x, x);
    struct big sum = add(multiply(big(195766423245049), x), multiply(big(971821376), square));
    sum = add(sum, multiply(big(5127), multiply(square, x)));
    return add(big(65536), divide(add(sum, power_of_two(47)), power_of_two(48)));
}

static struct big next(const struct asert *a, int64_t height, int64_t time)
{
    struct big most = subtract(power_of_two(256), big(1)), none = {{0}},
               target = big_of_target(a->target);
    bool huge;
    if (a->halflife == 0)
        return target;
    int64_t e = exponent(a, height, time, &huge), frac = e & 65535, shift = (e - frac) / 65536 - 16;
    target = multiply(target, factor_of(frac));
    if (compare(&target, &none) && shift > 300)
        return most;
    if (shift < -600)
        return big(1);
    target = shift < 0 ? divide(target, power_of_two((int)-shift))
                       : multiply(target, power_of_two(shift > 300 ? 0 : (int)shift));
    if (compare(&target, &none) == 0)
        return big(1);
    return compare(&target, &most) > 0 ? most : target;
}

static void check_work(const uint8_t target[TARGET_LEN])
{
    uint8_t work[TARGET_LEN];
    struct big t = big_of_target(target), zero = {{0}};
    if (compare(&t, &zero) == 0)
        return;
    struct big want = divide(power_of_two(256), add(t, big(1)));
    u256_write(target_work(target), work);
    struct big got = big_of_target(work);
    must(compare(&got, &want) == 0);
}

static int64_t number(const uint8_t **at)
{
    uint64_t n = 0;
    for (int i = 0; i < 8; i++)
        n = n << 8 | *(*at)++;
    return (int64_t)(n & INT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct asert a;
    uint8_t target[TARGET_LEN];
    if (n < TARGET_LEN + 5 * 8)
        return 0;
    memcpy(a.target, data, TARGET_LEN);
    data += TARGET_LEN;
    a.time = number(&data);
    a.spacing = number(&data);
    a.halflife = number(&data);
    int64_t height = number(&data), time = number(&data);
    a.spacing += a.spacing == 0;
    target_next(&a, height, time, target);
    struct big got = big_of_target(target), want = next(&a, height, time);
    must(compare(&got, &want) == 0);
    must(target_met(a.target, target) == (memcmp(a.target, target, TARGET_LEN) <= 0));
    check_work(a.target);
    check_work(target);
    return 0;
}
