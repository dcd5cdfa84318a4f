/* Returns transactions to the pool from blocks that are off the best chain. */
#include "mempool/pool_parts.h"

#include <stdlib.h>
#include <string.h>

/* Blocks to take back, the highest first, as many as fit into the pool. */
struct sides {
    struct buf nodes;
    uint64_t bytes, limit;
};

/* 0, 1 if no more fit, -1 and trouble. */
static int add_side(void *self, const struct node *node, struct fault *f)
{
    struct sides *s = self;
    s->bytes += node->size;
    if (s->bytes > s->limit)
        return 1;
    return buf_add(&s->nodes, node, sizeof *node) ? fault_memory(f) : 0;
}

/* Whether its branch is not open any more, as the best chain is lower than the one that had it; or
 * one before it in the pool cannot be applied either. */
static bool must_wait(struct pool *p, const struct tx *tx, int64_t seq)
{
    struct fault why;
    if (tx->seq > seq)
        return pool_find_spend(p, &tx->from, tx->seq - 1);
    return apply_opens(tx, p->ledger->tree.best.height + 1, &why);
}

/* Returns a transaction to the pool, if it is its turn and no other in the pool has its seq. One
 * that must wait returns, too, if it fits. */
static int return_tx(struct pool *p, const struct entry *e, struct fault *f)
{
    const struct tx *tx = &e->tx;
    struct account_state from;
    if (account_get(p->ledger->tree.state, &tx->from, &from, f))
        return -1;
    if (tx->seq < from.seq || pool_find_spend(p, &tx->from, tx->seq))
        return 0;
    if (must_wait(p, tx, from.seq))
        return p->bytes + tx->len < p->limit && !pool_keep(p, tx, e->id, false) ? fault_memory(f)
                                                                                : 0;
    if (tx->seq > from.seq)
        return 0;
    return pool_enter(p, tx, e->id, f) && f->kind != FAULT_RULE ? -1 : 0;
}

static int return_block(struct pool *p, const struct node *node, struct fault *f)
{
    struct batch b = {0};
    int result = ledger_read_item(p->ledger, node, &b, f);
    for (size_t i = 0; !result && !b.items[0].broken && i < b.items[0].count; i++)
        if (b.items[0].entries[i].type == &tx_type)
            result = return_tx(p, &b.items[0].entries[i], f);
    batch_free(&b);
    return result;
}

/* Returns the transactions of the blocks, the lowest first, and frees the list of blocks. */
static int return_all(struct pool *p, struct sides *s, struct fault *f)
{
    int result = 0;
    for (size_t end = s->nodes.len; end > 0 && !result; end -= sizeof(struct node)) {
        struct node node;
        memcpy(&node, s->nodes.data + end - sizeof node, sizeof node);
        result = return_block(p, &node, f);
    }
    buf_free(&s->nodes);
    return result;
}

static int keep_block(struct pool *p, const struct node *node, struct fault *f)
{
    struct batch b = {0};
    int result = ledger_read_item(p->ledger, node, &b, f);
    for (size_t i = 0; !result && !b.items[0].broken && i < b.items[0].count; i++) {
        const struct entry *e = &b.items[0].entries[i];
        if (e->type != &tx_type || pool_find_spend(p, &e->tx.from, e->tx.seq))
            continue;
        if (!pool_keep(p, &e->tx, e->id, false))
            result = fault_memory(f);
    }
    batch_free(&b);
    return result;
}

int pool_keep_beside(struct pool *p, struct fault *f)
{
    struct tree *t = &p->ledger->tree;
    struct node fork, node = t->best;
    if (tree_fork(t, &node, p->at, &fork, f))
        return -1;
    while (node.n != fork.n && p->bytes + (uint64_t)node.size <= p->limit)
        if (keep_block(p, &node, f) || tree_get(t, node.parent, &node, f))
            return -1;
    return 0;
}

int pool_return_sides(struct pool *p, struct fault *f)
{
    struct sides s = {.limit = p->limit};
    int64_t above = p->ledger->tree.best.height - POOL_SIDES_DEPTH;
    if (index_sides(p->ledger->index, above, add_side, &s, f)) {
        buf_free(&s.nodes);
        return -1;
    }
    return return_all(p, &s, f);
}

/* Whether a block is on the best chain: 1 or 0, -1 and trouble. */
static int is_main(const struct pool *p, const struct node *node, struct fault *f)
{
    struct node main;
    int got = index_at_height(p->ledger->index, node->height, &main, f);
    return got > 0 ? main.n == node->n : got;
}

int pool_return_undone(struct pool *p, const uint8_t tip[ID_LEN], struct fault *f)
{
    struct sides s = {.limit = p->limit};
    struct tree *t = &p->ledger->tree;
    struct node node;
    bool full = false;
    int got = tree_find(t, tip, &node, f);
    if (got <= 0)
        return got;
    while ((got = is_main(p, &node, f)) == 0 && node.parent >= 0) {
        int answer = full || !node.count ? 0 : add_side(&s, &node, f);
        full |= answer > 0;
        if (answer < 0 || tree_get(t, node.parent, &node, f)) {
            got = -1;
            break;
        }
    }
    if (got >= 0)
        return return_all(p, &s, f);
    buf_free(&s.nodes);
    return -1;
}
