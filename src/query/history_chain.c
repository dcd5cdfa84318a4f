/* The chain that a history is asked about, and what an account has on it. */
#include "query/history_parts.h"

#include <stdlib.h>

int history_find_chain(struct index *ix, const struct node *tip, struct history_chain *c,
                       struct fault *f)
{
    struct index_block b;
    size_t depth = 0;
    *c = (struct history_chain){.tip = tip->height};
    if (index_block(ix, tip->n, &b, f))
        return -1;
    while (!b.is_main) {
        if (b.node.height + (int64_t)depth++ != tip->height) {
            index_damage(ix, f);
            return -1;
        }
        if (index_block(ix, b.node.parent, &b, f))
            return -1;
    }
    if (b.node.height + (int64_t)depth != tip->height) {
        index_damage(ix, f);
        return -1;
    }
    c->fork = b.node.height;
    c->own = calloc(depth + 1, sizeof *c->own);
    if (!c->own)
        return fault_memory(f);
    for (int64_t n = tip->n; depth > 0; n = b.node.parent) {
        c->own[--depth] = n;
        if (index_block(ix, n, &b, f))
            return -1;
    }
    return 0;
}

int history_account_on(struct index *ix, const struct history_chain *c, const struct account *id,
                       int64_t height, struct account_state *a, struct fault *f)
{
    struct account_state before;
    for (; height > c->fork; height--) {
        int found = index_account_change(ix, id, c->own[height - c->fork - 1], &before, a, f);
        if (found)
            return found < 0 ? -1 : 0;
    }
    return index_account_at(ix, id, height, a, f);
}

int history_account(struct ledger *l, const struct account *id, const struct node *node,
                    struct account_state *a, struct fault *f)
{
    struct history_chain c;
    int result = history_find_chain(l->index, node, &c, f);
    if (result == 0)
        result = history_account_on(l->index, &c, id, node->height, a, f);
    free(c.own);
    return result;
}
