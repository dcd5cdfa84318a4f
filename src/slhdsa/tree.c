#include "slhdsa/tree.h"

#include <string.h>

/* One level up: the node's address is its height and its index. */
static void pair_up(struct slh_path *p, int level, struct slh_block *b)
{
    const uint8_t *sibling = p->siblings + (level - 1) * SLH_N;
    uint8_t pair[2 * SLH_N];
    bool right = p->index & 1;
    memcpy(pair, right ? sibling : p->node, SLH_N);
    memcpy(pair + SLH_N, right ? p->node : sibling, SLH_N);
    p->index >>= 1;
    p->address.second = (uint32_t)level;
    p->address.third = p->index;
    slh_block_make(b, p->midstate, &p->address, pair, sizeof pair);
}

void slh_climb(struct slh_path *paths, size_t n, int height)
{
    struct slh_block blocks[SLH_PATHS_MAX];
    for (int level = 1; level <= height; level++) {
        for (size_t i = 0; i < n; i++)
            pair_up(&paths[i], level, &blocks[i]);
        slh_walk(blocks, n, 1);
        for (size_t i = 0; i < n; i++)
            memcpy(paths[i].node, slh_value(&blocks[i]), SLH_N);
    }
}

/* Folds at most FOLDED pairs of nodes, the first of which makes node i of the level. */
enum { FOLDED = 16 };
static void fold_some(struct slh_tree *t, int level, uint32_t i, uint32_t count)
{
    struct slh_block blocks[FOLDED];
    t->address.second = (uint32_t)level;
    for (uint32_t j = 0; j < count; j++) {
        t->address.third = (t->first >> level) + i + j;
        slh_block_make(&blocks[j], t->midstate, &t->address, t->nodes + (i + j) * 2 * SLH_N,
                       2 * SLH_N);
    }
    slh_walk(blocks, count, 1);
    for (uint32_t j = 0; j < count; j++)
        memcpy(t->nodes + (i + j) * SLH_N, slh_value(&blocks[j]), SLH_N);
}

void slh_fold(struct slh_tree *t, uint32_t index, uint8_t *siblings)
{
    for (int level = 1; level <= t->height; level++, index >>= 1) {
        uint32_t count = 1U << (t->height - level);
        memcpy(siblings + (level - 1) * SLH_N, t->nodes + (index ^ 1) * SLH_N, SLH_N);
        for (uint32_t i = 0; i < count; i += FOLDED)
            fold_some(t, level, i, count < FOLDED ? count : FOLDED);
    }
}
