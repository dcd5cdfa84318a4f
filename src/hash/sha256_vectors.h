/*
 * SHA-256 (FIPS 180-4) of as many texts side by side as a vector has lanes: what kernels of several
 * folders share. Each compiles this code for its own vectors; before including it, it defines
 *
 *     INLINE            static, always inlined, with the processor's features
 *     lanes             the type
 *     add(x, y), shift(x, n), rotate(x, n), xor3(x, y, z)   in every lane; to the right
 *     choose(e, f, g), majority(a, b, c)                    for lanes_round alone
 */
#include "hash/sha256.h"

#define TIMES_4(f, n) f(n) f(n + 1) f(n + 2) f(n + 3)
#define TIMES_16(f, n) TIMES_4(f, n) TIMES_4(f, n + 4) TIMES_4(f, n + 8) TIMES_4(f, n + 12)

INLINE lanes small_sigma0(lanes x)
{
    return xor3(rotate(x, 7), rotate(x, 18), shift(x, 3));
}

INLINE lanes small_sigma1(lanes x)
{
    return xor3(rotate(x, 17), rotate(x, 19), shift(x, 10));
}

#ifdef choose
/* Round t, with the state s rotated so that a is s[-t & 7]: nothing moves. */
INLINE void lanes_round(lanes s[8], int t, lanes wk)
{
    lanes a = s[-t & 7], b = s[(1 - t) & 7], c = s[(2 - t) & 7], e = s[(4 - t) & 7];
    lanes sum1 = xor3(rotate(e, 6), rotate(e, 11), rotate(e, 25));
    lanes sum0 = xor3(rotate(a, 2), rotate(a, 13), rotate(a, 22));
    lanes t1 = add(add(s[(7 - t) & 7], wk), add(sum1, choose(e, s[(5 - t) & 7], s[(6 - t) & 7])));
    s[(3 - t) & 7] = add(s[(3 - t) & 7], t1);
    s[(7 - t) & 7] = add(t1, add(sum0, majority(a, b, c)));
}
#endif
