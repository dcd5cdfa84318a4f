#include "query/graph.h"

#include "base/array.h"
#include "chain/choice.h"
#include "chain/tree_state.h"

#include <stdlib.h>

/* The state while blocks are read in order of arrival. */
struct reading {
    struct graph *graph;
    struct tree *tree;
    int64_t start, end;
    struct tip_choice choice; /* of those so far */
};

void graph_free(struct graph *g)
{
    free(g->list);
    *g = (struct graph){0};
}

int64_t graph_find(const struct graph *g, int64_t n)
{
    size_t i = ARRAY_PLACE(g->list, g->count, n, n);
    return i < g->count && g->list[i].n == n ? (int64_t)i : -1;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static struct graph_block *add_block(struct graph *g, const struct rules *rules,
                                     const struct node *node, struct fault *f)
{
    if (g->count == GRAPH_BLOCKS_MAX) {
        fault_rule(f, "more than %d blocks to draw: choose a part of them", GRAPH_BLOCKS_MAX);
        return NULL;
    }
    if (ARRAY_RESERVE(g->list, g->cap, g->count + 1)) {
        fault_memory(f);
        return NULL;
    }
    struct graph_block *s = &g->list[g->count];
    *s = (struct graph_block){.n = node->n, .parent = graph_find(g, node->parent), .old = -1};
    s->head = s->last = (int64_t)g->count++;
    s->blocks = 1;
    s->txs = tree_tx_count(rules, node);
    if (s->parent >= 0)
        g->list[s->parent].children++;
    return s;
}

/* Another tip is the best now: how many blocks leave the best chain for it. */
static int take_over(struct reading *r, const struct node *old, int64_t *undone, struct fault *f)
{
    const struct node *new = &r->choice.best;
    struct node fork = *old;
    if (new->parent != old->n &&new->parent >= 0 && tree_fork(r->tree, old, new, &fork, f))
        return -1;
    *undone = new->parent < 0 ? 0 : old->height - fork.height;
    r->graph->reorgs += *undone > 0;
    if (*undone > r->graph->deepest)
        r->graph->deepest = *undone;
    return 0;
}

static void mark_reorg(struct graph *g, struct graph_block *s, int64_t old, int64_t undone)
{
    int64_t left = graph_find(g, old);
    s->old = old;
    s->undone = undone;
    if (left >= 0)
        g->list[left].left = true;
}

static int read_node(struct reading *r, const struct node *node, struct fault *f)
{
    struct graph_block *s = NULL;
    struct node old = r->choice.best;
    int64_t undone = 0;
    if (node->height >= r->start && node->height < r->end &&
        !(s = add_block(r->graph, &r->tree->rules, node, f)))
        return -1;
    if (node->height == r->end) {
        int64_t parent = graph_find(r->graph, node->parent);
        if (parent >= 0)
            r->graph->list[parent].goes_on = true;
    }
    int another = choice_take(&r->choice, r->tree, node, f);
    if (another < 0 || (another && take_over(r, &old, &undone, f)))
        return -1;
    if (s && undone)
        mark_reorg(r->graph, s, old.n, undone);
    return 0;
}

static int mark_best(struct graph *g, struct ledger *l, int64_t start, int64_t end, struct fault *f)
{
    struct node node;
    for (int64_t height = start; height < end && height <= l->tree.best.height; height++) {
        int found = index_at_height(l->index, height, &node, f);
        int64_t block = found > 0 ? graph_find(g, node.n) : -1;
        if (found < 0)
            return -1;
        if (block < 0)
            continue;
        g->list[block].best = true;
        if (final_is_possible(&l->tree) && final_status(&l->tree, &node, &g->list[block].final, f))
            return -1;
    }
    return 0;
}

/* Marks what is final although it is off the best chain, from the rival that does not count down.
 */
static int mark_excluded(struct graph *g, struct tree *t, struct fault *f)
{
    struct node node = {.n = t->rivals[1], .parent = t->rivals[1], .height = INT64_MAX};
    while (node.parent >= 0 && node.height > 0) {
        if (tree_get(t, node.parent, &node, f))
            return -1;
        int64_t block = graph_find(g, node.n);
        if (block < 0)
            continue;
        if (g->list[block].best)
            break;
        g->list[block].final = FINAL_YES;
    }
    return 0;
}

int graph_read(struct graph *g, struct ledger *l, int64_t start, int64_t end, struct fault *f)
{
    struct reading r = {.graph = g, .tree = &l->tree, .start = start, .end = end};
    struct node node;
    *g = (struct graph){0};
    for (int64_t n = 0; n < l->tree.count; n++)
        if (tree_get(&l->tree, n, &node, f) || read_node(&r, &node, f))
            return -1;
    return mark_best(g, l, start, end, f) || mark_excluded(g, &l->tree, f) ? -1 : 0;
}

/* --- Folding ---------------------------------------------------------------------------------- */

static bool is_plain(const struct graph *g, const struct graph_block *s)
{
    return s->parent >= 0 && s->children == 1 && !s->goes_on && s->old < 0 && !s->left &&
           g->list[s->parent].children == 1 && !g->list[s->parent].goes_on;
}

void graph_fold(struct graph *g, int64_t least)
{
    for (size_t i = 0; i < g->count; i++) {
        struct graph_block *s = &g->list[i];
        if (!is_plain(g, s) || !is_plain(g, &g->list[s->parent]) ||
            s->final != g->list[s->parent].final)
            continue;
        s->head = g->list[s->parent].head;
        struct graph_block *head = &g->list[s->head];
        head->last = (int64_t)i;
        head->blocks++;
        head->txs += s->txs;
    }
    for (size_t i = 0; i < g->count; i++)
        if (g->list[g->list[i].head].blocks < least)
            g->list[i].head = (int64_t)i;
    for (size_t i = 0; i < g->count; i++)
        if (g->list[i].blocks < least) {
            g->list[i].blocks = 1;
            g->list[i].last = (int64_t)i;
        }
}
