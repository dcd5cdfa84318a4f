#include "record/rules.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define RULE_NAME "name"
#define RULE_SEAL "seal"

/* The rules whose value is a number, and where it goes. */
static const struct {
    const char *name;
    size_t at;
    int64_t least;
} numbers[] = {
    {"spacing", offsetof(struct rules, spacing), 1},
    {"halflife", offsetof(struct rules, halflife), 0},
    {"reward", offsetof(struct rules, reward), 0},
    {"halving", offsetof(struct rules, halving), 0},
    {"maxblock", offsetof(struct rules, maxblock), 0},
    {"minfee", offsetof(struct rules, minfee), 0},
};

enum { NUMBERS = sizeof numbers / sizeof numbers[0], SEEN_NAME = NUMBERS, SEEN_SEAL, SEEN_ALL };

static int64_t *number_at(struct rules *r, int i)
{
    return (int64_t *)(void *)((char *)r + numbers[i].at);
}

static const char *seen_name(int i)
{
    return i == SEEN_NAME ? RULE_NAME : i == SEEN_SEAL ? RULE_SEAL : numbers[i].name;
}

static int find(struct field name)
{
    for (int i = 0; i < SEEN_ALL; i++)
        if (field_is(name, seen_name(i)))
            return i;
    return -1;
}

static int set(struct rules *r, int i, struct field value, struct fault *f)
{
    if (i == SEEN_SEAL)
        return field_is(value, "pow") ? 0
                                      : fault_rule(f, "rule: unknown seal; 'pow' is the only one");
    if (i == SEEN_NAME) {
        if (field_text(value, "rule: name", f))
            return -1;
        memcpy(r->name, value.text, value.len);
        r->name[value.len] = 0;
        return 0;
    }
    if (field_number(value, "rule", number_at(r, i), f))
        return -1;
    if (*number_at(r, i) < numbers[i].least)
        return fault_rule(f, "rule: %s is less than %" PRId64, numbers[i].name, numbers[i].least);
    return 0;
}

int rules_read(struct rules *r, const char *line, size_t len, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (n != 3 || !field_is(x[0], "rule"))
        return fault_rule(f, "rule: %zu fields, expected 3", n);
    int i = find(x[1]);
    if (i < 0)
        return fault_rule(f, "rule: unknown rule '%.*s'", x[1].len > 40 ? 40 : (int)x[1].len,
                          x[1].text);
    if (r->seen & 1U << i)
        return fault_rule(f, "rule: %s is given twice", seen_name(i));
    r->seen |= 1U << i;
    return set(r, i, x[2], f);
}

int rules_complete(const struct rules *r, struct fault *f)
{
    for (int i = 0; i < SEEN_ALL; i++)
        if (!(r->seen & 1U << i))
            return fault_rule(f, "block: genesis: rule %s is missing", seen_name(i));
    return 0;
}

int rules_format(const struct rules *r, struct buf *out)
{
    if (buf_add_string(out, "rule name ") || buf_add_string(out, r->name) ||
        buf_add_string(out, "\nrule seal pow\n"))
        return -1;
    for (int i = 0; i < NUMBERS; i++)
        if (buf_add_string(out, "rule ") || buf_add_string(out, numbers[i].name) ||
            buf_add_string(out, " ") || buf_add_number(out, *number_at((struct rules *)r, i)) ||
            buf_add_string(out, "\n"))
            return -1;
    return 0;
}

int grant_parse(const char *line, size_t len, uint8_t account[ID_LEN], int64_t *amount,
                struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (n != 3 || !field_is(x[0], "grant"))
        return fault_rule(f, "grant: %zu fields, expected 3", n);
    if (field_id(x[1], "grant: account", account, f) ||
        field_number(x[2], "grant: amount", amount, f))
        return -1;
    return *amount == 0 ? fault_rule(f, "grant: amount is 0") : 0;
}

int64_t rules_reward(const struct rules *r, int64_t height)
{
    int64_t halvings = r->halving ? height / r->halving : 0;
    return halvings < 63 ? r->reward >> halvings : 0;
}

int64_t rules_max_ahead(const struct rules *r)
{
    if (r->spacing > INT64_MAX / 12)
        return INT64_MAX;
    return r->spacing * 12 > 60 ? r->spacing * 12 : 60;
}
