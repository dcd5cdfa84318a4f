#include "base/num.h"
#include "scenario/scenario_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *sim_word(struct sim_reader *r)
{
    if (r->left == 0)
        return NULL;
    r->left--;
    return *r->next++;
}

bool sim_word_is(struct sim_reader *r, const char *word)
{
    if (r->left == 0 || strcmp(*r->next, word) != 0)
        return false;
    sim_word(r);
    return true;
}

struct sim_words sim_rest(struct sim_reader *r)
{
    struct sim_words words = {r->next, r->left};
    r->next += r->left;
    r->left = 0;
    return words;
}

int sim_word_number(struct sim_reader *r, int64_t least, int64_t most, int64_t *n, struct fault *f)
{
    const char *word = sim_word(r);
    if (word == NULL)
        return fault_rule(f, "%.32s: a number is missing", r->statement);
    if (number_parse(word, strlen(word), n) || *n < least || *n > most)
        return fault_rule(f, "%.32s: %.64s: not a number from %" PRId64 " to %" PRId64,
                          r->statement, word, least, most);
    return 0;
}

int sim_word_ms(struct sim_reader *r, int32_t *ms, struct fault *f)
{
    int64_t n = 0;
    if (sim_word_number(r, 0, SIM_DRAW_MAX, &n, f))
        return -1;
    *ms = (int32_t)n;
    return 0;
}

int sim_word_choice(struct sim_reader *r, const char *const *words, int *choice, struct fault *f)
{
    const char *word = sim_word(r);
    if (word == NULL)
        return fault_rule(f, "%.32s: a word is missing", r->statement);
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0) {
            *choice = i;
            return 0;
        }
    }
    char all[200] = "";
    for (size_t i = 0, n = 0; words[i] != NULL && n < sizeof all; i++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? ", " : "", words[i]);
    return fault_rule(f, "%.32s: %.64s: not one of %s", r->statement, word, all);
}

/* Up to four digits, which stand after a point: n of them are 10^-n. */
static int parse_decimals(const char *at, size_t n, int64_t *out)
{
    *out = 0;
    if (n < 1 || n > 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        if (i < n && (at[i] < '0' || at[i] > '9'))
            return -1;
        *out = *out * 10 + (i < n ? at[i] - '0' : 0);
    }
    return 0;
}

int sim_word_part(struct sim_reader *r, uint32_t *ppm, struct fault *f)
{
    const char *word = sim_word(r);
    if (word == NULL)
        return fault_rule(f, "%.32s: a percentage is missing", r->statement);
    const size_t n = strlen(word), whole = strcspn(word, ".%");
    int64_t percent, decimals = 0;
    if (n < 2 || word[n - 1] != '%' || number_parse(word, whole, &percent) || percent > 100 ||
        (word[whole] == '.' && parse_decimals(word + whole + 1, n - whole - 2, &decimals)) ||
        (word[whole] == '%' && whole != n - 1) || percent * 10000 + decimals > SIM_MILLION)
        return fault_rule(f, "%.32s: %.64s: not a percentage such as 5%% or 0.25%%", r->statement,
                          word);
    *ppm = (uint32_t)(percent * 10000 + decimals);
    return 0;
}

int sim_word_delay(struct sim_reader *r, struct sim_delay *d, struct fault *f)
{
    static const char *const kinds[] = {"constant", "uniform", "exponential", NULL};
    int kind = 0;
    *d = (struct sim_delay){.most = SIM_DRAW_MAX};
    if (sim_word_choice(r, kinds, &kind, f))
        return -1;
    d->kind = (enum sim_delay_kind)kind;
    if (d->kind == SIM_EXPONENTIAL) {
        if (sim_word_ms(r, &d->mean, f) || (r->left > 0 && sim_word_ms(r, &d->least, f)) ||
            (r->left > 0 && sim_word_ms(r, &d->most, f)))
            return -1;
    } else if (sim_word_ms(r, &d->least, f) ||
               (d->kind == SIM_UNIFORM && sim_word_ms(r, &d->most, f))) {
        return -1;
    }
    if (d->most < d->least)
        return fault_rule(f, "%.32s: at most %" PRId32 " is less than at least %" PRId32,
                          r->statement, d->most, d->least);
    return 0;
}

int sim_word_region(struct sim_reader *r, int *region, struct fault *f)
{
    struct sim_scenario *s = r->s;
    const char *word = sim_word(r);
    if (word == NULL || strlen(word) > NODE_NAME_MAX)
        return fault_rule(f, "%.32s: the name of a region is missing or too long", r->statement);
    for (*region = 0; *region < s->region_count; ++*region)
        if (strcmp(s->regions[*region], word) == 0)
            return 0;
    if (s->region_count == SIM_REGIONS_MAX)
        return fault_rule(f, "%.32s: more than %d regions", r->statement, SIM_REGIONS_MAX);
    memcpy(s->regions[s->region_count++], word, strlen(word) + 1);
    return 0;
}
