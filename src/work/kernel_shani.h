/*
 * Rounds by the SHA instructions, eight attempts in turn, and beside them the message schedule of
 * the next eight in vectors: those are other pipes of the processor, and none of the SHA unit's
 * time is left for what it does worst. Every instruction for two rounds must wait for the one
 * before it, four cycles long; eight in turn leave it no time to wait.
 *
 * Who includes this has defined what kernel_lanes.h wants, but for the rounds, with 8 lanes; and
 * pairs_low(x, y), pairs_high(x, y), which interleave words within 16 bytes.
 */
#include "work/kernel_lanes.h"

enum { PAIRS = 32 };

/* Of eight attempts, the words of the schedule with their rounds' constants, two and two, as the
 * rounds take them: in the order that pairs_low and pairs_high leave the attempts in. */
struct schedule {
    _Alignas(32) uint64_t pair[PAIRS][LANES];
};

/* The state of one attempt, in the halves that the instructions want. */
struct halves {
    __m128i abef, cdgh;
};

struct group {
    const struct mine_run *run;
    struct halves start, h[LANES];
    const struct schedule *now; /* of these attempts */
    struct schedule *next;      /* to be made: of the attempts after these */
    lanes w[16], even, odd;     /* of the next */
};

INLINE void store_pair(struct schedule *s, int pair, lanes even, lanes odd)
{
    lanes *to = (lanes *)(void *)s->pair[pair];
    to[0] = pairs_low(even, odd);
    to[1] = pairs_high(even, odd);
}

INLINE void two_words(struct group *g, int v, int pair)
{
    lanes even = next_word(g->run, g->w, v, 2 * pair);
    store_pair(g->next, pair, even, next_word(g->run, g->w, v, 2 * pair + 1));
}

enum { PAIR_PARTS = 10 };

/* A tenth of two words from 18 on: a few instructions. */
INLINE void part_of_pair(struct group *g, int v, int pair, int part)
{
    const int t = 2 * pair + part / 4;
    if (part >= 8) {
        if (part == 8)
            store_pair(g->next, pair, g->even, g->odd);
        return;
    }
    lanes *sum = part < 4 ? &g->even : &g->odd;
    if (!reached(v, t)) {
        *sum = spread(&g->run->fixed_k[t]);
    } else if (part % 4 < WORD_PARTS) {
        *sum = part_of_word(g->run, g->w, v, t, part % 4, *sum);
    } else {
        g->w[t & 15] = *sum;
        *sum = add(*sum, spread(&sha256_constants[t]));
    }
}

/* What is done of the next schedule behind the n'th of the instructions for two rounds: the eight
 * pairs of words from word v on, which are cheap, three of those apart; then the tenths. */
INLINE void beside(struct group *g, int v, int n)
{
    enum { CHEAP = 8, APART = 3 };
    const int pair = v / 2 + CHEAP + (n - CHEAP * APART) / PAIR_PARTS;
    if (n >= CHEAP * APART && pair < PAIRS)
        part_of_pair(g, v, pair, (n - CHEAP * APART) % PAIR_PARTS);
    else if (n < CHEAP * APART && n % APART == 0)
        two_words(g, v, v / 2 + n / APART);
}

/* Two rounds of attempt i. */
INLINE void two_rounds(struct group *g, int v, int pair, int i)
{
    const int place = (i & 1) | (i & 2) << 1 | (i & 4) >> 1;
    const void *wk = &g->now->pair[pair][place];
    struct halves *h = &g->h[i];
    __m128i abef = _mm_sha256rnds2_epu32(h->cdgh, h->abef, _mm_loadl_epi64(wk));
    h->cdgh = h->abef;
    h->abef = abef;
    beside(g, v, (pair - v / 2) * LANES + i);
}

INLINE void two_rounds_of_all(struct group *g, int v, int pair)
{
#define TWO_ROUNDS(i) two_rounds(g, v, pair, i);
    TIMES_4(TWO_ROUNDS, 0)
    TIMES_4(TWO_ROUNDS, 4)
}

/* The first words of four hashes. */
INLINE __m128i first_words(const struct group *g, int i)
{
    __m128i a = _mm_unpackhi_epi64(_mm_unpackhi_epi32(g->h[i].abef, g->h[i + 1].abef),
                                   _mm_unpackhi_epi32(g->h[i + 2].abef, g->h[i + 3].abef));
    return _mm_add_epi32(a, _mm_set1_epi32((int)g->run->first));
}

INLINE unsigned hits(const struct group *g, int i)
{
    __m128i a = first_words(g, i), most = _mm_set1_epi32((int)g->run->most);
    __m128i under = _mm_cmpeq_epi32(_mm_min_epu32(a, most), a);
    return (unsigned)_mm_movemask_ps(_mm_castsi128_ps(under)) << i;
}

/* Which of the eight are candidates. */
INLINE unsigned shani_group(struct group *g, int v)
{
#define START(i) g->h[i] = g->start;
    TIMES_4(START, 0)
    TIMES_4(START, 4)
#define ROUNDS(n)                                                                                  \
    if (n >= v / 2)                                                                                \
        two_rounds_of_all(g, v, n);
    TIMES_16(ROUNDS, 0)
    TIMES_16(ROUNDS, 16)
    return hits(g, 0) | hits(g, 4);
}

INLINE void first_schedule(struct group *g, int v)
{
#define TWO_WORDS(n)                                                                               \
    if (n >= v / 2)                                                                                \
        two_words(g, v, n);
    TIMES_16(TWO_WORDS, 0)
    TIMES_16(TWO_WORDS, 16)
}

INLINE uint32_t shani_scan(const struct mine_run *run, uint32_t digits, uint32_t count, int v)
{
    struct schedule s[2];
    const int *state = (const int *)run->state;
    struct group g = {.run = run, .next = &s[0]};
    g.start.abef = _mm_set_epi32(state[0], state[1], state[4], state[5]);
    g.start.cdgh = _mm_set_epi32(state[2], state[3], state[6], state[7]);
    g.w[v] = nonce_words(digits);
    first_schedule(&g, v);
    for (uint32_t i = 0; i < count; i += LANES) {
        g.now = &s[i / LANES & 1];
        g.next = &s[~(i / LANES) & 1];
        g.w[v] = nonce_words(digits + i + LANES);
        unsigned found = shani_group(&g, v);
        if (found)
            return i + (uint32_t)__builtin_ctz(found);
    }
    return count;
}
