#include "raft/raft_settings.h"

#include "base/num.h"

#include <string.h>

static const struct raft_settings defaults = {
    .election = 150,
    .heartbeat = 50,
    .window = 4 << 20,
    .batch = 256 << 10,
    .piece = 256 << 10,
    .keep = 1000,
    .prevote = true,
    .checkquorum = true,
    .autoleave = true,
};

/* The rules that `break=` may name: see raft(1), and RAFT_BROKEN for what each changes. */
static const unsigned char breakable[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 18, 21, 22};

struct number_setting {
    const char *name;
    size_t offset;
    int64_t least, most;
};

#define AT(field) offsetof(struct raft_settings, field)

static const struct number_setting numbers[] = {
    {"election", AT(election), 2, 3600000}, {"heartbeat", AT(heartbeat), 1, 3600000},
    {"window", AT(window), 1, 1 << 30},     {"batch", AT(batch), 1, 16 << 20},
    {"piece", AT(piece), 1, 16 << 20},      {"keep", AT(keep), 0, 1 << 30},
};

static const struct {
    const char *name;
    size_t offset;
} switches[] = {
    {"prevote", AT(prevote)},
    {"checkquorum", AT(checkquorum)},
    {"autoleave", AT(autoleave)},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static int read_number(const struct number_setting *n, const char *value, struct raft_settings *s,
                       struct fault *f)
{
    int64_t x;
    if (number_parse(value, strlen(value), &x) != 0 || x < n->least || x > n->most)
        return fault_rule(f, "raft: %s is a number from %lld to %lld, not '%s'", n->name,
                          (long long)n->least, (long long)n->most, value);
    memcpy((char *)s + n->offset, &x, sizeof x);
    return 0;
}

/* Which of two or three words a value is. */
static int choose(const char *name, const char *value, const char *const words[3], size_t *chosen,
                  struct fault *f)
{
    for (*chosen = 0; *chosen < 3 && words[*chosen] != NULL; ++*chosen)
        if (strcmp(value, words[*chosen]) == 0)
            return 0;
    return fault_rule(f, "raft: %s is %s or %s%s%s, not '%s'", name, words[0], words[1],
                      words[2] == NULL ? "" : " or ", words[2] == NULL ? "" : words[2], value);
}

static int read_break(const char *value, struct raft_settings *s, struct fault *f)
{
    int64_t rule;
    if (value[0] == 'R' && number_parse(value + 1, strlen(value + 1), &rule) == 0)
        for (size_t i = 0; i < COUNT(breakable); i++)
            if (breakable[i] == rule) {
                s->broken |= (uint64_t)1 << rule;
                return 0;
            }
    return fault_rule(f, "raft: no rule '%s' that can be broken", value);
}

static int read_choice(const char *name, size_t n, const char *value, struct raft_settings *s,
                       struct fault *f)
{
    size_t chosen;
    if (n == 5 && memcmp(name, "joint", n) == 0) {
        if (choose("joint", value, (const char *[3]){"auto", "always", "never"}, &chosen, f) != 0)
            return -1;
        s->joint = (enum raft_joint)chosen;
        return 0;
    }
    if (n == 5 && memcmp(name, "reads", n) == 0) {
        if (choose("reads", value, (const char *[3]){"round", "lease"}, &chosen, f) != 0)
            return -1;
        s->lease = chosen == 1;
        return 0;
    }
    if (n == 5 && memcmp(name, "break", n) == 0)
        return read_break(value, s, f);
    return fault_rule(f, "raft: no setting '%.*s'", n > 40 ? 40 : (int)n, name);
}

static int read_switch(size_t i, const char *value, struct raft_settings *s, struct fault *f)
{
    size_t chosen;
    if (choose(switches[i].name, value, (const char *[3]){"no", "yes"}, &chosen, f) != 0)
        return -1;
    *((bool *)((char *)s + switches[i].offset)) = chosen == 1;
    return 0;
}

static int read_word(const char *word, struct raft_settings *s, struct fault *f)
{
    const char *equals = strchr(word, '=');
    if (equals == NULL)
        return fault_rule(f, "raft: '%s' is not NAME=VALUE", word);
    size_t n = (size_t)(equals - word);
    for (size_t i = 0; i < COUNT(numbers); i++)
        if (strlen(numbers[i].name) == n && memcmp(word, numbers[i].name, n) == 0)
            return read_number(&numbers[i], equals + 1, s, f);
    for (size_t i = 0; i < COUNT(switches); i++)
        if (strlen(switches[i].name) == n && memcmp(word, switches[i].name, n) == 0)
            return read_switch(i, equals + 1, s, f);
    return read_choice(word, n, equals + 1, s, f);
}

int raft_settings_read(struct raft_settings *s, const char *const *words, size_t count,
                       struct fault *f)
{
    *s = defaults;
    for (size_t i = 0; i < count; i++)
        if (read_word(words[i], s, f) != 0)
            return -1;
    if (s->heartbeat >= s->election)
        return fault_rule(f, "raft: heartbeat=%lld is not below election=%lld",
                          (long long)s->heartbeat, (long long)s->election);
    if (s->lease && !s->checkquorum)
        return fault_rule(f, "raft: reads=lease needs checkquorum=yes");
    return 0;
}
