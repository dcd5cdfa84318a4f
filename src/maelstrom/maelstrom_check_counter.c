#include "maelstrom/maelstrom_check.h"
#include "maelstrom/maelstrom_check_parts.h"

#include <stdlib.h>
#include <string.h>

#define SUMS_MAX (1 << 24) /* sums that are told apart */

/* What a counter may be: any sum from least to most; of some additions it is known whether each sum
 * can be made of them. */
struct sums {
    int64_t least, most;
    bool *can; /* of each from least; NULL: they are too many, and all can */
};

static void widen(struct sums *s, int64_t delta)
{
    s->least += delta < 0 ? delta : 0;
    s->most += delta > 0 ? delta : 0;
}

/* What the additions until event `until` allow. */
static struct sums sums_until(const struct maelstrom_history *h, uint64_t until)
{
    struct sums s = {0};
    for (size_t i = 0; i < h->count; i++)
        if (h->list[i].kind == MAELSTROM_ADD && h->list[i].status != MAELSTROM_FAIL &&
            h->list[i].began < until)
            widen(&s, h->list[i].value);
    return s;
}

/* Each sum that can be made goes with and without one more addition. */
static void add_maybe(struct sums *s, int64_t delta)
{
    const int64_t count = s->most - s->least + 1;
    for (int64_t k = 0; k < count; k++) {
        int64_t i = delta > 0 ? count - 1 - k : k;
        if (i - delta >= 0 && i - delta < count && s->can[i - delta])
            s->can[i] = true;
    }
}

/* The sum of what was acknowledged, and of some of those that nobody knows of. */
static int last_sums(const struct maelstrom_history *h, struct sums *s)
{
    int64_t sure = 0;
    for (size_t i = 0; i < h->count; i++)
        sure += h->list[i].kind == MAELSTROM_ADD && h->list[i].status == MAELSTROM_OK
                    ? h->list[i].value
                    : 0;
    *s = (struct sums){sure, sure, NULL};
    for (size_t i = 0; i < h->count; i++)
        if (h->list[i].kind == MAELSTROM_ADD && h->list[i].status == MAELSTROM_OPEN)
            widen(s, h->list[i].value);
    if (s->most - s->least >= SUMS_MAX)
        return 0;
    s->can = calloc((size_t)(s->most - s->least + 1), sizeof *s->can);
    if (!s->can)
        return -1;
    s->can[sure - s->least] = true;
    for (size_t i = 0; i < h->count; i++)
        if (h->list[i].kind == MAELSTROM_ADD && h->list[i].status == MAELSTROM_OPEN)
            add_maybe(s, h->list[i].value);
    return 0;
}

static bool is_among(const struct sums *s, const json_t *value)
{
    const int64_t n = json_integer_value(value);
    return json_is_integer(value) && n >= s->least && n <= s->most &&
           (!s->can || s->can[n - s->least]);
}

static int check_read(const struct sums *s, const struct maelstrom_op *read, struct fault *f)
{
    return is_among(s, read->result)
               ? 0
               : fault_rule(f, "%s: the answer is %s; until then, additions allow %lld to %lld",
                            maelstrom_op_words(read).text, maelstrom_value_words(read->result).text,
                            (long long)s->least, (long long)s->most);
}

static int check_last_read(const struct sums *s, const struct maelstrom_op *read, struct fault *f)
{
    if (is_among(s, read->result))
        return 0;
    if (s->least == s->most)
        return fault_rule(f, "%s: at the end, the answer is %s; the sum is %lld",
                          maelstrom_op_words(read).text, maelstrom_value_words(read->result).text,
                          (long long)s->least);
    return fault_rule(f,
                      "%s: at the end, the answer is %s; the sum, with or without each addition "
                      "that was not acknowledged, is %lld to %lld, and not that",
                      maelstrom_op_words(read).text, maelstrom_value_words(read->result).text,
                      (long long)s->least, (long long)s->most);
}

static int check_last(const struct maelstrom_history *h, const struct sums *s, struct fault *f)
{
    for (uint32_t node = 1; node <= maelstrom_nodes(h); node++) {
        const struct maelstrom_op *read;
        if (maelstrom_last_read(h, node, &read, f) || (read && check_last_read(s, read, f)))
            return -1;
    }
    return 0;
}

int maelstrom_check_counter(const struct maelstrom_history *h, struct fault *f)
{
    for (size_t i = 0; i < h->count; i++) {
        const struct maelstrom_op *op = &h->list[i];
        if (op->kind != MAELSTROM_READ || op->status != MAELSTROM_OK)
            continue;
        const struct sums s = sums_until(h, op->ended);
        if (check_read(&s, op, f))
            return -1;
    }
    return 0;
}

int maelstrom_check_counter_last(const struct maelstrom_history *h, struct fault *f)
{
    struct sums s;
    int result = last_sums(h, &s) ? fault_memory(f) : check_last(h, &s, f);
    free(s.can);
    return result;
}
