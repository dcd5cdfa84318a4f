#include "mempool/side.h"

enum { STEPS_MAX = 4 * SIDE_DEPTH };

static int to_parent(struct tree *t, struct node *node, struct fault *f)
{
    return tree_get(t, node->parent, node, f);
}

/* Whether the chain to `top` leaves the best one at most SIDE_DEPTH below its tip: 1 or 0, -1 and
 * trouble. */
static int forks_near(struct tree *t, const struct node *top, struct fault *f)
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

static bool is_easy(const struct tree *t, struct u256 work)
{
    struct u256 most = u256_scale(work, SIDE_EASIER, 0);
    return u256_compare(most, target_work(t->best.target)) < 0;
}

int side_of(struct tree *t, const struct block *b, struct node *parent, struct fault *f)
{
    int found = t->has_genesis ? tree_find(t, b->prev, parent, f) : 0;
    if (found <= 0)
        return found < 0 ? -1 : SIDE_ORPHAN;
    struct u256 work = target_work(b->target);
    if (parent->n == t->best.n || u256_compare(u256_add(parent->work, work), t->best.work) > 0)
        return SIDE_BEST;
    int near = is_easy(t, work) ? 0 : forks_near(t, parent, f);
    return near < 0 ? -1 : near ? SIDE_NEAR : SIDE_FAR;
}

int side_has_room(struct ledger *l, size_t size, struct fault *f)
{
    struct index_sizes sizes;
    if (index_sizes(l->index, l->tree.best.height - SIDE_DEPTH, &sizes, f))
        return -1;
    return sizes.side_blocks < SIDE_NEAR_BLOCKS &&
           sizes.side_bytes + (int64_t)size <= SIDE_NEAR_BYTES + 2 * sizes.main_bytes;
}
