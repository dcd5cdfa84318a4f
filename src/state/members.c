#include "state/members.h"

#include "base/num.h"
#include "state/attests.h"
#include "state/earlier.h"
#include "state/stakes.h"
#include "state/unbonding.h"
#include "state/value.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- Weights ---------------------------------------------------------------------------------- */

static struct state_key key_of(const struct rules *r, const uint8_t id[ID_LEN])
{
    struct state_key key = {.kind = r->minstake ? STAKE_MEMBER_KIND : MEMBER_KIND};
    memcpy(key.id, id, ID_LEN);
    return key;
}

static int broken(struct fault *f)
{
    return fault_trouble(f, "broken member in the state");
}

int member_get(struct state *s, const struct rules *r, const uint8_t id[ID_LEN], int64_t *weight,
               struct fault *f)
{
    const struct state_key key = key_of(r, id);
    struct state_value value;
    size_t at = 0;
    *weight = 0;
    if (state_get(s, &key, &value, f))
        return -1;
    return value.len && value_take_number(&value, &at, weight) ? broken(f) : 0;
}

static int write_weight(const struct apply_context *in, const uint8_t id[ID_LEN], int64_t weight,
                        struct fault *f)
{
    const struct state_key key = key_of(in->rules, id);
    struct state_value value = {.len = 0};
    if (weight)
        value_put_number(&value, weight);
    return state_put(in->state, &key, &value, f);
}

int member_put(const struct apply_context *in, const uint8_t id[ID_LEN], int64_t weight,
               struct fault *f)
{
    int64_t was;
    if (member_get(in->state, in->rules, id, &was, f))
        return -1;
    if (was == weight)
        return 0;
    return earlier_note(in->state, in->height - 1, id, was, f) || write_weight(in, id, weight, f)
               ? -1
               : 0;
}

/* --- Sets ------------------------------------------------------------------------------------- */

static int add_member(void *self, const struct state_key *key, const struct state_value *value,
                      struct fault *f)
{
    struct member m;
    size_t at = 0;
    memcpy(m.key, key->id, ID_LEN);
    return value_take_number(value, &at, &m.weight) ? broken(f) : member_set_add(self, &m, f);
}

int members_after(struct state *s, const struct rules *r, int64_t height, struct member_set *out,
                  struct fault *f)
{
    static const uint8_t any[ID_LEN];
    if (state_walk(s, key_of(r, any).kind, add_member, out, f) ||
        earlier_set(s, height < 0 ? 0 : height, out, f)) {
        member_set_free(out);
        return fault_trouble(f, "broken members in the state");
    }
    return 0;
}

/* --- Genesis ---------------------------------------------------------------------------------- */

static int found_one(const struct apply_context *in, const struct member *m, struct fault *f)
{
    if (m->weight < in->rules->minstake)
        return fault_rule(f, "member: weight %" PRId64 " is under minstake %" PRId64, m->weight,
                          in->rules->minstake);
    if (in->rules->minstake && stake_put(in, m->key, m->weight, f))
        return -1;
    return write_weight(in, m->key, m->weight, f);
}

int members_found(const struct apply_context *in, const struct member_set *first, struct fault *f)
{
    if (rules_members(in->rules) != (first->count > 0))
        return fault_rule(f, first->count
                                 ? "member: this chain has no members: neither seal nor finality"
                                 : "block: genesis: this chain needs member lines");
    for (size_t i = 0; i < first->count; i++)
        if (found_one(in, &first->list[i], f))
            return -1;
    if (in->rules->minstake && number_add(*in->supply, first->weight, in->supply))
        return fault_rule(f, "member: supply is over 2^63-1");
    return 0;
}

/* --- Block by block --------------------------------------------------------------------------- */

static int by_height(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Forgets the sets that no later block asks for. */
static int forget(const struct apply_context *in, struct fault *f)
{
    int64_t heights[2 + FINALITY_HEIGHTS] = {in->height - 1, in->height > 1 ? in->height - 2 : 0};
    size_t n = 2;
    if (in->rules->finality) {
        if (attests_heights(in, heights + n, f))
            return -1;
        n += FINALITY_HEIGHTS;
    }
    qsort(heights, n, sizeof *heights, by_height);
    return earlier_keep(in->state, heights, n, f);
}

int members_begin_block(const struct apply_context *in, struct fault *f)
{
    if (!rules_members(in->rules))
        return 0;
    if (in->rules->minstake && unbonding_return(in, f))
        return -1;
    return forget(in, f);
}

int members_end_block(const struct apply_context *in, struct fault *f)
{
    return in->rules->minstake ? stakes_elect(in, f) : 0;
}
