#include "pbft/pbft_settings.h"

#include "base/num.h"

#include <string.h>

struct pbft_setting {
    const char *name;
    size_t at;
    int64_t low, high;
};

#define NUMBER(field, low, high)                                                                   \
    {                                                                                              \
#field, offsetof(struct pbft_settings, field), low, high                                   \
    }

static const struct pbft_setting numbers[] = {
    NUMBER(timeout, 1, 3600000),        NUMBER(heartbeat, 1, 3600000),
    NUMBER(window, 1, PBFT_WINDOW_MAX), NUMBER(checkpoint, 1, PBFT_WINDOW_MAX),
    NUMBER(batch, 1, PBFT_BATCH_MAX),   NUMBER(pipeline, 1, PBFT_WINDOW_MAX),
};

static bool is_text(const char *s, size_t n, const char *text)
{
    return strlen(text) == n && memcmp(s, text, n) == 0;
}

static int set_number(const struct pbft_setting *s, struct pbft_settings *set, const char *value,
                      struct fault *f)
{
    int64_t n;
    if (number_parse(value, strlen(value), &n) != 0 || n < s->low || n > s->high)
        return fault_rule(f, "pbft: %s is a number from %lld to %lld", s->name, (long long)s->low,
                          (long long)s->high);
    memcpy((char *)set + s->at, &n, sizeof n);
    return 0;
}

/* break=Bn */
static int set_broken(struct pbft_settings *set, const char *value, struct fault *f)
{
    if (value[0] != 'B' || number_parse(value + 1, strlen(value + 1), &set->broken) != 0 ||
        set->broken < 1 || set->broken > 14)
        return fault_rule(f, "pbft: break is one of B1 to B14");
    return 0;
}

static int set_lies(struct pbft_settings *set, const char *value, struct fault *f)
{
    set->lies = strcmp(value, "yes") == 0;
    return set->lies || strcmp(value, "no") == 0 ? 0 : fault_rule(f, "pbft: lies is yes or no");
}

static int set_one(struct pbft_settings *set, const char *word, struct fault *f)
{
    const char *equals = strchr(word, '=');
    size_t n = equals == NULL ? 0 : (size_t)(equals - word);
    if (equals == NULL)
        return fault_rule(f, "pbft: '%.40s' is no setting NAME=VALUE", word);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (is_text(word, n, numbers[i].name))
            return set_number(&numbers[i], set, equals + 1, f);
    if (is_text(word, n, "weights")) {
        set->weights = equals + 1;
        return 0;
    }
    if (is_text(word, n, "break"))
        return set_broken(set, equals + 1, f);
    if (is_text(word, n, "lies"))
        return set_lies(set, equals + 1, f);
    return fault_rule(f, "pbft: there is no setting '%.*s'", n > 40 ? 40 : (int)n, word);
}

int pbft_settings_parse(struct pbft_settings *set, const char *const *words, size_t count,
                        struct fault *f)
{
    *set = (struct pbft_settings){.timeout = 500,
                                  .heartbeat = 50,
                                  .window = 64,
                                  .checkpoint = 16,
                                  .batch = 64,
                                  .pipeline = 8};
    for (size_t i = 0; i < count; i++)
        if (set_one(set, words[i], f) != 0)
            return -1;
    if (set->heartbeat >= set->timeout && set->timeout > 1)
        return fault_rule(f, "pbft: heartbeat is not below timeout");
    if (set->window % set->checkpoint != 0)
        return fault_rule(f, "pbft: window is no multiple of checkpoint");
    if (set->window / set->checkpoint > 4)
        return fault_rule(f, "pbft: window is more than four times checkpoint");
    return 0;
}
