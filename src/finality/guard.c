#include "finality/guard.h"

#include "seal/header.h"

#include <inttypes.h>
#include <string.h>

void guard_new(struct guard *g, const struct checkpoints *set)
{
    *g = (struct guard){.set = set};
}

/* Whether this node is on the best chain: 1 or 0, -1 and trouble. */
static int is_best(struct ledger *l, const struct node *node, struct fault *f)
{
    struct node best;
    if (node->height > l->tree.best.height)
        return 0;
    if (memcmp(node->id, l->tree.best.id, ID_LEN) == 0)
        return 1;
    int found = index_at_height(l->index, node->height, &best, f);
    return found > 0 ? memcmp(best.id, node->id, ID_LEN) == 0 : found;
}

/* Sets *first to how many checkpointed blocks need not be checked again, since the chain is
 * unchanged up to them. 0, or -1 and trouble. */
static int skip_checked(struct guard *g, struct ledger *l, size_t *first, struct fault *f)
{
    int goes_on = g->agrees ? is_best(l, &g->tip, f) : 0;
    *first = goes_on > 0 ? checkpoints_from(g->set, g->tip.height + 1) : 0;
    return goes_on < 0 ? -1 : 0;
}

int guard_above(const struct checkpoints *set, struct tree *t, struct fault *f)
{
    struct node node;
    for (size_t i = checkpoints_from(set, t->best.height + 1); i < set->count; i++) {
        int found = tree_find(t, set->blocks[i].block, &node, f);
        if (found < 0)
            return -1;
        if (found)
            return checkpoints_off_best(&set->blocks[i], t->best.height, f);
    }
    return 0;
}

int guard_chain(struct guard *g, struct ledger *l, struct fault *f)
{
    struct node node;
    size_t first;
    if (l->tree.count == 0)
        return 0;
    if (checkpoints_check(g->set, 0, l->tree.genesis.id, f) || skip_checked(g, l, &first, f))
        return -1;
    for (size_t i = first; i < g->set->count; i++) {
        int64_t height = g->set->blocks[i].height;
        if (height > l->tree.best.height)
            break;
        int found = index_at_height(l->index, height, &node, f);
        if (found < 0 || (found && checkpoints_check(g->set, height, node.id, f)))
            return -1;
    }
    if (first == 0 && guard_above(g->set, &l->tree, f))
        return -1;
    g->agrees = true;
    g->tip = l->tree.best;
    return 0;
}

static bool is_vetted(const struct guard *g, const uint8_t id[ID_LEN])
{
    for (int i = 0; i < GUARD_MEMORY; i++)
        if (memcmp(g->vetted[i], id, ID_LEN) == 0)
            return true;
    return false;
}

static void remember(struct guard *g, const uint8_t id[ID_LEN])
{
    memcpy(g->vetted[g->next++ % GUARD_MEMORY], id, ID_LEN);
}

/* Whether the side branch up to this block agrees with the set. */
static int check_branch(struct guard *g, struct ledger *l, const struct node *top, struct fault *f)
{
    struct node node = *top;
    int best;
    while ((best = is_best(l, &node, f)) == 0 && !is_vetted(g, node.id)) {
        if (checkpoints_check(g->set, node.height, node.id, f) ||
            tree_get(&l->tree, node.parent, &node, f))
            return -1;
    }
    return best < 0 ? -1 : 0;
}

/* Whether this checkpointed block, below which a branch forks off, is on the best chain: 1 or 0, -1
 * and trouble. */
static int is_kept(struct tree *t, const struct checkpointed *b, struct fault *f)
{
    struct node node;
    if (tree_ancestor(t, &t->best, b->height, &node, f))
        return -1;
    return memcmp(node.id, b->block, ID_LEN) == 0;
}

/* Whether the block, if it is valid, makes one final that the best chain does not hold: 1 or 0, -1
 * and trouble. */
static int wins_by_finality(struct tree *t, const struct item *item, struct fault *f)
{
    struct node new, final;
    struct fault why = {0};
    int verdict = tree_check(t, item, -1, &new, &why);
    if (verdict < 0)
        *f = why;
    if (verdict != TREE_GOOD)
        return verdict < 0 ? -1 : 0;
    tree_drop(t);
    if (tree_get(t, new.final, &final, f))
        return -1;
    int above = tree_descends(t, &final, &t->final, f);
    int held = above > 0 ? tree_descends(t, &t->best, &final, f) : 1;
    return above < 0 || held < 0 ? -1 : !held;
}

/* Whether the chain to this node lacks the checkpointed block, which the best one has: 1 or 0, -1
 * and trouble. */
static int lacks(struct tree *t, const struct node *node, const struct checkpointed *b,
                 struct fault *f)
{
    struct node fork;
    if (tree_fork(t, &t->best, node, &fork, f))
        return -1;
    return fork.height < b->height ? is_kept(t, b, f) : 0;
}

int guard_best(const struct checkpoints *set, struct tree *t, const struct item *item,
               struct fault *f)
{
    struct node parent;
    struct fault ignored;
    int found = t->has_genesis ? tree_find(t, item->block.prev, &parent, f) : 0;
    size_t reached = found > 0 ? checkpoints_from(set, t->best.height + 1) : 0;
    if (found <= 0 || reached == 0 || parent.n == t->best.n)
        return found < 0 ? -1 : 0;
    int leads = tree_would_lead(t, &parent, &item->block, f);
    if (leads < 0 || (!leads && item->signed_count == 0))
        return leads;
    found = lacks(t, &parent, &set->blocks[reached - 1], f);
    if (found > 0)
        found = leads ? !header_alone(t->anchor.seal, &item->block, item->id, &ignored)
                      : wins_by_finality(t, item, f);
    return found > 0 ? checkpoints_undone(&set->blocks[reached - 1], f) : found;
}

int guard_block(struct guard *g, struct ledger *l, const struct item *item, struct fault *f)
{
    struct node parent;
    if (checkpoints_check(g->set, item->block.height, item->id, f))
        return -1;
    if (!l || item->is_genesis || !l->tree.has_genesis || g->set->count == 0)
        return 0;
    int found = tree_find(&l->tree, item->block.prev, &parent, f);
    if (found <= 0)
        return found;
    if (check_branch(g, l, &parent, f) || guard_best(g->set, &l->tree, item, f))
        return -1;
    remember(g, parent.id);
    return 0;
}
