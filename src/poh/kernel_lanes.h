/*
 * The steps of as many chains side by side as a vector has lanes. Each kernel compiles this code
 * for its own vectors; before including it, it defines what hash/sha256_vectors.h needs and
 *
 *     LANES                     the number of lanes
 *     load(p), store(p, x)      LANES words at p, aligned
 *     spread(x)                 a word in every lane
 *     and2(x, y), or2(x, y), left(x, n)
 *     digits(x)                 of bytes from 0 to 15 their hex digits
 */
#include "hash/sha256_vectors.h"
#include "poh/kernel.h"

/* The four hex digits of sixteen bits, as a word of the schedule: the first is its highest byte. */
INLINE lanes digits_of(lanes sixteen)
{
    lanes bytes = and2(or2(sixteen, left(sixteen, 8)), spread(0x00ff00ff));
    return digits(and2(or2(bytes, left(bytes, 4)), spread(0x0f0f0f0f)));
}

INLINE void first_round(lanes s[8], lanes w[16], int t)
{
    if (t >= 16) {
        lanes sum = add(w[t & 15], w[(t - 7) & 15]);
        w[t & 15] = add(add(sum, small_sigma0(w[(t - 15) & 15])), small_sigma1(w[(t - 2) & 15]));
    }
    lanes_round(s, t, add(w[t & 15], spread(sha256_constants[t])));
}

INLINE void lanes_step(lanes s[8], const lanes initial[8])
{
    lanes w[16], middle[8];
    for (int i = 0; i < 8; i++) {
        w[2 * i] = digits_of(shift(s[i], 16));
        w[2 * i + 1] = digits_of(and2(s[i], spread(0xffff)));
        s[i] = initial[i];
    }
#define FIRST(t) first_round(s, w, t);
    TIMES_16(FIRST, 0)
    TIMES_16(FIRST, 16)
    TIMES_16(FIRST, 32)
    TIMES_16(FIRST, 48)
    for (int i = 0; i < 8; i++)
        middle[i] = s[i] = add(s[i], initial[i]);
#define SECOND(t) lanes_round(s, t, spread(poh_second[t]));
    TIMES_16(SECOND, 0)
    TIMES_16(SECOND, 16)
    TIMES_16(SECOND, 32)
    TIMES_16(SECOND, 48)
    for (int i = 0; i < 8; i++)
        s[i] = add(s[i], middle[i]);
}

INLINE void lanes_steps(struct poh_hash *chains, uint64_t n)
{
    _Alignas(64) uint32_t column[LANES];
    struct sha256 fresh;
    lanes s[8], initial[8];
    sha256_init(&fresh);
    for (int i = 0; i < 8; i++) {
        for (int lane = 0; lane < LANES; lane++)
            column[lane] = chains[lane].words[i];
        s[i] = load(column);
        initial[i] = spread(fresh.state[i]);
    }
    for (; n; n--)
        lanes_step(s, initial);
    for (int i = 0; i < 8; i++) {
        store(column, s[i]);
        for (int lane = 0; lane < LANES; lane++)
            chains[lane].words[i] = column[lane];
    }
}
