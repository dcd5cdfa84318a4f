/* Locators of an overlay's best chain. */
#include "ledger/overlay_parts.h"

#include <string.h>

enum { LOCATOR_WALK = 1024 };

/* The best chain's block at this height, from the ledger if it is there; of the blocks since then,
 * only the last LOCATOR_WALK are walked over. node is the one above. 1, 0: not that far, -1. */
static int below(struct overlay *t, struct node *node, int64_t height, struct fault *f)
{
    int64_t first = t->has_ledger ? t->ledger.tree.count : 0;
    while (node->height > height && node->n >= first) {
        if (t->tree.best.height - node->height >= LOCATOR_WALK)
            return 0;
        if (tree_get(&t->tree, node->parent, node, f))
            return -1;
    }
    if (node->height == height)
        return 1;
    return index_at_height(t->ledger.index, height, node, f);
}

static bool add_id(uint8_t ids[][ID_LEN], int *count, int max, const uint8_t id[ID_LEN])
{
    for (int i = 0; i < *count; i++)
        if (memcmp(ids[i], id, ID_LEN) == 0)
            return true;
    if (*count >= max)
        return false;
    memcpy(ids[(*count)++], id, ID_LEN);
    return true;
}

/* Appends ids from node's height down, while there is a place for genesis after them. */
static int locate_from(struct overlay *t, struct node node, uint8_t ids[][ID_LEN], int *count,
                       int max, struct fault *f)
{
    int64_t height = node.height;
    for (int64_t gap = 1; height > 0; gap *= 2) {
        int got = below(t, &node, height, f);
        if (got <= 0)
            return got;
        if (!add_id(ids, count, max - 1, node.id))
            return 0;
        height -= gap;
    }
    return 0;
}

int overlay_locate(struct overlay *t, uint8_t ids[][ID_LEN], int count, int max, struct fault *f)
{
    static const uint8_t nobodys[ID_LEN];
    if (t->tree.has_genesis && locate_from(t, t->tree.best, ids, &count, max, f))
        return -1;
    if (t->has_ledger && locate_from(t, t->ledger.tree.best, ids, &count, max, f))
        return -1;
    add_id(ids, &count, max, t->tree.has_genesis ? t->chain : nobodys);
    return count;
}
