/*
 * Sixteen blocks in two groups of eight: the rounds of one group by the SHA instructions and, in
 * parallel, the message schedule of the other in 256-bit vectors of AVX-512, which use other
 * execution ports. So the SHA unit is spared the schedule, which it does worst, and eight
 * interleaved texts fill the four cycles that every instruction for two rounds waits for the one
 * before it. For AMD's processors: see PROCESSOR_MIXES_SHA.
 */
#include "slhdsa/kernels.h"

#ifdef SLH_AVX

#include "hash/sha256_ni.h"

#include <immintrin.h>

#define TARGET __attribute__((target("sha,sse4.1,avx2,avx512f,avx512vl")))
#define INLINE TARGET __attribute__((always_inline)) static inline

#include "hash/lanes_eight.h"

#define rotate(x, n) _mm256_ror_epi32(x, n)
#define xor3(x, y, z) _mm256_ternarylogic_epi32(x, y, z, 0x96)

#include "slhdsa/columns.h"

/* --- Schedules -------------------------------------------------------------------------------- */

enum { PAIRS = 32 };

/* The words of a schedule plus their rounds' constants, two by two, as the rounds take them: in the
 * order in which unpacking leaves the lanes. */
struct schedule {
    _Alignas(32) uint64_t pair[PAIRS][LANES];
};

/* The state of one lane, in the halves that the instructions take. */
struct halves {
    __m128i abef, cdgh;
};

struct group {
    struct columns texts;
    struct halves midstates[LANES], hashes[LANES]; /* the latter without the former added */
    struct schedule schedule;
};

/* A schedule that is being made. */
struct making {
    struct schedule *to;
    lanes w[16], even, odd;
};

INLINE void store_pair(struct schedule *s, int pair, lanes even, lanes odd)
{
    store(s->pair[pair], _mm256_unpacklo_epi32(even, odd));
    store(s->pair[pair] + LANES / 2, _mm256_unpackhi_epi32(even, odd));
}

/* Two of the first sixteen words, which are there. */
INLINE void two_words(struct making *m, int pair)
{
    store_pair(m->to, pair, add(m->w[2 * pair], spread(sha256_constants[2 * pair])),
               add(m->w[2 * pair + 1], spread(sha256_constants[2 * pair + 1])));
}

/* Part 0 to 3 of word t; the last one adds the round's constant. */
INLINE void part_of_word(struct making *m, int t, int part, lanes *sum)
{
    if (part == 0)
        *sum = add(m->w[t & 15], m->w[(t - 7) & 15]);
    if (part == 1)
        *sum = add(*sum, small_sigma0(m->w[(t - 15) & 15]));
    if (part == 2)
        *sum = add(*sum, small_sigma1(m->w[(t - 2) & 15]));
    if (part == 3) {
        m->w[t & 15] = *sum;
        *sum = add(*sum, spread(sha256_constants[t]));
    }
}

/* --- Rounds ----------------------------------------------------------------------------------- */

/* Two rounds of a lane. */
INLINE void two_rounds(struct halves *h, const struct schedule *s, int pair, int lane)
{
    const int place = (lane & 1) | (lane & 2) << 1 | (lane & 4) >> 1;
    __m128i wk = _mm_loadl_epi64((const void *)&s->pair[pair][place]);
    __m128i abef = _mm_sha256rnds2_epu32(h->cdgh, h->abef, wk);
    h->cdgh = h->abef;
    h->abef = abef;
}

/* The rounds of one group and, beside them, the schedule of another: what is computed of it after
 * the n-th instruction for two rounds. The first eight pairs of words are cheap, three such
 * instructions apart; then follow ninths of a pair. Macros, since they are unrolled. */
enum { CHEAP = 8, APART = 3, DEAR = CHEAP * APART, NINTHS = 9 };
#define BESIDE(n)                                                                                  \
    if ((n) < DEAR && (n) % APART == 0)                                                            \
        two_words(&m, (n) / APART);                                                                \
    if ((n) >= DEAR && CHEAP + ((n)-DEAR) / NINTHS < PAIRS)                                        \
    NINTH(CHEAP + ((n)-DEAR) / NINTHS, ((n)-DEAR) % NINTHS)
#define NINTH(pair, n)                                                                             \
    {                                                                                              \
        if ((n) < 4)                                                                               \
            part_of_word(&m, 2 * (pair), n, &m.even);                                              \
        if ((n) >= 4 && (n) < 8)                                                                   \
            part_of_word(&m, 2 * (pair) + 1, (n)-4, &m.odd);                                       \
        if ((n) == 8)                                                                              \
            store_pair(m.to, pair, m.even, m.odd);                                                 \
    }
