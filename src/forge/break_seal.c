/* Blocks whose seal, time, target or height is wrong. */
#include "forge/breaks.h"

#include "base/chance.h"
#include "base/num.h"

#include <string.h>

static int by_outsider(struct draft *d, struct fault *f)
{
    const struct secret_key *k = draft_outsider(d, f);
    if (!k)
        return -1;
    d->b.miner = (struct account){.form = ACCOUNT_KEY};
    memcpy(d->b.miner.id, k->public, ID_LEN);
    return 0;
}

/* The miner of the parent seals again. */
static int out_of_turn(struct draft *d, struct fault *f)
{
    struct buf text = {0};
    struct block parent;
    int result = ledger_read(d->g->ledger, &d->parent, true, &text, f);
    if (!result)
        result = block_form(text.data, text.len - 1, &parent, f);
    if (!result)
        d->b.miner = parent.miner;
    buf_free(&text);
    return result;
}

/* Before the spacing is over or, where blocks are mined, before the median of its ancestors. */
static int too_early(struct draft *d, struct fault *f)
{
    struct tree *t = &d->g->ledger->tree;
    bool by_members = t->anchor.seal->rules.by_members;
    int64_t median;
    if (tree_median(t, &d->parent, &median, f))
        return -1;
    int64_t earliest = by_members ? d->parent.time + t->rules.spacing : median + 1;
    int64_t most = by_members ? t->rules.spacing : 60;
    d->b.time = earliest - 1 - (int64_t)chance_below(&d->g->chance, (uint64_t)most);
    if (d->b.time < 0)
        return fault_rule(f, "the chain's time begins at 0");
    return 0;
}

int break_seal(struct draft *d, int how, struct fault *f)
{
    const struct seal *seal = d->g->ledger->tree.anchor.seal;
    switch ((enum break_seal)how) {
    case SEAL_SIGNATURE:
        d->seal = SEAL_OTHER;
        return 0;
    case SEAL_FORM:
        d->seal = SEAL_MALFORMED;
        return seal->is_mined ? fault_rule(f, "a nonce has any number of digits") : 0;
    case SEAL_OUTSIDER:
        return seal->is_mined ? fault_rule(f, "anybody may mine a block") : by_outsider(d, f);
    case SEAL_TURN:
        return seal->is_mined || seal->has_votes ? fault_rule(f, "members do not take turns here")
                                                 : out_of_turn(d, f);
    case SEAL_TIME:
        return too_early(d, f);
    case SEAL_TARGET:
        d->b.target[TARGET_LEN - 1] ^= 1;
        return 0;
    default:
        d->b.height += 1 + (int64_t)chance_below(&d->g->chance, 3);
        return 0;
    }
}
