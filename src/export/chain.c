#include "export/chain.h"

#include "base/num.h"

#include <string.h>

static int is_next(const struct chain *c, const struct item *item, struct fault *f)
{
    if (item->type != &block_type)
        return fault_rule(f, "expected a block");
    if (!c->begun)
        return item->is_genesis ? 0
                                : fault_rule(f, "block: a chain begins with its genesis block; "
                                                "`ledger-chain` prints one");
    if (memcmp(item->block.prev, c->tip, ID_LEN) || item->block.height - 1 != c->height)
        return fault_rule(f, "block: not on top of the block before it; `ledger-chain` leaves side "
                             "branches out");
    return 0;
}

/* The sum of the fees that the block's transactions pay its miner. */
static int add_fees(struct chain *c, const struct item *item, struct fault *f)
{
    c->fees = 0;
    for (size_t i = 0; i < item->count; i++) {
        const struct tx *tx = &item->entries[i].tx;
        if (item->entries[i].type != &tx_type)
            continue;
        int result = apply_check(c->genesis, &c->rules, tx, f);
        if (result == 0 && number_add(c->fees, tx->fee, &c->fees))
            result = fault_rule(f, "block: fees are over 2^63-1");
        if (result) {
            f->line = item->line + 1 + i;
            return -1;
        }
    }
    return 0;
}

int chain_take(struct chain *c, const struct item *item, struct fault *f)
{
    if (item->broken) {
        *f = item->fault;
        return -1;
    }
    if (is_next(c, item, f)) {
        f->line = item->line;
        return -1;
    }
    if (!c->begun) {
        memcpy(c->genesis, item->id, ID_LEN);
        c->rules = *item->rules;
    } else if (add_fees(c, item, f)) {
        return -1;
    }
    c->reward = c->begun ? rules_reward(&c->rules, item->block.height) : 0;
    c->begun = true;
    c->height = item->block.height;
    memcpy(c->tip, item->id, ID_LEN);
    return 0;
}
