#include "state/apply.h"

#include "base/hex.h"
#include "base/num.h"
#include "record/tx_allowed.h"

#include <inttypes.h>
#include <string.h>

/* Fees by length are for the whole line, signatures included. */
static int check_fee(const struct rules *r, const struct tx *tx, struct fault *f)
{
    int64_t least;
    if (rules_fee(r, tx->len, &least))
        return fault_rule(f, "tx: its minimum fee is over 2^63-1");
    if (tx->fee >= least)
        return 0;
    if (!r->bytefee)
        return fault_rule(f, "tx: fee %" PRId64 " is under the minimum of %" PRId64, tx->fee,
                          least);
    return fault_rule(f, "tx: fee %" PRId64 " is under the minimum of %" PRId64 " for %zu bytes",
                      tx->fee, least, tx->len);
}

int apply_check(const uint8_t chain[ID_LEN], const struct rules *r, const struct tx *tx,
                struct fault *f)
{
    if (memcmp(tx->chain, chain, ID_LEN))
        return fault_rule(f, "tx: another chain: %s", hex32(tx->chain).text);
    return tx_allowed(r, tx, f) || check_fee(r, tx, f) ? -1 : 0;
}

static int cannot_pay(const struct account *payer, int64_t balance, uint64_t needs, struct fault *f)
{
    fault_rule(f, "tx: %s has %" PRId64 ", needs %" PRIu64, account_text(payer).text, balance,
               needs);
    return fault_answers(f, FAULT_UNPAID);
}

int apply_take(const struct apply_context *in, const struct account *id, int64_t amount,
               struct fault *f)
{
    struct account_state a;
    if (account_get(in->state, id, &a, f))
        return -1;
    if (a.balance < amount)
        return cannot_pay(id, a.balance, (uint64_t)amount, f);
    a.balance -= amount;
    return account_put(in->state, id, &a, f);
}

/* What a transaction has changed besides its payees, to undo it. */
struct paid {
    struct account_state from, sponsor; /* as they were */
};

/* A sponsor of a fee of 0 is not touched: it need not even be an account that has anything. */
static bool sponsor_pays(const struct tx *tx)
{
    return tx->has_sponsor && tx->fee;
}

/* Takes the fee from a sponsor. 0, or -1 and a fault. */
static int charge_sponsor(struct state *s, const struct tx *tx, struct paid *was, struct fault *f)
{
    if (!sponsor_pays(tx))
        return 0;
    if (account_get(s, &tx->sponsor, &was->sponsor, f))
        return -1;
    struct account_state sponsor = was->sponsor;
    if (sponsor.balance < tx->fee)
        return cannot_pay(&tx->sponsor, sponsor.balance, (uint64_t)tx->fee, f);
    sponsor.balance -= tx->fee;
    return account_put(s, &tx->sponsor, &sponsor, f);
}

static int restore(struct state *s, const struct tx *tx, const struct paid *was, struct fault *f)
{
    if (sponsor_pays(tx) && account_put(s, &tx->sponsor, &was->sponsor, f))
        return -1;
    return account_put(s, &tx->from, &was->from, f);
}

/* Takes the fee, unless a sponsor pays it, and all payments from FROM's account, one after the
 * other, and counts the transaction. 0, or -1 and a rule. */
static int charge(const struct tx *tx, struct account_state *from, struct fault *f)
{
    int64_t fee = tx->has_sponsor ? 0 : tx->fee, left = from->balance - fee;
    uint64_t needs = (uint64_t)fee;
    struct move m;
    for (size_t at = 0; tx_next_move(tx, &at, &m);) {
        if (left < m.amount)
            return cannot_pay(&tx->from, from->balance, needs + (uint64_t)m.amount, f);
        if (account_equal(&m.to, &tx->from))
            continue;
        left -= m.amount;
        needs += (uint64_t)m.amount;
    }
    if (left < 0)
        return cannot_pay(&tx->from, from->balance, needs, f);
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
static int operate(const struct apply_context *in, const struct tx *tx, const struct paid *was,
                   struct fault *f)
{
    struct fault trouble;
    if (!tx->operation->apply || tx->operation->apply(in, tx, f) == 0)
        return 0;
    if (credit(in->state, tx, true, &trouble) || restore(in->state, tx, was, &trouble))
        *f = trouble;
    return -1;
}

int apply_opens(const struct tx *tx, int64_t height, struct fault *f)
{
    if (height >= tx->proof.after)
        return 0;
    fault_rule(f, "tx: branch %u opens at height %" PRId64 ", this is %" PRId64, tx->proof.branch,
               tx->proof.after, height);
    return fault_answers(f, FAULT_LATER);
}

/* Whether the transaction can stand at this height, as FROM's next one. */
static int check_turn(const struct apply_context *in, const struct tx *tx,
                      const struct account_state *from, struct fault *f)
{
    if (tx->seq != from->seq)
        return fault_rule(f, "tx: seq %" PRId64 ", expected %" PRId64, tx->seq, from->seq);
    return apply_opens(tx, in->height, f);
}

int apply_tx(const struct apply_context *in, const struct tx *tx, int64_t *fees, struct fault *f)
{
    int64_t sum;
    struct account_state from;
    struct paid was;
    if (apply_check(in->chain, in->rules, tx, f) || account_get(in->state, &tx->from, &from, f) ||
        check_turn(in, tx, &from, f))
        return -1;
    if (number_add(*fees, tx->fee, &sum))
        return fault_rule(f, "block: fees are over 2^63-1");
    was.from = from;
    if (charge(tx, &from, f) || charge_sponsor(in->state, tx, &was, f) ||
        account_put(in->state, &tx->from, &from, f) || credit(in->state, tx, false, f) ||
        operate(in, tx, &was, f))
        return -1;
    *fees = sum;
    return 0;
}

bool tx_touches(const struct tx *tx, struct touches *at, struct state_key *key)
{
    enum { FROM, SPONSOR, PAYEES, OWN };
    struct move m;
    if (at->part == FROM) {
        at->part = tx->has_sponsor ? SPONSOR : PAYEES;
        *key = account_key(&tx->from);
        return true;
    }
    if (at->part == SPONSOR) {
        at->part = PAYEES;
        *key = account_key(&tx->sponsor);
        return true;
    }
    if (at->part == PAYEES && tx_next_move(tx, &at->at, &m)) {
        *key = account_key(&m.to);
        return true;
    }
    if (at->part == PAYEES)
        *at = (struct touches){.part = OWN};
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
    if (tx->has_sponsor)
        prefetch(s, &tx->sponsor, step);
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
