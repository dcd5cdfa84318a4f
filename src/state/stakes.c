#include "state/stakes.h"

#include "base/array.h"
#include "state/able.h"
#include "state/members.h"
#include "state/value.h"

#include <stdlib.h>

static struct state_key key_of(uint8_t kind, const uint8_t id[ID_LEN])
{
    struct state_key key = {.kind = kind};
    memcpy(key.id, id, ID_LEN);
    return key;
}

static int broken(struct fault *f)
{
    return fault_trouble(f, "broken stake in the state");
}

static int read_amount(const struct state_value *value, int64_t *amount, struct fault *f)
{
    size_t at = 0;
    *amount = 0;
    return value->len && value_take_number(value, &at, amount) ? broken(f) : 0;
}

static int put_amount(struct state *s, const uint8_t id[ID_LEN], int64_t amount, struct fault *f)
{
    const struct state_key key = key_of(STAKE_KIND, id);
    struct state_value value = {.len = 0};
    if (amount)
        value_put_number(&value, amount);
    return state_put(s, &key, &value, f);
}

int stake_get(struct state *s, const uint8_t id[ID_LEN], int64_t *amount, struct fault *f)
{
    const struct state_key key = key_of(STAKE_KIND, id);
    struct state_value value;
    return state_get(s, &key, &value, f) ? -1 : read_amount(&value, amount, f);
}

/* --- Those who are able to be members --------------------------------------------------------- */

static const struct state_key count_key = {.kind = ABLE_COUNT_KIND};

static int read_able(struct state *s, int64_t *count, int64_t *has_changed, struct fault *f)
{
    struct state_value value;
    size_t at = 0;
    *count = *has_changed = 0;
    if (state_get(s, &count_key, &value, f))
        return -1;
    return value.len && (value_take_number(&value, &at, count) ||
                         value_take_number(&value, &at, has_changed))
               ? broken(f)
               : 0;
}

static int write_able(struct state *s, int64_t count, bool has_changed, struct fault *f)
{
    struct state_value value = {.len = 0};
    value_put_number(&value, count);
    value_put_number(&value, has_changed);
    return state_put(s, &count_key, &value, f);
}

static bool is_able(const struct apply_context *in, int64_t amount)
{
    return amount >= in->rules->minstake;
}

int stake_put(const struct apply_context *in, const uint8_t id[ID_LEN], int64_t amount,
              struct fault *f)
{
    int64_t was, count, has_changed;
    if (stake_get(in->state, id, &was, f) || put_amount(in->state, id, amount, f))
        return -1;
    if (!is_able(in, was) && !is_able(in, amount))
        return 0;
    if (read_able(in->state, &count, &has_changed, f))
        return -1;
    count += is_able(in, amount) - is_able(in, was);
    if ((is_able(in, was) && able_drop(in->state, id, was, f)) ||
        (is_able(in, amount) && able_add(in->state, id, amount, f)))
        return -1;
    return write_able(in->state, count, true, f);
}

int stake_is_last(const struct apply_context *in, const uint8_t id[ID_LEN], int64_t amount,
                  struct fault *f)
{
    int64_t has, count, has_changed;
    if (stake_get(in->state, id, &has, f) || read_able(in->state, &count, &has_changed, f))
        return -1;
    return is_able(in, has) && !is_able(in, amount) && count == 1;
}

/* --- The members ------------------------------------------------------------------------------ */

struct election {
    struct member list[2 * MEMBERS_MAX];
    size_t count;
};

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, ID_LEN);
}

/* Gives those who were members, or are, the weight that they have now; both lists ascend. */
static int replace(const struct apply_context *in, const struct member_set *was,
                   const struct election *e, struct fault *f)
{
    for (size_t i = 0, j = 0; i < was->count || j < e->count;) {
        int order = i == was->count ? 1
                    : j == e->count ? -1
                                    : by_key(was->list[i].key, e->list[j].key);
        const struct member *m = order < 0 ? &was->list[i] : &e->list[j];
        if (member_put(in, m->key, order < 0 ? 0 : m->weight, f))
            return -1;
        i += order <= 0;
        j += order >= 0;
    }
    return 0;
}

static int elect_all(const struct apply_context *in, struct fault *f)
{
    struct election *e = malloc(sizeof *e);
    struct member_set was = {0};
    int result = -1;
    if (!e)
        return fault_memory(f);
    if (able_first(in->state, MEMBERS_MAX, e->list, &e->count, f) == 0 &&
        members_after(in->state, in->rules, in->height, &was, f) == 0) {
        qsort(e->list, e->count, sizeof *e->list, by_key);
        result = replace(in, &was, e, f);
    }
    member_set_free(&was);
    free(e);
    return result;
}

int stakes_elect(const struct apply_context *in, struct fault *f)
{
    int64_t count, has_changed;
    if (read_able(in->state, &count, &has_changed, f))
        return -1;
    if (!has_changed)
        return 0;
    return elect_all(in, f) || write_able(in->state, count, false, f) ? -1 : 0;
}
