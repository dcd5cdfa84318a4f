/*
 * The words of as many blocks as a vector has lanes, as vectors. Each kernel compiles this code for
 * its own vectors; before including it, it defines
 *
 *     INLINE                   static, always inlined, with the processor's features
 *     lanes, LANES             the type, and the number of lanes: 8 or 16
 *     load(p), store(p, x)     LANES words at p, aligned
 *     spread(x)                a word in every lane
 *     add(x, y), or2(x, y), shift(x, n), left(x, n), rotate(x, n)   in every lane; to the right
 *     xor3(x, y, z)
 */
#include "hash/sha256_vectors.h"
#include "slhdsa/kernels.h"

/* A number of words of each lane, in memory: the i-th words of all lanes stand together. */
struct columns {
    _Alignas(64) uint32_t words[16][LANES];
};

INLINE uint32_t big_endian(const uint8_t *p)
{
    uint32_t x;
    __builtin_memcpy(&x, p, sizeof x);
    return __builtin_bswap32(x);
}

INLINE void put_big_endian(uint8_t *p, uint32_t x)
{
    x = __builtin_bswap32(x);
    __builtin_memcpy(p, &x, sizeof x);
}

INLINE void load_chunk(struct columns *c, int lane, const uint8_t *text)
{
    for (int i = 0; i < 16; i++)
        c->words[i][lane] = big_endian(text + 4 * i);
}

INLINE void load_columns(const struct columns *c, lanes *out, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = load(c->words[i]);
}

INLINE void store_columns(struct columns *c, const lanes *x, int n)
{
    for (int i = 0; i < n; i++)
        store(c->words[i], x[i]);
}

/* Puts the value, four words, from the middle of word 5 on, whose upper half
 * is the number of the hash in the chain: this is increased. */
INLINE void replace_value(struct columns *c, const lanes s[4])
{
    const lanes one = spread(0x10000);
    lanes number = add(left(shift(load(c->words[5]), 16), 16), one);
    lanes after = shift(left(load(c->words[9]), 16), 16);
    store(c->words[5], or2(number, shift(s[0], 16)));
    for (int i = 0; i < 3; i++)
        store(c->words[6 + i], or2(left(s[i], 16), shift(s[i + 1], 16)));
    store(c->words[9], or2(left(s[3], 16), after));
}
