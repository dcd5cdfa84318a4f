/* What a block does to a stake, as far as its lines do not say it: from its journal. */
#include "query/history_parts.h"

#include "base/num.h"
#include "state/journal.h"
#include "state/stakes.h"
#include "state/unbonding.h"
#include "state/value.h"

#include <string.h>

/* The unbonding sum that a change had before: true if it is this key's, and not 0. */
static bool sum_before(const struct change *c, const uint8_t key[ID_LEN], int64_t *height,
                       int64_t *amount)
{
    uint8_t of[ID_LEN];
    return c->key.kind == UNBONDING_KIND && c->old.len &&
           unbonding_decode(&c->old, of, height, amount) == 0 && *amount &&
           memcmp(of, key, ID_LEN) == 0;
}

int history_returned(struct history_run *r, int64_t *amount, struct fault *f)
{
    const uint8_t *p = (const uint8_t *)r->journal.data, *end = p + r->journal.len;
    struct change c;
    int64_t height, sum;
    int got;
    *amount = 0;
    if (r->h->account.form != ACCOUNT_KEY)
        return 0;
    while ((got = journal_next(&p, end, &c, f)) > 0)
        if (sum_before(&c, r->h->account.id, &height, &sum) && height == r->at.node.height)
            *amount = sum;
    return got;
}

/* What a key has at stake, and what of that is added to what is unbonding in this block. */
struct staked {
    int64_t stake, unstaked;
};

static int follow(const struct tx *tx, const uint8_t key[ID_LEN], struct staked *s)
{
    struct stake_change c;
    if (!tx_stakes(tx, &c) || c.way == STAKE_SLASHED || memcmp(c.key, key, ID_LEN))
        return 0;
    if (c.way == STAKE_GROWS)
        return number_add(s->stake, c.amount, &s->stake);
    s->stake -= c.amount;
    return s->stake < 0 || number_add(s->unstaked, c.amount, &s->unstaked) ? -1 : 0;
}

/* Follows the lines of the block before this one. */
static int follow_lines(struct history_run *r, const char *line, const uint8_t key[ID_LEN],
                        struct staked *s, struct fault *f)
{
    size_t at = 0, len;
    struct tx tx;
    const char *next;
    history_next_line(&r->text, &at, false, &len); /* the header */
    while ((next = history_next_line(&r->text, &at, false, &len)) < line)
        if (record_is(&tx_type, next, len) && (tx_parse(next, len, &tx, f) || follow(&tx, key, s)))
            return index_damage(r->l->index, f);
    return 0;
}

/* The stake before the block, if it changed; and what is cut off the sums that were unbonding. */
static int read_journal(struct history_run *r, const uint8_t key[ID_LEN], struct staked *s,
                        int64_t *cut, struct fault *f)
{
    const uint8_t *p = (const uint8_t *)r->journal.data, *end = p + r->journal.len;
    struct change c;
    int64_t height, sum;
    size_t at = 0;
    int got;
    *cut = 0;
    while ((got = journal_next(&p, end, &c, f)) > 0) {
        if (c.key.kind == STAKE_KIND && memcmp(c.key.id, key, ID_LEN) == 0 && c.old.len &&
            value_take_number(&c.old, &at, &s->stake))
            return index_damage(r->l->index, f);
        if (sum_before(&c, key, &height, &sum) && height != r->at.node.height &&
            number_add(*cut, slash_of(&r->l->tree.rules, sum), cut))
            return index_damage(r->l->index, f);
    }
    return got;
}

int history_slashed(struct history_run *r, const char *line, const uint8_t key[ID_LEN],
                    int64_t *gone, struct fault *f)
{
    const struct rules *rules = &r->l->tree.rules;
    struct staked s = {0};
    *gone = 0;
    if (rules->minstake == 0)
        return 0;
    if (read_journal(r, key, &s, gone, f) || follow_lines(r, line, key, &s, f))
        return -1;
    return number_add(*gone, slash_of(rules, s.stake), gone) ||
                   number_add(*gone, slash_of(rules, s.unstaked), gone)
               ? index_damage(r->l->index, f)
               : 0;
}
