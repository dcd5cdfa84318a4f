#include "paxos/paxos_settings.h"

#include "base/num.h"

#include <stddef.h>
#include <string.h>

/* A setting that is a number from low to high, or, with flag, yes or no. */
struct setting {
    const char *name;
    size_t at; /* offset in struct paxos_settings */
    int64_t low, high;
    bool flag;
};

#define NUMBER(name, low, high)                                                                    \
    {                                                                                              \
#name, offsetof(struct paxos_settings, name), low, high, false                             \
    }
#define FLAG(name, field)                                                                          \
    {                                                                                              \
        name, offsetof(struct paxos_settings, field), 0, 1, true                                   \
    }

static const struct setting settings[] = {
    NUMBER(election, 1, 3600000), NUMBER(heartbeat, 1, 3600000),
    NUMBER(window, 1, 65536),     NUMBER(batch, 1, 4096),
    NUMBER(pipeline, 1, 64),      FLAG("single", single),
    FLAG("sticky", sticky),       FLAG("new", fresh),
};

static bool is_text(const char *s, size_t n, const char *text)
{
    return strlen(text) == n && memcmp(s, text, n) == 0;
}

static int set_flag(const struct setting *s, struct paxos_settings *set, const char *value,
                    struct fault *f)
{
    bool yes = strcmp(value, "yes") == 0;
    if (!yes && strcmp(value, "no") != 0)
        return fault_rule(f, "paxos: %s is yes or no", s->name);
    memcpy((char *)set + s->at, &yes, sizeof yes);
    return 0;
}

static int set_number(const struct setting *s, struct paxos_settings *set, const char *value,
                      struct fault *f)
{
    int64_t n;
    if (number_parse(value, strlen(value), &n) != 0 || n < s->low || n > s->high)
        return fault_rule(f, "paxos: %s is a number from %lld to %lld", s->name, (long long)s->low,
                          (long long)s->high);
    memcpy((char *)set + s->at, &n, sizeof n);
    return 0;
}

/* break=Pn */
static int set_broken(struct paxos_settings *set, const char *value, struct fault *f)
{
    if (value[0] != 'P' || number_parse(value + 1, strlen(value + 1), &set->broken) != 0 ||
        set->broken < 1 || set->broken > 13)
        return fault_rule(f, "paxos: break is one of P1 to P13");
    return 0;
}

static int set_one(struct paxos_settings *set, const char *word, struct fault *f)
{
    const char *equals = strchr(word, '=');
    size_t n = equals == NULL ? 0 : (size_t)(equals - word);
    if (equals == NULL)
        return fault_rule(f, "paxos: '%.40s' is no setting NAME=VALUE", word);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (is_text(word, n, settings[i].name))
            return settings[i].flag ? set_flag(&settings[i], set, equals + 1, f)
                                    : set_number(&settings[i], set, equals + 1, f);
    if (is_text(word, n, "break"))
        return set_broken(set, equals + 1, f);
    return fault_rule(f, "paxos: there is no setting '%.*s'", n > 40 ? 40 : (int)n, word);
}

int paxos_settings_parse(struct paxos_settings *set, const char *const *words, size_t count,
                         struct fault *f)
{
    *set = (struct paxos_settings){.election = 150,
                                   .heartbeat = 50,
                                   .window = 1024,
                                   .batch = 64,
                                   .pipeline = 8,
                                   .sticky = true};
    for (size_t i = 0; i < count; i++)
        if (set_one(set, words[i], f) != 0)
            return -1;
    if (set->heartbeat >= set->election && set->election > 1)
        return fault_rule(f, "paxos: heartbeat is not below election");
    return 0;
}
