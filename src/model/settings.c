#include "model/settings.h"

#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 6 };

/* A decimal number below 2^40, in millionths. 0, or -1. */
static int decimal_parse(const char *text, uint64_t *out)
{
    const char *point = strchr(text, '.');
    size_t whole = point ? (size_t)(point - text) : strlen(text);
    int64_t value;
    if (number_parse(text, whole, &value) || value >= 1LL << 40)
        return -1;
    *out = (uint64_t)value;
    size_t digits = point ? strlen(point + 1) : 0;
    if ((point && !digits) || digits > DIGITS)
        return -1;
    for (size_t i = 0; i < DIGITS; i++) {
        char c = i < digits ? point[1 + i] : '0';
        if (c < '0' || c > '9')
            return -1;
        *out = *out * 10 + (uint64_t)(c - '0');
    }
    return 0;
}

static int word_parse(const struct setting *s, const char *text, uint64_t *out)
{
    for (uint64_t i = 0; s->words[i]; i++)
        if (strcmp(s->words[i], text) == 0) {
            *out = i;
            return 0;
        }
    return -1;
}

static int refuse_word(const struct setting *s, const char *text, struct fault *f)
{
    char list[200] = "";
    for (size_t i = 0, at = 0; s->words[i] && at < sizeof list; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", s->words[i]);
    return fault_rule(f, "%s=%.40s: it is one of %s", s->name, text, list);
}

static int take(const struct setting *s, const char *text, uint64_t *out, struct fault *f)
{
    uint64_t value = 0, unit = s->kind == SETTING_DECIMAL ? SETTING_ONE : 1;
    int64_t number = 0;
    if (s->kind == SETTING_WORD)
        return word_parse(s, text, out) ? refuse_word(s, text, f) : 0;
    int bad = s->kind == SETTING_DECIMAL ? decimal_parse(text, &value)
                                         : number_parse(text, strlen(text), &number);
    if (s->kind == SETTING_NUMBER)
        value = (uint64_t)number;
    if (!bad && value >= s->least && value <= s->most) {
        *out = value;
        return 0;
    }
    const char *what = unit == 1 ? "a whole number" : "a number of at most 6 decimals";
    if (s->least % unit || s->most % unit)
        return fault_rule(
            f, "%s=%.40s: it is %s from %" PRIu64 ".%06" PRIu64 " to %" PRIu64 ".%06" PRIu64,
            s->name, text, what, s->least / unit, s->least % unit, s->most / unit, s->most % unit);
    return fault_rule(f, "%s=%.40s: it is %s from %" PRIu64 " to %" PRIu64, s->name, text, what,
                      s->least / unit, s->most / unit);
}

static const struct setting *find(const struct setting *table, const char *word, size_t n)
{
    for (; table->kind != SETTING_END; table++)
        if (strlen(table->name) == n && memcmp(table->name, word, n) == 0)
            return table;
    return NULL;
}

int settings_take(const struct setting *table, const char *const *words, size_t count, void *to,
                  struct fault *f)
{
    uint64_t given = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = strcspn(words[i], "=");
        const struct setting *s = find(table, words[i], n);
        uint64_t value = 0;
        if (!words[i][n])
            return fault_rule(f, "%.60s: NAME=VALUE is expected", words[i]);
        if (!s)
            return fault_rule(f, "%.60s: no such setting", words[i]);
        if (given & 1ULL << (s - table))
            return fault_rule(f, "%s: given twice", s->name);
        given |= 1ULL << (s - table);
        if (take(s, words[i] + n + 1, &value, f))
            return -1;
        memcpy((char *)to + s->at, &value, sizeof value);
    }
    return 0;
}