#define STEP(pair, lane)                                                                           \
    two_rounds(&h[lane], &g->schedule, pair, lane);                                                \
    BESIDE((pair)*LANES + (lane))
#define EIGHT(pair)                                                                                \
    STEP(pair, 0)                                                                                  \
    STEP(pair, 1)                                                                                  \
    STEP(pair, 2)                                                                                  \
    STEP(pair, 3)                                                                                  \
    STEP(pair, 4)                                                                                  \
    STEP(pair, 5)                                                                                  \
    STEP(pair, 6)                                                                                  \
    STEP(pair, 7)

TARGET static void rounds_and_schedule(struct group *g, struct group *other)
{
    struct making m = {.to = &other->schedule};
    load_columns(&other->texts, m.w, 16);
    struct halves h[LANES]; /* in registers, which *g would not be */
    for (int lane = 0; lane < LANES; lane++)
        h[lane] = g->midstates[lane];
    TIMES_16(EIGHT, 0)
    TIMES_16(EIGHT, 16)
    for (int lane = 0; lane < LANES; lane++)
        g->hashes[lane] = h[lane];
}

/* --- Blocks ----------------------------------------------------------------------------------- */

INLINE void begin(struct group *g, const struct slh_block *blocks)
{
    for (int lane = 0; lane < LANES; lane++) {
        const int *s = (const int *)(const void *)blocks[lane].midstate;
        load_chunk(&g->texts, lane, blocks[lane].text);
        g->midstates[lane] = (struct halves){_mm_set_epi32(s[0], s[1], s[4], s[5]),
                                             _mm_set_epi32(s[2], s[3], s[6], s[7])};
    }
}

/* The first four words of a lane's hash. */
INLINE __m128i value_of(const struct group *g, int lane)
{
    __m128i abef = _mm_add_epi32(g->hashes[lane].abef, g->midstates[lane].abef);
    __m128i cdgh = _mm_add_epi32(g->hashes[lane].cdgh, g->midstates[lane].cdgh);
    return _mm_shuffle_epi32(_mm_unpackhi_epi64(abef, cdgh), 0xb1);
}

/* Puts the values of all lanes into their texts. */
INLINE void put_values(struct group *g)
{
    lanes row[4], s[4];
    for (int i = 0; i < 4; i++)
        row[i] = _mm256_set_m128i(value_of(g, i + 4), value_of(g, i));
    lanes ab01 = _mm256_unpacklo_epi32(row[0], row[1]),
          cd01 = _mm256_unpackhi_epi32(row[0], row[1]);
    lanes ab23 = _mm256_unpacklo_epi32(row[2], row[3]),
          cd23 = _mm256_unpackhi_epi32(row[2], row[3]);
    s[0] = _mm256_unpacklo_epi64(ab01, ab23);
    s[1] = _mm256_unpackhi_epi64(ab01, ab23);
    s[2] = _mm256_unpacklo_epi64(cd01, cd23);
    s[3] = _mm256_unpackhi_epi64(cd01, cd23);
    replace_value(&g->texts, s);
}

INLINE void end(const struct group *g, struct slh_block *blocks, int steps)
{
    for (int lane = 0; lane < LANES; lane++) {
        const uint32_t(*w)[LANES] = g->texts.words;
        for (int i = 0; i < 4; i++)
            put_big_endian(slh_value(&blocks[lane]) + 4 * i,
                           w[5 + i][lane] << 16 | w[6 + i][lane] >> 16);
        blocks[lane].text[SLH_HASH_AT] = (uint8_t)(blocks[lane].text[SLH_HASH_AT] + steps);
    }
}

/* The first schedule is made beside rounds that have no effect; so are the last rounds. */
TARGET void slh_ni_avx512_walk(struct slh_block *blocks, int steps)
{
    struct group a = {.schedule = {{{0}}}}, b = {.schedule = {{{0}}}};
    if (!steps)
        return;
    begin(&a, blocks);
    begin(&b, blocks + LANES);
    rounds_and_schedule(&b, &a);
    for (int step = 0; step < steps; step++) {
        rounds_and_schedule(&a, &b);
        put_values(&a);
        rounds_and_schedule(&b, &a);
        put_values(&b);
    }
    end(&a, blocks, steps);
    end(&b, blocks + LANES, steps);
}

/* A text's chunks have no other text's to be scheduled beside. */
void slh_ni_avx512_compress(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n)
{
    for (int i = 0; i < 2 * LANES; i += SHA256_LANES)
        sha256_ni_compress_lanes(states + i, chunks + i, n);
}

#else
typedef int slh_dsa_ni_avx512_is_not_for_this_processor;
#endif
