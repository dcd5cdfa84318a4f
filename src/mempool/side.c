#include "mempool/side.h"

enum { STEPS_MAX = 4 * SIDE_DEPTH };

static int to_parent(struct tree *t, struct node *node, struct fault *f)
{
    return tree_get(t, node->parent, node, f);
}

int side_forks_near(struct tree *t, const struct node *top, struct fault *f)
{
    struct node best = t->best, side = *top;
    int64_t floor = best.height - SIDE_DEPTH;
    for (int steps = 0; best.n != side.n; steps++) {
        bool down = best.height >= side.height;
        if (side.height < floor || steps == STEPS_MAX)
            return 0;
        if ((side.height >= best.height && to_parent(t, &side, f)) ||
            (down && to_parent(t, &best, f)))
            return -1;
    }
    return best.height >= floor;
}

/* Whether a block after this parent weighs far less than the best tip: 1 or 0, -1 and trouble. */
static int is_easy(struct tree *t, const struct node *parent, const struct block *b,
                   struct fault *f)
{
    struct node before = t->best;
    struct u256 own;
    if (tree_weight(t, parent, b, &own, f) || to_parent(t, &before, f))
        return -1;
    return u256_compare(u256_scale(own, SIDE_EASIER, 0), u256_subtract(t->best.work, before.work)) <
           0;
}

int side_of(struct tree *t, const struct block *b, struct node *parent, struct fault *f)
{
    int found = t->has_genesis ? tree_find(t, b->prev, parent, f) : 0;
    if (found <= 0)
        return found < 0 ? -1 : SIDE_ORPHAN;
    int leads = parent->n == t->best.n ? 1 : tree_would_lead(t, parent, b, f);
    if (leads)
        return leads < 0 ? -1 : SIDE_BEST;
    int far = is_easy(t, parent, b, f);
    int near = far ? 0 : side_forks_near(t, parent, f);
    return far < 0 || near < 0 ? -1 : near ? SIDE_NEAR : SIDE_FAR;
}

int side_fits(struct ledger *l, size_t size, struct fault *f)
{
    struct index_sizes sizes;
    if (index_sizes(l->index, l->tree.best.height - SIDE_DEPTH, &sizes, f))
        return -1;
    return sizes.side_blocks < SIDE_NEAR_BLOCKS &&
           sizes.side_bytes + (int64_t)size <= SIDE_NEAR_BYTES + 2 * sizes.main_bytes;
}

/* Into how many parts the bounds are divided. -1 and trouble. */
static int64_t shares(struct tree *t, const struct node *parent, struct fault *f)
{
    const struct member_set *set;
    int found = tree_stored_set(t, parent->height > 0 ? parent->target : parent->set, &set, f);
    if (found <= 0)
        return found < 0 ? -1 : SIDE_NEAR_BLOCKS;
    const struct seal *seal = t->anchor.seal;
    int64_t n = seal->apart ? seal->apart(&t->rules, set) : (int64_t)set->count / 2;
    return n < 1 ? 1 : n;
}

int side_fits_member(struct ledger *l, const struct node *parent, const struct item *item,
                     struct fault *f)
{
    struct index_sizes sizes;
    int64_t n = shares(&l->tree, parent, f);
    if (n < 0 || index_side_sizes_of(l->index, l->tree.best.height - SIDE_DEPTH, &item->block.miner,
                                     &sizes, f))
        return -1;
    int64_t bytes = (SIDE_NEAR_BYTES + 2 * sizes.main_bytes) / n;
    return sizes.side_blocks < SIDE_NEAR_OF_ONE ||
           (sizes.side_blocks < SIDE_NEAR_BLOCKS / n &&
            sizes.side_bytes + (int64_t)item->size <= bytes);
}
