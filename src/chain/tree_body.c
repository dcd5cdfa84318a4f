/* What the bodies of blocks, and loose transactions, do to the state. */
#include "base/hex.h"
#include "chain/tree_parts.h"
#include "state/members.h"

#include <inttypes.h>
#include <string.h>

enum {
    AHEAD = 16, /* transactions whose accounts are prefetched together */
};

/* Names the transaction that used the seq of one that comes too late. Within its own block, `from`
 * is the first of the entries before it; otherwise the store is asked. Leaves the fault unchanged
 * if none is found. */
static int name_spender(struct tree *t, const struct tx *tx, const uint8_t id[ID_LEN],
                        const struct item *item, size_t before, struct fault *f)
{
    char words[160];
    for (size_t i = 0; i < before; i++) {
        const struct tx *other = &item->entries[i].tx;
        if (item->entries[i].type != &tx_type || other->seq != tx->seq ||
            !account_equal(&other->from, &tx->from))
            continue;
        if (memcmp(item->entries[i].id, id, ID_LEN) == 0)
            return fault_rule(f, "%s; %s is already at line %" PRIu64, f->text, hex32(id).text,
                              item->line + 1 + i);
        return fault_rule(f, "%s; %s spends what %s at line %" PRIu64 " spent", f->text,
                          hex32(id).text, hex32(item->entries[i].id).text, item->line + 1 + i);
    }
    struct fault inner;
    int found = t->store.spender(t->store.self, &tx->from, tx->seq, &t->at, words, &inner);
    if (found < 0) {
        *f = inner;
        return -1;
    }
    if (found && strncmp(words, hex32(id).text, 2 * ID_LEN) == 0) {
        fault_rule(f, "%s; %s is already%s", f->text, hex32(id).text, words + 2 * ID_LEN);
        return fault_answers(f, FAULT_KNOWN);
    }
    if (found)
        fault_rule(f, "%s; %s spends what %s spent", f->text, hex32(id).text, words);
    return -1;
}

static int unspent(struct tree *t, const struct tx *tx, const uint8_t id[ID_LEN],
                   const struct item *item, size_t before, struct fault *f)
{
    struct account_state from;
    if (account_get(t->state, &tx->from, &from, f))
        return -1;
    if (tx->seq >= from.seq)
        return 0;
    fault_rule(f, "tx: seq %" PRId64 ", expected %" PRId64, tx->seq, from.seq);
    return name_spender(t, tx, id, item, before, f);
}

int tree_unspent(struct tree *t, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f)
{
    return unspent(t, tx, id, NULL, 0, f);
}

/* Whether a block is where the tree is, or before it. */
static int has_ancestor(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    struct tree *t = self;
    struct node found;
    int has = tree_find(t, id, &found, f);
    if (has <= 0 || found.height > t->at.height)
        return has < 0 ? -1 : 0;
    return t->store.on_chain(t->store.self, found.n, &t->at, f);
}

static int id_of_ancestor(void *self, int64_t height, uint8_t id[ID_LEN], struct fault *f)
{
    struct tree *t = self;
    struct node ancestor;
    if (tree_ancestor(t, &t->at, height, &ancestor, f))
        return -1;
    memcpy(id, ancestor.id, ID_LEN);
    return 0;
}

struct apply_context tree_context(struct tree *t, int64_t height, int64_t time)
{
    return (struct apply_context){.state = t->state,
                                  .chain = t->genesis.id,
                                  .rules = &t->rules,
                                  .height = height,
                                  .time = time,
                                  .has_ancestor = has_ancestor,
                                  .ancestor = id_of_ancestor,
                                  .self = t};
}

static int apply_named(struct tree *t, const struct apply_context *in, const struct tx *tx,
                       const uint8_t id[ID_LEN], const struct item *item, size_t before,
                       int64_t *fees, struct fault *f)
{
    struct fault ignored;
    if (apply_tx(in, tx, fees, f) == 0)
        return 0;
    /* If the seq is used already, adds who used it; unspent leaves any other fault unchanged. */
    if (f->kind == FAULT_RULE && apply_check(t->genesis.id, &t->rules, tx, &ignored) == 0)
        unspent(t, tx, id, item, before, f);
    return -1;
}

int tree_begin(struct tree *t, struct fault *f)
{
    const struct apply_context next = tree_context(t, t->at.height + 1, t->at.time);
    state_begin(t->state);
    return members_begin_block(&next, f);
}

int tree_apply(struct tree *t, const struct tx *tx, const uint8_t id[ID_LEN], int64_t *fees,
               struct fault *f)
{
    const struct apply_context next = tree_context(t, t->at.height + 1, t->at.time);
    return apply_named(t, &next, tx, id, NULL, 0, fees, f);
}

/* One step of prefetching for AHEAD transactions from i on. */
static void prefetch_some(const struct tree *t, const struct item *item, size_t i,
                          enum state_step step)
{
    for (size_t end = i + AHEAD; i < end && i < item->count; i++)
        if (item->entries[i].type == &tx_type)
            apply_prefetch(t->state, &item->entries[i].tx, step);
}

/* Prefetches ahead of transaction i. */
static void prefetch_accounts(const struct tree *t, const struct item *item, size_t i)
{
    if (i % AHEAD)
        return;
    if (i == 0)
        prefetch_some(t, item, 0, STATE_PLACE);
    prefetch_some(t, item, i, STATE_VALUE);
    prefetch_some(t, item, i + AHEAD, STATE_PLACE);
}

int tree_apply_body(struct tree *t, const struct item *item, struct node *new, struct fault *f)
{
    struct apply_context in = tree_context(t, new->height, new->time);
    int64_t fees = 0;
    in.supply = &new->supply;
    if (tree_attests_count(t, &in, item, new, f) || members_begin_block(&in, f))
        return -1;
    for (size_t i = 0; i < item->count; i++) {
        const struct entry *e = &item->entries[i];
        prefetch_accounts(t, item, i);
        if (e->type != &tx_type)
            continue;
        if (apply_named(t, &in, &e->tx, e->id, item, i, &fees, f)) {
            f->line = item->line + 1 + i;
            return -1;
        }
    }
    if (apply_reward(t->state, &t->rules, new->height, &item->block.miner, fees, &new->supply, f))
        return -1;
    new->earned = rules_reward(&t->rules, new->height) + fees; /* at most the supply */
    return members_end_block(&in, f);
}
