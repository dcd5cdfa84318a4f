/*
 * The message schedule and the rounds for as many attempts in parallel as a vector has lanes. Each
 * kernel compiles this code for its own vectors; before including it, it defines
 *
 *     INLINE              static, always inlined, with the processor's features
 *     lanes, LANES        the type, and the number of lanes: 8 or 16
 *     load(p), spread(p)  LANES words from p on, aligned or not; the word at p in every lane
 *     add(x, y), or2(x, y), shift(x, n), rotate(x, n)   in every lane; to the right
 *     xor3(x, y, z), choose(e, f, g), majority(a, b, c)
 *     under(x, limit)     a bit for every lane that is not over limit's
 *
 * The arguments v, reach, t and part are always constants after inlining, so words that do not
 * depend on word v are not computed.
 */
#include "hash/sha256_vectors.h"
#include "work/kernel.h"

/* Whether word t depends on word v. */
INLINE bool reached(uint64_t reach, int t)
{
    return reach >> t & 1;
}

/* Word v of LANES consecutive attempts; the last four digits of the first are a multiple of LANES.
 */
INLINE lanes nonce_words(uint32_t digits)
{
    static const uint32_t low[16] = {'0', '1', '2', '3', '4', '5', '6', '7',
                                     '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    uint32_t upper = mine_upper_digits(digits);
    return or2(load(low + digits % 16), spread(&upper));
}

enum { WORD_PARTS = 3 };

/* Adds one of the three parts of word t of the schedule, 16 and up, to the parts before it. w: the
 * sixteen words before it, word t at t % 16. */
INLINE lanes part_of_word(const struct mine_run *run, const lanes w[16], uint64_t reach, int t,
                          int part, lanes sum)
{
    if (part == 0) {
        bool all = reached(reach, t - 16) && reached(reach, t - 15) && reached(reach, t - 7) &&
                   reached(reach, t - 2);
        sum = all ? w[t & 15] : spread(&run->fixed[t]);
        if (!all && reached(reach, t - 16))
            sum = add(sum, w[t & 15]);
        if (reached(reach, t - 7))
            sum = add(sum, w[(t - 7) & 15]);
    }
    if (part == 1 && reached(reach, t - 15))
        sum = add(sum, small_sigma0(w[(t - 15) & 15]));
    if (part == 2 && reached(reach, t - 2))
        sum = add(sum, small_sigma1(w[(t - 2) & 15]));
    return sum;
}

/* Word t, v or later, plus the round's constant; stores the word in w, unless it is word v. */
INLINE lanes next_word(const struct mine_run *run, lanes w[16], uint64_t reach, int t)
{
    if (!reached(reach, t))
        return spread(&run->fixed_k[t]);
    if (t >= 16) {
        lanes sum = part_of_word(run, w, reach, t, 0, w[t & 15]);
        sum = part_of_word(run, w, reach, t, 1, sum);
        w[t & 15] = part_of_word(run, w, reach, t, 2, sum);
    }
    return add(w[t & 15], spread(&sha256_constants[t]));
}

#ifdef choose
/* The candidates in a group of attempts, as bits. */
INLINE unsigned lanes_group(const struct mine_run *run, lanes word, int v)
{
    lanes w[16], s[8];
    const int start = v & ~1;
#define SET_STATE(i) s[(i - start) & 7] = spread(&run->state[i]);
    TIMES_4(SET_STATE, 0)
    TIMES_4(SET_STATE, 4)
    w[v] = word;
#define ROUND(t)                                                                                   \
    if (t >= start)                                                                                \
        lanes_round(s, t, next_word(run, w, mine_reached(v), t));
    TIMES_16(ROUND, 0)
    TIMES_16(ROUND, 16)
    TIMES_16(ROUND, 32)
    TIMES_16(ROUND, 48)
    return under(add(s[0], spread(&run->first)), spread(&run->most));
}

INLINE uint32_t lanes_scan(const struct mine_run *run, uint32_t digits, uint32_t count, int v)
{
    for (uint32_t i = 0; i < count; i += LANES) {
        unsigned hits = lanes_group(run, nonce_words(digits + i), v);
        if (hits)
            return i + (uint32_t)__builtin_ctz(hits);
    }
    return count;
}
#endif
