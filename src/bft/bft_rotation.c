#include "bft/bft_rotation.h"

size_t bft_set_find(const struct bft_set *s, uint32_t node)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->list[i].node == node)
            return i;
    return BFT_MEMBERS_MAX;
}

/* weight > total * parts / 3, whatever the total: neither product leaves 64 bits. */
static bool exceeds(int64_t weight, int64_t total, int64_t parts)
{
    int64_t share = total / 3 * parts, rest = total % 3 * parts;
    return weight > share + rest / 3;
}

bool bft_set_quorum(const struct bft_set *s, int64_t weight)
{
    return exceeds(weight, s->total, 2);
}

bool bft_set_honest(const struct bft_set *s, int64_t weight)
{
    return exceeds(weight, s->total, 1);
}

static int64_t clipped(__int128 n)
{
    return n > INT64_MAX ? INT64_MAX : n < INT64_MIN ? INT64_MIN : (int64_t)n;
}

/* Makes the highest and the lowest differ by at most twice the total. */
static void rescale(struct bft_set *s)
{
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (size_t i = 0; i < s->count; i++) {
        low = s->list[i].priority < low ? s->list[i].priority : low;
        high = s->list[i].priority > high ? s->list[i].priority : high;
    }
    __int128 spread = (__int128)high - low, bound = (__int128)2 * s->total;
    if (s->count == 0 || bound == 0 || spread <= bound)
        return;
    int64_t by = (int64_t)((spread + bound - 1) / bound);
    for (size_t i = 0; i < s->count; i++)
        s->list[i].priority /= by;
}

/* Makes their mean 0. */
static void centre(struct bft_set *s)
{
    __int128 sum = 0, n = (__int128)s->count;
    for (size_t i = 0; i < s->count; i++)
        sum += s->list[i].priority;
    if (n == 0)
        return;
    __int128 mean = sum / n - (sum % n < 0);
    for (size_t i = 0; i < s->count; i++)
        s->list[i].priority = clipped((__int128)s->list[i].priority - mean);
}

static size_t turn_once(struct bft_set *s)
{
    size_t first = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct bft_member *m = &s->list[i];
        m->priority = clipped((__int128)m->priority + m->weight);
        if (m->priority > s->list[first].priority)
            first = i;
    }
    if (s->count > 0)
        s->list[first].priority = clipped((__int128)s->list[first].priority - s->total);
    return first;
}

size_t bft_rotation_turn(struct bft_set *s, uint64_t times)
{
    size_t first = 0;
    rescale(s);
    centre(s);
    for (uint64_t i = 0; i < times; i++)
        first = turn_once(s);
    s->turn = first;
    return first;
}

size_t bft_rotation_look(const struct bft_set *s, uint64_t times, struct bft_set *scratch)
{
    if (times == 0)
        return s->turn;
    *scratch = *s;
    return bft_rotation_turn(scratch, times);
}

void bft_rotation_follow(struct bft_set *next, const struct bft_set *before)
{
    next->total = 0;
    for (size_t i = 0; i < next->count; i++)
        next->total += next->list[i].weight;
    for (size_t i = 0; i < next->count; i++) {
        struct bft_member *m = &next->list[i];
        size_t was = before == NULL ? BFT_MEMBERS_MAX : bft_set_find(before, m->node);
        m->priority = was == BFT_MEMBERS_MAX
                          ? clipped(-((__int128)next->total + (next->total >> 3)))
                          : before->list[was].priority;
    }
    rescale(next);
    centre(next);
}
