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

int apply_tx(struct state *s, const uint8_t chain[ID_LEN], const struct rules *r,
             const struct tx *tx, int64_t *fees, struct fault *f)
{
    int64_t sum;
    struct account_state from;
    if (apply_check(chain, r, tx, f) || account_get(s, &tx->from, &from, f))
        return -1;
    if (tx->seq != from.seq)
        return fault_rule(f, "tx: seq %" PRId64 ", expected %" PRId64, tx->seq, from.seq);
    if (number_add(*fees, tx->fee, &sum))
        return fault_rule(f, "block: fees are over 2^63-1");
    if (apply_pay(s, tx, from, f))
        return -1;
    *fees = sum;
    return 0;
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
