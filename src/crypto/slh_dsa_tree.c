#include "crypto/slh_dsa_tree.h"

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
