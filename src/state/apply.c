#include "state/apply.h"

#include "base/hex.h"
#include "base/num.h"

#include <inttypes.h>
#include <string.h>

int apply_check(const uint8_t chain[ID_LEN], const struct rules *r, const struct tx *tx,
                struct fault *f)
{
    if (memcmp(tx->chain, chain, ID_LEN))
        return fault_rule(f, "tx: another chain: %s", hex32(tx->chain).text);
    if (tx->fee < r->minfee)
        return fault_rule(f, "tx: fee %" PRId64 " is under the minimum of %" PRId64, tx->fee,
                          r->minfee);
    return 0;
}

static int cannot_pay(const struct tx *tx, int64_t balance, uint64_t needs, struct fault *f)
{
    fault_rule(f, "tx: %s has %" PRId64 ", needs %" PRIu64, account_text(&tx->from).text, balance,
               needs);
    return fault_answers(f, FAULT_UNPAID);
}

/* Takes the fee and all payments from FROM's account, one after the other, and counts the
 * transaction. 0, or -1 and a rule. */
static int charge(const struct tx *tx, struct account_state *from, struct fault *f)
{
    int64_t left = from->balance - tx->fee;
    uint64_t needs = (uint64_t)tx->fee;
    struct move m;
    for (size_t at = 0; tx_next_move(tx, &at, &m);) {
        if (left < m.amount)
            return cannot_pay(tx, from->balance, needs + (uint64_t)m.amount, f);
        if (account_equal(&m.to, &tx->from))
            continue;
        left -= m.amount;
        needs += (uint64_t)m.amount;
    }
    if (left < 0)
        return cannot_pay(tx, from->balance, needs, f);
    *from = (struct account_state){left, from->seq + 1};
    return 0;
}

/* Adds all payments to their accounts; or, to undo that, takes them away. */
static int credit(struct state *s, const struct tx *tx, bool back, struct fault *f)
{
    struct move m;
    struct account_state to;
    for (size_t at = 0; tx_next_move(tx, &at, &m);) {
        if (account_equal(&m.to, &tx->from))
            continue;
        if (account_get(s, &m.to, &to, f))
            return -1;
        if (back)
            to.balance -= m.amount;
        else if (number_add(to.balance, m.amount, &to.balance)) /* cannot be: it is supply */
            return fault_rule(f, "tx: the payee's balance is over 2^63-1");
        if (account_put(s, &m.to, &to, f))
            return -1;
    }
    return 0;
}

/* The operation itself, after the payments; without it, they are undone. */
static int operate(const struct apply_context *in, const struct tx *tx,
                   const struct account_state *before, struct fault *f)
{
    struct fault trouble;
    if (!tx->operation->apply || tx->operation->apply(in, tx, f) == 0)
        return 0;
    if (credit(in->state, tx, true, &trouble) ||
        account_put(in->state, &tx->from, before, &trouble))
        *f = trouble;
    return -1;
}

int apply_tx(const struct apply_context *in, const struct tx *tx, int64_t *fees, struct fault *f)
{
    int64_t sum;
    struct account_state from, before;
    if (apply_check(in->chain, in->rules, tx, f) || account_get(in->state, &tx->from, &from, f))
        return -1;
    if (tx->seq != from.seq)
        return fault_rule(f, "tx: seq %" PRId64 ", expected %" PRId64, tx->seq, from.seq);
    if (number_add(*fees, tx->fee, &sum))
        return fault_rule(f, "block: fees are over 2^63-1");
    before = from;
    if (charge(tx, &from, f) || account_put(in->state, &tx->from, &from, f) ||
        credit(in->state, tx, false, f) || operate(in, tx, &before, f))
        return -1;
    *fees = sum;
    return 0;
}

bool tx_touches(const struct tx *tx, struct touches *at, struct state_key *key)
{
    struct move m;
    if (at->part == 0) {
        at->part = 1;
        *key = account_key(&tx->from);
        return true;
    }
    if (at->part == 1 && tx_next_move(tx, &at->at, &m)) {
        *key = account_key(&m.to);
        return true;
    }
    if (at->part == 1)
        *at = (struct touches){.part = 2};
    return tx->operation->touches && tx->operation->touches(tx, &at->at, key);
}

bool tx_next_account(const struct tx *tx, struct touches *at, struct account *out)
{
    struct state_key key;
    while (tx_touches(tx, at, &key))
        if (account_of_state(&key, out))
            return true;
    return false;
}

static void prefetch(const struct state *s, const struct account *a, enum state_step step)
{
    struct state_key key = account_key(a);
    state_prefetch(s, &key, step);
}

/* Not by tx_touches, as this is done twice for every transaction. */
void apply_prefetch(const struct state *s, const struct tx *tx, enum state_step step)
{
    struct move m;
    struct state_key key;
    prefetch(s, &tx->from, step);
    for (size_t at = 0; tx_next_move(tx, &at, &m);)
        prefetch(s, &m.to, step);
    for (size_t at = 0; tx->operation->touches && tx->operation->touches(tx, &at, &key);)
        state_prefetch(s, &key, step);
}

int apply_grant(struct state *s, const struct account *id, int64_t amount, int64_t *supply,
                struct fault *f)
{
    struct account_state a;
    if (account_get(s, id, &a, f))
        return -1;
    if (a.balance)
        return fault_rule(f, "grant: granted twice: %s", account_text(id).text);
    if (number_add(*supply, amount, supply))
        return fault_rule(f, "grant: supply is over 2^63-1");
    a.balance = amount;
    return account_put(s, id, &a, f);
}

int apply_reward(struct state *s, const struct rules *r, int64_t height,
                 const struct account *miner, int64_t fees, int64_t *supply, struct fault *f)
{
    struct account_state a;
    int64_t reward = rules_reward(r, height);
    if (number_add(*supply, reward, supply))
        return fault_rule(f, "block: supply is over 2^63-1");
    if (reward == 0 && fees == 0)
        return 0;
    if (account_get(s, miner, &a, f))
        return -1;
    /* No balance exceeds the supply, and what is paid as fees was somebody's balance. */
    if (number_add(a.balance, reward, &a.balance) || number_add(a.balance, fees, &a.balance))
        return fault_rule(f, "block: the miner's balance is over 2^63-1");
    return account_put(s, miner, &a, f);
}
