#include "sim/report.h"

#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAULTS_MAX = 1 << 20 };

static int add_unsigned(struct buf *out, uint64_t n)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, n);
    return buf_add_string(out, digits);
}

/* --- The command ---------------------------------------------------------------------------- */

static int add_quoted(struct buf *out, const struct buf *word)
{
    if (buf_add(out, "'", 1))
        return -1;
    for (size_t i = 0; i < word->len; i++)
        if (word->data[i] == '\'' ? buf_add_string(out, "'\\''") : buf_add(out, &word->data[i], 1))
            return -1;
    return buf_add(out, "'", 1);
}

/* `1-4,7`. */
static int add_left_out(struct buf *out, const struct sim_options *o)
{
    const char *before = " -x ";
    for (size_t i = 0; i < o->left_out_count; i++) {
        if (!o->left_out[i])
            continue;
        size_t last = i;
        while (last + 1 < o->left_out_count && o->left_out[last + 1])
            last++;
        if (buf_add_string(out, before) || add_unsigned(out, i + 1) ||
            (last > i && (buf_add(out, "-", 1) || add_unsigned(out, last + 1))))
            return -1;
        before = ",";
        i = last;
    }
    return 0;
}

int sim_report_command(const struct sim_scenario *s, const struct sim_options *o, const char *flags,
                       struct buf *out)
{
    if (buf_add_string(out, "# netsim ") || buf_add_string(out, flags) ||
        buf_add_string(out, "-s ") || add_unsigned(out, o->seed) || add_left_out(out, o))
        return -1;
    for (size_t i = 0; i < s->statements_count; i++)
        if (buf_add_string(out, " -e ") || add_quoted(out, &s->statements[i]))
            return -1;
    return buf_add(out, "\n", 1);
}

/* A number, or two with - between them, at *text. */
static int take_range(const char **text, int64_t *first, int64_t *last)
{
    size_t n = strspn(*text, "0123456789");
    if (number_parse(*text, n, first))
        return -1;
    *text += n;
    *last = *first;
    if (**text != '-')
        return 0;
    n = strspn(++*text, "0123456789");
    if (number_parse(*text, n, last))
        return -1;
    *text += n;
    return 0;
}

int sim_faults_parse(const char *text, uint8_t **left_out, size_t *count, struct fault *f)
{
    const char *at = text;
    *count = 0;
    *left_out = calloc(FAULTS_MAX, 1);
    if (*left_out == NULL)
        return fault_memory(f);
    for (;; at++) {
        int64_t first, last;
        if (take_range(&at, &first, &last) || first < 1 || last < first || last > FAULTS_MAX ||
            (*at != ',' && *at != '\0'))
            return fault_rule(f, "%.64s: not the numbers of faults, such as 1-4,7", text);
        memset(*left_out + first - 1, 1, (size_t)(last - first + 1));
        if ((size_t)last > *count)
            *count = (size_t)last;
        if (*at == '\0')
            return 0;
    }
}

/* --- Counts --------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static int add_quantiles(struct sim_samples *x, const char *word, struct buf *out)
{
    static const unsigned percents[] = {50, 90, 99, 100};
    if (x->count == 0)
        return 0;
    qsort(x->list, x->count, sizeof *x->list, compare);
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) {
        char line[80];
        const size_t place = (x->count * percents[i] + 99) / 100;
        snprintf(line, sizeof line, "quantile %s %u %" PRIu32 "\n", word, percents[i],
                 x->list[place - 1]);
        if (buf_add_string(out, line))
            return -1;
    }
    return 0;
}

int sim_report_counts(struct sim_result *r, struct buf *out)
{
    for (int i = 0; i < SIM_COUNTS; i++) {
        char line[80];
        snprintf(line, sizeof line, "count %s %" PRIu64 "\n", sim_count_words[i], r->counts[i]);
        if (buf_add_string(out, line))
            return -1;
    }
    for (int i = 0; i < SIM_SAMPLES; i++)
        if (add_quantiles(&r->samples[i], sim_sample_words[i], out))
            return -1;
    return 0;
}

int sim_report_broken(uint64_t seed, const struct sim_result *r, struct buf *out)
{
    char line[480];
    snprintf(line, sizeof line, "%" PRIu64 " %s %" PRId64 " %s\n", seed,
             sim_property_words[r->property], r->time, r->text);
    return buf_add_string(out, line);
}
