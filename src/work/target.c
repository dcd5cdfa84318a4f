#include "work/target.h"

#include <string.h>

/* After so many half-lives of drift the next target is 1 or 2^256-1, whatever the first one was:
 * 256 are enough, and the rest is a margin so that no rounding matters. */
#define HALFLIVES_MAX 4096

/*
 * drift * 65536 / halflife, rounded toward zero. The drift is below 2^127 in size and fits, but
 * 65536 times the drift does not. So, with drift = whole * halflife + rest, the result is whole *
 * 65536 + rest * 65536 / halflife, where rest * 65536 is below 2^79. A whole over HALFLIVES_MAX is
 * reduced to that; this changes the result, but the target stays at its limit.
 */
static int64_t exponent(const struct asert *a, int64_t height, int64_t time)
{
    __int128 drift = (__int128)time - a->time - (__int128)a->spacing * height;
    unsigned __int128 size = (unsigned __int128)(drift < 0 ? -drift : drift);
    if (size <
        (uint64_t)1 << 47) { /* the same, if everything fits into 64 bits, as it mostly does */
        uint64_t e = ((uint64_t)size << 16) / (uint64_t)a->halflife;
        if (e >> 16 <= HALFLIVES_MAX)
            return drift < 0 ? -(int64_t)e : (int64_t)e;
    }
    unsigned __int128 halflife = (unsigned __int128)a->halflife;
    unsigned __int128 whole = size / halflife, rest = size % halflife;
    if (whole > HALFLIVES_MAX)
        whole = HALFLIVES_MAX;
    int64_t e = (int64_t)(whole * 65536 + rest * 65536 / halflife);
    return drift < 0 ? -e : e;
}

/* 65536 * 2^(frac/65536) for frac below 65536, by a cubic polynomial; the sum stays below 2^64. */
static uint32_t power_of_two(uint64_t frac)
{
    uint64_t sum = 195766423245049 * frac + 971821376 * frac * frac + 5127 * frac * frac * frac +
                   ((uint64_t)1 << 47);
    return (uint32_t)(65536 + (sum >> 48));
}

void target_next(const struct asert *a, int64_t height, int64_t time, uint8_t out[TARGET_LEN])
{
    memcpy(out, a->target, TARGET_LEN);
    if (a->halflife == 0)
        return;
    int64_t e = exponent(a, height, time);
    int64_t frac = e & 65535;
    int64_t shift = (e - frac) / 65536; /* e >> 16, for negative e too */
    struct u256 t = u256_scale(u256_read(a->target), power_of_two((uint64_t)frac), shift - 16);
    const struct u256 zero = {{0}}, one = {{1}};
    u256_write(u256_compare(t, zero) == 0 ? one : t, out);
}

struct u256 target_work(const uint8_t target[TARGET_LEN])
{
    const struct u256 one = {{1}};
    struct u256 t = u256_read(target), rest = t;
    for (int i = 0; i < 4; i++)
        rest.word[i] = ~t.word[i];
    /* 2^256 itself does not fit: 2^256 / (t + 1) = (2^256 - (t + 1)) / (t + 1) + 1. If t is
     * 2^256-1, t + 1 does not fit either and saturates at t, but 0 / t + 1 is right. */
    return u256_add(u256_divide(rest, u256_add(t, one)), one);
}

bool target_met(const uint8_t id[TARGET_LEN], const uint8_t target[TARGET_LEN])
{
    return memcmp(id, target, TARGET_LEN) <= 0;
}
