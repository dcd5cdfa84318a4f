#include "bft/bft_settings.h"

#include "base/num.h"

#include <stddef.h>
#include <string.h>

struct setting {
    const char *name;
    size_t at; /* offset in struct bft_settings */
    int64_t low, high;
};

#define NUMBER(name, low, high)                                                                    \
    {                                                                                              \
#name, offsetof(struct bft_settings, name), low, high                                      \
    }

static const struct setting settings[] = {
    NUMBER(timeout, 1, 3600000),
    NUMBER(delta, 0, 3600000),
    NUMBER(resend, 1, 3600000),
    NUMBER(keep, 0, 1000000),
};

static bool is_text(const char *s, size_t n, const char *text)
{
    return strlen(text) == n && memcmp(s, text, n) == 0;
}

static int set_number(const struct setting *s, struct bft_settings *set, const char *value,
                      struct fault *f)
{
    int64_t n;
    if (number_parse(value, strlen(value), &n) != 0 || n < s->low || n > s->high)
        return fault_rule(f, "tendermint: %s is a number from %lld to %lld", s->name,
                          (long long)s->low, (long long)s->high);
    memcpy((char *)set + s->at, &n, sizeof n);
    return 0;
}

/* break=Tn */
static int set_broken(struct bft_settings *set, const char *value, struct fault *f)
{
    if (value[0] != 'T' || number_parse(value + 1, strlen(value + 1), &set->broken) != 0 ||
        set->broken < 1 || set->broken > 16)
        return fault_rule(f, "tendermint: break is one of T1 to T16");
    return 0;
}

static int set_chain(struct bft_settings *set, const char *value, struct fault *f)
{
    size_t n = strlen(value);
    if (n >= sizeof set->chain)
        return fault_rule(f, "tendermint: chain has at most %zu characters", sizeof set->chain - 1);
    memcpy(set->chain, value, n + 1);
    return 0;
}

static int set_forward(struct bft_settings *set, const char *value, struct fault *f)
{
    set->forward = strcmp(value, "yes") == 0;
    if (!set->forward && strcmp(value, "no") != 0)
        return fault_rule(f, "tendermint: forward is yes or no");
    return 0;
}

/* weight=NAME:N */
static int set_weight(struct bft_set *members, struct node_names *names, const char *value,
                      struct fault *f)
{
    const char *colon = strchr(value, ':');
    int64_t weight;
    uint32_t node = colon == NULL ? NODE_NONE
                                  : node_names_find(names, value, (size_t)(colon - value));
    size_t place = bft_set_find(members, node);
    if (colon == NULL || place == BFT_MEMBERS_MAX)
        return fault_rule(f, "tendermint: weight '%.40s' names no member; it is MEMBER:N", value);
    if (number_parse(colon + 1, strlen(colon + 1), &weight) != 0)
        return fault_rule(f, "tendermint: weight '%.40s' is not MEMBER:N", value);
    members->list[place].weight = weight;
    return 0;
}

static int set_one(struct bft_settings *set, struct bft_set *members, struct node_names *names,
                   const char *word, struct fault *f)
{
    const char *equals = strchr(word, '=');
    size_t n = equals == NULL ? 0 : (size_t)(equals - word);
    if (equals == NULL)
        return fault_rule(f, "tendermint: '%.40s' is no setting NAME=VALUE", word);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (is_text(word, n, settings[i].name))
            return set_number(&settings[i], set, equals + 1, f);
    if (is_text(word, n, "weight"))
        return set_weight(members, names, equals + 1, f);
    if (is_text(word, n, "forward"))
        return set_forward(set, equals + 1, f);
    if (is_text(word, n, "chain"))
        return set_chain(set, equals + 1, f);
    if (is_text(word, n, "break"))
        return set_broken(set, equals + 1, f);
    return fault_rule(f, "tendermint: there is no setting '%.*s'", n > 40 ? 40 : (int)n, word);
}

static int check_weights(const struct bft_set *members, struct fault *f)
{
    int64_t total = 0;
    for (size_t i = 0; i < members->count; i++)
        if (number_add(total, members->list[i].weight, &total) != 0)
            return fault_rule(f, "tendermint: the weights are more than 2^63-1 together");
    return total == 0 ? fault_rule(f, "tendermint: no member has a weight") : 0;
}

int bft_settings_parse(struct bft_settings *set, struct bft_set *members, struct node_names *names,
                       const char *const *words, size_t count, struct fault *f)
{
    *set = (struct bft_settings){
        .timeout = 150, .delta = 50, .resend = 100, .keep = 1000, .forward = true, .chain = "-"};
    for (size_t i = 0; i < count; i++)
        if (set_one(set, members, names, words[i], f) != 0)
            return -1;
    return check_weights(members, f);
}
