#include "export/shifts.h"

#include "record/member.h"
#include "state/members.h"
#include "state/stakes.h"
#include "state/unbonding.h"

#include <string.h>

static struct account account_of(const uint8_t key[ID_LEN])
{
    struct account a = {.form = ACCOUNT_KEY};
    memcpy(a.id, key, ID_LEN);
    return a;
}

int shifts_begin(const struct apply_context *in,
                 int (*each)(void *self, const struct shift *s, struct fault *f), void *self,
                 struct fault *f)
{
    struct unbonding_due at = {0};
    int got = 0;
    while (in->rules->minstake && (got = unbonding_due(in->state, in->height, &at, f)) > 0) {
        struct shift s = {.from = PLACE_UNBONDING, .to = PLACE_BALANCE, .amount = at.amount};
        s.payer = s.payee = account_of(at.key);
        if (s.amount && each(self, &s, f))
            return -1;
    }
    return got ? -1 : members_begin_block(in, f);
}

/* Before an accusation: what it can change. */
struct before {
    int64_t stake, supply;
    struct account_state from;
};

static int look(const struct apply_context *in, const struct tx *tx, const struct stake_change *c,
                struct before *b, struct fault *f)
{
    b->supply = *in->supply;
    return stake_get(in->state, c->key, &b->stake, f) ||
                   account_get(in->state, &tx->from, &b->from, f)
               ? -1
               : 0;
}

static void add(struct shifts *out, struct shift s)
{
    if (s.amount)
        out->list[out->count++] = s;
}

/* After an accusation: all that was at stake is unbonding, and of that a part is FROM's, another
 * gone. */
static int add_slash(const struct apply_context *in, const struct tx *tx,
                     const struct stake_change *c, const struct before *b, struct shifts *out,
                     struct fault *f)
{
    struct account_state now;
    struct account key = account_of(c->key);
    if (account_get(in->state, &tx->from, &now, f))
        return -1;
    int64_t reward = now.balance - b->from.balance + (tx->has_sponsor ? 0 : tx->fee);
    add(out, (struct shift){PLACE_STAKE, PLACE_UNBONDING, key, key, b->stake});
    add(out, (struct shift){PLACE_UNBONDING, PLACE_BALANCE, key, tx->from, reward});
    add(out, (struct shift){PLACE_UNBONDING, PLACE_NOWHERE, key, key, b->supply - *in->supply});
    return 0;
}

int shifts_apply(const struct apply_context *in, const struct tx *tx, int64_t *fees,
                 struct shifts *out, struct fault *f)
{
    struct stake_change c;
    struct before b = {0};
    bool of_stake = tx_stakes(tx, &c);
    bool slashes = of_stake && c.way == STAKE_SLASHED && in->rules->minstake;
    out->count = 0;
    if ((slashes && look(in, tx, &c, &b, f)) || apply_tx(in, tx, fees, f))
        return -1;
    if (slashes)
        return add_slash(in, tx, &c, &b, out, f);
    if (of_stake && c.way == STAKE_GROWS)
        add(out, (struct shift){PLACE_BALANCE, PLACE_STAKE, tx->from, tx->from, c.amount});
    if (of_stake && c.way == STAKE_LEAVES)
        add(out, (struct shift){PLACE_STAKE, PLACE_UNBONDING, tx->from, tx->from, c.amount});
    return 0;
}

int shifts_found(const struct apply_context *in, const struct item *genesis,
                 int (*each)(void *self, const struct shift *s, struct fault *f), void *self,
                 struct fault *f)
{
    struct member_set set = {0};
    int result = 0;
    for (size_t i = 0; !result && i < genesis->count; i++) {
        const struct entry *e = &genesis->entries[i];
        struct member m;
        if (e->type != &member_type)
            continue;
        result = member_parse(genesis->text + e->at, e->len, &m, f) || member_set_add(&set, &m, f);
        struct shift s = {.to = PLACE_STAKE, .payee = account_of(m.key), .amount = m.weight};
        if (!result && in->rules->minstake)
            result = each(self, &s, f);
    }
    result = result || members_found(in, &set, f);
    member_set_free(&set);
    return result ? -1 : 0;
}
