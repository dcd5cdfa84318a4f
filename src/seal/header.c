#include "seal/header.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t header_median(const int64_t *times, int count)
{
    int64_t sorted[MEDIAN_OF];
    memcpy(sorted, times, (size_t)count * sizeof *times);
    qsort(sorted, (size_t)count, sizeof *sorted, by_time);
    return sorted[count / 2];
}

int header_form(const struct seal *seal, const struct block *b, struct fault *f)
{
    if (b->seal.len >= (size_t)seal->least && b->seal.len <= (size_t)seal->most)
        return 0;
    if (seal->least == seal->most)
        return fault_rule(f, "block: seal is not %d lowercase hex digits", seal->most);
    return fault_rule(f, "block: seal is not %d to %d lowercase hex digits", seal->least,
                      seal->most);
}

static int alone(const struct seal *seal, const struct block *b, const uint8_t id[ID_LEN],
                 struct fault *f)
{
    return header_form(seal, b, f) ? -1 : seal->alone(b, id, f);
}

int header_alone(const struct seal *seal, const struct block *b, const uint8_t id[ID_LEN],
                 struct fault *f)
{
    struct fault other;
    if (block_is_genesis(b))
        return 0;
    if (seal || alone(seal_at(0), b, id, f) == 0)
        return seal ? alone(seal, b, id, f) : 0;
    for (size_t row = 1; seal_at(row); row++)
        if (alone(seal_at(row), b, id, &other) == 0)
            return 0;
    return -1;
}

bool header_is_signed(const struct block *b)
{
    struct fault ignored;
    bool is_signed = false;
    for (size_t row = 0; seal_at(row); row++)
        if (header_form(seal_at(row), b, &ignored) == 0) {
            if (!seal_at(row)->rules.by_members)
                return false;
            is_signed = true;
        }
    return is_signed;
}

struct u256 header_weight(const struct ancestry *a, const struct block *b)
{
    return a->anchor->seal->weight(a, b);
}

/* Whether time is after the median, without sorting: more than half of the times are before it,
 * since the median of an even number is the upper one. */
static bool after_median(const struct ancestry *a, int64_t time)
{
    int before = 0;
    for (int i = 0; i < a->count; i++)
        before += a->times[i] < time;
    return before > a->count / 2;
}

static int check_time(const struct ancestry *a, const struct block *b, int64_t now, struct fault *f)
{
    int64_t ahead = seal_max_ahead(a->rules);
    if (!after_median(a, b->time))
        return fault_rule(
            f, "block: time %" PRId64 " is not after %" PRId64 ", the median of the last %d",
            b->time, header_median(a->times, a->count), MEDIAN_OF);
    if (now >= 0 && b->time > now && b->time - now > ahead) {
        fault_rule(f, "block: time %" PRId64 " is over %" PRId64 " s ahead of the clock, %" PRId64,
                   b->time, ahead, now);
        return fault_answers(f, FAULT_LATER);
    }
    return 0;
}

static int follows(const struct ancestry *a, const struct block *b, struct fault *f)
{
    const struct seal *seal = a->anchor->seal;
    if (header_form(seal, b, f))
        return -1;
    if (b->height - 1 != a->height)
        return fault_rule(f, "block: height %" PRId64 ", expected %" PRId64, b->height,
                          a->height + 1);
    return rules_account(a->rules, &b->miner, "block: miner", f) || seal->check(a, b, f) ? -1 : 0;
}

int header_follows(const struct ancestry *a, const struct block *b, int64_t now, struct fault *f)
{
    return follows(a, b, f) ? -1 : check_time(a, b, now, f);
}

int header_check(const struct ancestry *a, const struct block *b, const uint8_t id[ID_LEN],
                 int64_t now, struct fault *f)
{
    if (follows(a, b, f) || header_alone(a->anchor->seal, b, id, f))
        return -1;
    return check_time(a, b, now, f);
}
