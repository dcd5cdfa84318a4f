/* SHA-256 of as many blocks or texts side by side as a vector has lanes: for kernels that define
 * what slhdsa/columns.h needs and
 *
 *     choose(e, f, g), majority(a, b, c)
 */
#include "slhdsa/columns.h"

/* Round t, after the word of the schedule that it takes. */
INLINE void lanes_scheduled_round(lanes s[8], lanes w[16], int t)
{
    if (t >= 16) {
        lanes sum = add(w[t & 15], w[(t - 7) & 15]);
        w[t & 15] = add(add(sum, small_sigma0(w[(t - 15) & 15])), small_sigma1(w[(t - 2) & 15]));
    }
    lanes_round(s, t, add(w[t & 15], spread(sha256_constants[t])));
}

/* The compression of a chunk of each lane; w is lost. */
INLINE void lanes_chunk(lanes s[8], lanes w[16])
{
    lanes before[8];
    for (int i = 0; i < 8; i++)
        before[i] = s[i];
#define ROUND(t) lanes_scheduled_round(s, w, t);
    TIMES_16(ROUND, 0)
    TIMES_16(ROUND, 16)
    TIMES_16(ROUND, 32)
    TIMES_16(ROUND, 48)
    for (int i = 0; i < 8; i++)
        s[i] = add(s[i], before[i]);
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
