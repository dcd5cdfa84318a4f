/*
 * Rounds with the SHA instructions, eight interleaved attempts at a time and, in parallel, the
 * message schedule of the next eight in vectors: these use other execution ports, so the SHA unit
 * is spared the part that it does worst. Every instruction for two rounds must wait four cycles for
 * the one before it; eight interleaved attempts fill that time.
 *
 * The including file defines what kernel_lanes.h needs, except for the rounds, with 8 lanes; and
 * pairs_low(x, y) and pairs_high(x, y), which interleave words within 16 bytes.
 */
#include "work/kernel_lanes.h"

#define REACH mine_reached(V)

enum { PAIRS = 32 };

/* For eight attempts, the words of the schedule plus their rounds' constants, two by two, as the
 * rounds take them: in the order in which pairs_low and pairs_high leave the attempts. */
struct schedule {
    _Alignas(32) uint64_t pair[PAIRS][LANES];
};

/* The state of one attempt, in the halves that the instructions take. */
struct halves {
    __m128i abef, cdgh;
};

struct group {
    const struct mine_run *run;
    struct halves start, h[LANES];
    const struct schedule *now; /* of the current attempts */
    struct schedule *next;      /* being made, for the attempts after these */
    lanes w[16], even, odd;     /* for the next */
};

INLINE void store_pair(struct schedule *s, int pair, lanes even, lanes odd)
{
    lanes *to = (lanes *)(void *)s->pair[pair];
    to[0] = pairs_low(even, odd);
    to[1] = pairs_high(even, odd);
}

INLINE void two_words(struct group *g, int pair)
{
    lanes even = next_word(g->run, g->w, REACH, 2 * pair);
    store_pair(g->next, pair, even, next_word(g->run, g->w, REACH, 2 * pair + 1));
}

/* One part of word t from 16 on, or, as the last part, adding the round's constant. */
INLINE void part_of_next(struct group *g, int t, int part, lanes *sum)
{
    if (!reached(REACH, t)) {
        *sum = spread(&g->run->fixed_k[t]);
    } else if (part < WORD_PARTS) {
        *sum = part_of_word(g->run, g->w, REACH, t, part, *sum);
    } else {
        g->w[t & 15] = *sum;
        *sum = add(*sum, spread(&sha256_constants[t]));
    }
}

/* Two rounds of attempt i. */
INLINE void two_rounds(struct group *g, int pair, int i)
{
    const int place = (i & 1) | (i & 2) << 1 | (i & 4) >> 1;
    const void *wk = &g->now->pair[pair][place];
    struct halves *h = &g->h[i];
    __m128i abef = _mm_sha256rnds2_epu32(h->cdgh, h->abef, _mm_loadl_epi64(wk));
    h->cdgh = h->abef;
    h->abef = abef;
}

/*
 * The share of the next schedule that is computed after the n'th instruction for two rounds: the
 * eight pairs of words from word V on, which are cheap, three such instructions apart; then ninths
 * of a pair, a few instructions each. These are macros because a compiler that sees the unused
 * cases takes three times as long.
 */
enum { CHEAP = 8, APART = 3, DEAR = CHEAP * APART, WORD = WORD_PARTS + 1, NINTHS = 9 };
#define BESIDE(n)                                                                                  \
    if ((n) < DEAR && (n) % APART == 0)                                                            \
        two_words(g, V / 2 + (n) / APART);                                                         \
    if ((n) >= DEAR && V / 2 + CHEAP + ((n)-DEAR) / NINTHS < PAIRS)                                \
    NINTH(V / 2 + CHEAP + ((n)-DEAR) / NINTHS, ((n)-DEAR) % NINTHS)
#define NINTH(pair, n)                                                                             \
    {                                                                                              \
        if ((n) < WORD)                                                                            \
            part_of_next(g, 2 * (pair), n, &g->even);                                              \
        if ((n) >= WORD && (n) < 2 * WORD)                                                         \
            part_of_next(g, 2 * (pair) + 1, (n)-WORD, &g->odd);                                    \
        if ((n) == 2 * WORD)                                                                       \
            store_pair(g->next, pair, g->even, g->odd);                                            \
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

/* The candidates among the eight, as bits. */
INLINE unsigned shani_group(struct group *g)
{
#define START(i) g->h[i] = g->start;
    TIMES_4(START, 0)
    TIMES_4(START, 4)
#define TWO_ROUNDS(pair, i)                                                                        \
    two_rounds(g, pair, i);                                                                        \
    BESIDE((pair - V / 2) * LANES + i)
#define ROUNDS(n)                                                                                  \
    if (n >= V / 2) {                                                                              \
        TWO_ROUNDS(n, 0)                                                                           \
        TWO_ROUNDS(n, 1)                                                                           \
        TWO_ROUNDS(n, 2)                                                                           \
        TWO_ROUNDS(n, 3)                                                                           \
        TWO_ROUNDS(n, 4)                                                                           \
        TWO_ROUNDS(n, 5)                                                                           \
        TWO_ROUNDS(n, 6)                                                                           \
        TWO_ROUNDS(n, 7)                                                                           \
    }
    TIMES_16(ROUNDS, 0)
    TIMES_16(ROUNDS, 16)
    return hits(g, 0) | hits(g, 4);
}

/* The first iteration makes the first schedule; its rounds have no effect. */
INLINE uint32_t shani_scan(const struct mine_run *run, uint32_t digits, uint32_t count)
{
    struct schedule s[2] = {0};
    const int *state = (const int *)run->state;
    struct group g = {.run = run};
    g.start.abef = _mm_set_epi32(state[0], state[1], state[4], state[5]);
    g.start.cdgh = _mm_set_epi32(state[2], state[3], state[6], state[7]);
    for (uint32_t i = 0; i <= count; i += LANES) {
        g.now = &s[~(i / LANES) & 1];
        g.next = &s[i / LANES & 1];
        g.w[V] = nonce_words(digits + i);
        unsigned found = shani_group(&g);
        if (found && i > 0)
            return i - LANES + (uint32_t)__builtin_ctz(found);
    }
    return count;
}
