#include "seal/header.h"

#include "base/hex.h"

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

int header_alone(const struct block *b, const uint8_t id[ID_LEN], struct fault *f)
{
    if (block_is_genesis(b) || target_met(id, b->target))
        return 0;
    return fault_rule(f, "block: no proof of work: its hash is over the target");
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

static int check_time(const struct rules *rules, const struct ancestry *a, const struct block *b,
                      int64_t now, struct fault *f)
{
    int64_t ahead = rules_max_ahead(rules);
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

int header_check(const struct asert *anchor, const struct rules *rules, const struct ancestry *a,
                 const struct block *b, const uint8_t id[ID_LEN], int64_t now, struct fault *f)
{
    uint8_t target[TARGET_LEN];
    if (b->height - 1 != a->height)
        return fault_rule(f, "block: height %" PRId64 ", expected %" PRId64, b->height,
                          a->height + 1);
    target_next(anchor, a->height, a->time, target);
    if (memcmp(b->target, target, TARGET_LEN))
        return fault_rule(f, "block: target should be %s", hex32(target).text);
    if (header_alone(b, id, f))
        return -1;
    return check_time(rules, a, b, now, f);
}
