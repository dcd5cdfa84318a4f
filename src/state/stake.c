/* stake: an amount leaves FROM's balance and is its stake (block(5), "Members"). And unstake: it
 * stops being stake, and returns later. */
#include "base/num.h"
#include "record/tx.h"
#include "state/accused.h"
#include "state/stakes.h"
#include "state/unbonding.h"

#include <inttypes.h>

static int parse(struct cursor *c, struct tx *tx, struct fault *f)
{
    int64_t amount;
    if (cursor_take_number(c, "tx: amount", &amount, f))
        return -1;
    memcpy(tx->arguments, &amount, sizeof amount);
    if (tx->from.form != ACCOUNT_KEY)
        return fault_rule(f, "tx: only an Ed25519 key can have a stake");
    return amount ? 0 : fault_rule(f, "tx: amount is 0");
}

static int64_t amount_of(const struct tx *tx)
{
    int64_t amount;
    memcpy(&amount, tx->arguments, sizeof amount);
    return amount;
}

static bool touches(const struct tx *tx, size_t *at, struct state_key *out)
{
    if ((*at)++)
        return false;
    out->kind = STAKE_KIND;
    memcpy(out->id, tx->from.id, ID_LEN);
    return true;
}

static bool grows(const struct tx *tx, struct stake_change *out)
{
    *out = (struct stake_change){.way = STAKE_GROWS, .amount = amount_of(tx)};
    memcpy(out->key, tx->from.id, ID_LEN);
    return true;
}

static bool leaves(const struct tx *tx, struct stake_change *out)
{
    grows(tx, out);
    out->way = STAKE_LEAVES;
    return true;
}

static int stake(const struct apply_context *in, const struct tx *tx, struct fault *f)
{
    const uint8_t *key = tx->from.id;
    int64_t has;
    int accused = accused_is(in->state, key, f);
    if (accused)
        return accused < 0 ? -1 : fault_rule(f, "tx: stake: FROM was accused");
    if (stake_get(in->state, key, &has, f) || apply_take(in, &tx->from, amount_of(tx), f))
        return -1;
    return stake_put(in, key, has + amount_of(tx), f); /* both are part of the supply */
}

static int unstake(const struct apply_context *in, const struct tx *tx, struct fault *f)
{
    const uint8_t *key = tx->from.id;
    int64_t has, amount = amount_of(tx);
    if (stake_get(in->state, key, &has, f))
        return -1;
    if (amount > has) {
        fault_rule(f, "tx: unstake: FROM has %" PRId64 " staked, not %" PRId64, has, amount);
        return fault_answers(f, FAULT_UNPAID);
    }
    int last = stake_is_last(in, key, has - amount, f);
    if (last)
        return last < 0 ? -1 : fault_rule(f, "tx: unstake: the last member cannot leave");
    return stake_put(in, key, has - amount, f) || unbonding_add(in, key, amount, f) ? -1 : 0;
}

const struct operation operation_stake = {
    .name = "stake",
    .allow = "stake",
    .arguments = {{"amount", ARGUMENT_NUMBER, NULL}},
    .parse = parse,
    .apply = stake,
    .touches = touches,
    .stakes = grows,
};

const struct operation operation_unstake = {
    .name = "unstake",
    .allow = "stake",
    .arguments = {{"amount", ARGUMENT_NUMBER, NULL}},
    .parse = parse,
    .apply = unstake,
    .touches = touches,
    .stakes = leaves,
};
