/*
 * SHA-256 of as many blocks or texts side by side as a vector has lanes. Each kernel compiles this
 * code for its own vectors; before including it, it defines
 *
 *     INLINE                   static, always inlined, with the processor's features
 *     lanes, LANES             the type, and the number of lanes: 8 or 16
 *     load(p), store(p, x)     LANES words at p, aligned
 *     spread(x)                a word in every lane
 *     add(x, y), or2(x, y), shift(x, n), left(x, n), rotate(x, n)   in every lane; to the right
 *     xor3(x, y, z), choose(e, f, g), majority(a, b, c)
 */
#include "crypto/slh_dsa_kernels.h"

#define TIMES_4(f, n) f(n) f(n + 1) f(n + 2) f(n + 3)
#define TIMES_16(f, n) TIMES_4(f, n) TIMES_4(f, n + 4) TIMES_4(f, n + 8) TIMES_4(f, n + 12)

/* A number of words of each lane, in memory: the i-th words of all lanes stand together. */
struct columns {
    _Alignas(64) uint32_t words[16][LANES];
};

INLINE lanes small_sigma0(lanes x)
{
    return xor3(rotate(x, 7), rotate(x, 18), shift(x, 3));
}

INLINE lanes small_sigma1(lanes x)
{
    return xor3(rotate(x, 17), rotate(x, 19), shift(x, 10));
}

/* Round t, with the state s rotated so that a is s[-t & 7]: nothing moves. */
INLINE void lanes_round(lanes s[8], lanes w[16], int t)
{
    lanes a = s[-t & 7], b = s[(1 - t) & 7], c = s[(2 - t) & 7], e = s[(4 - t) & 7];
    if (t >= 16) {
        lanes sum = add(w[t & 15], w[(t - 7) & 15]);
        w[t & 15] = add(add(sum, small_sigma0(w[(t - 15) & 15])), small_sigma1(w[(t - 2) & 15]));
    }
    lanes wk = add(w[t & 15], spread(sha256_constants[t]));
    lanes sum1 = xor3(rotate(e, 6), rotate(e, 11), rotate(e, 25));
    lanes sum0 = xor3(rotate(a, 2), rotate(a, 13), rotate(a, 22));
    lanes t1 = add(add(s[(7 - t) & 7], wk), add(sum1, choose(e, s[(5 - t) & 7], s[(6 - t) & 7])));
    s[(3 - t) & 7] = add(s[(3 - t) & 7], t1);
    s[(7 - t) & 7] = add(t1, add(sum0, majority(a, b, c)));
}

/* The compression of a chunk of each lane; w is lost. */
INLINE void lanes_chunk(lanes s[8], lanes w[16])
{
    lanes before[8];
    for (int i = 0; i < 8; i++)
        before[i] = s[i];
#define ROUND(t) lanes_round(s, w, t);
    TIMES_16(ROUND, 0)
    TIMES_16(ROUND, 16)
    TIMES_16(ROUND, 32)
    TIMES_16(ROUND, 48)
    for (int i = 0; i < 8; i++)
        s[i] = add(s[i], before[i]);
}

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

/* Puts the value, the first four words of the state, from the middle of word 5 on, whose upper half
 * is the number of the hash in the chain: this is increased. */
INLINE void replace_value(struct columns *c, const lanes s[8])
{
    const lanes one = spread(0x10000);
    lanes number = add(left(shift(load(c->words[5]), 16), 16), one);
    lanes after = shift(left(load(c->words[9]), 16), 16);
    store(c->words[5], or2(number, shift(s[0], 16)));
    for (int i = 0; i < 3; i++)
        store(c->words[6 + i], or2(left(s[i], 16), shift(s[i + 1], 16)));
    store(c->words[9], or2(left(s[3], 16), after));
}

INLINE void lanes_walk(struct slh_block *blocks, int steps)
{
    struct columns texts, midstates;
    lanes s[8], w[16];
    if (!steps)
        return;
    for (int lane = 0; lane < LANES; lane++) {
        load_chunk(&texts, lane, blocks[lane].text);
        for (int i = 0; i < 8; i++)
            midstates.words[i][lane] = blocks[lane].midstate[i];
    }
    for (int step = 0; step < steps; step++) {
        load_columns(&midstates, s, 8);
        load_columns(&texts, w, 16);
        lanes_chunk(s, w);
        replace_value(&texts, s);
    }
    store_columns(&texts, s, 4);
    for (int lane = 0; lane < LANES; lane++) {
        for (int i = 0; i < 4; i++)
            put_big_endian(slh_value(&blocks[lane]) + 4 * i, texts.words[i][lane]);
        blocks[lane].text[SLH_HASH_AT] = (uint8_t)(blocks[lane].text[SLH_HASH_AT] + steps);
    }
}

INLINE void lanes_compress(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n)
{
    struct columns c;
    lanes s[8], w[16];
    for (int lane = 0; lane < LANES; lane++)
        for (int i = 0; i < 8; i++)
            c.words[i][lane] = states[lane][i];
    load_columns(&c, s, 8);
    for (size_t at = 0; at < n; at++) {
        for (int lane = 0; lane < LANES; lane++)
            load_chunk(&c, lane, chunks[lane] + SHA256_CHUNK * at);
        load_columns(&c, w, 16);
        lanes_chunk(s, w);
    }
    store_columns(&c, s, 8);
    for (int lane = 0; lane < LANES; lane++)
        for (int i = 0; i < 8; i++)
            states[lane][i] = c.words[i][lane];
}
