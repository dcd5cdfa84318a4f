#include "export/dot_parts.h"

#include "base/hex.h"
#include "chain/tree_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ID_DIGITS = 8 };

/* --- Blocks ----------------------------------------------------------------------------------- */

static const struct graph_block *head_of(const struct dot *d, const struct graph_block *s)
{
    return &d->graph->list[s->head];
}

/* The name of a block's node, such as "b17"; for a block in a run, the run's. */
static void add_name(struct dot *d, const struct graph_block *s)
{
    const struct graph_block *head = head_of(d, s);
    dot_say(d, "%c%" PRId64, head->blocks > 1 ? 'r' : 'b', head->n);
}

/* The number of the miner's colour; -1: none is left for it. */
static int colour_of(struct dot *d, const struct account *miner)
{
    int i = 0;
    while (i < d->miners_count && !account_equal(&d->miners[i], miner))
        i++;
    if (i == DOT_MINERS)
        return -1;
    if (i == d->miners_count)
        d->miners[d->miners_count++] = *miner;
    return i;
}

static const char *const final_words[] = {"", "justified", "final"};

/* The frame alone distinguishes the best chain from side branches, so the picture works without
 * colours. */
static void add_branch(struct dot *d, const struct graph_block *s)
{
    d->has_side |= !s->best;
    dot_put(d, s->best ? " group=best class=\"best" : " class=\"side");
    if (s->final)
        dot_say(d, " %s", final_words[s->final]);
    dot_put(d, s->best ? "\" penwidth=1.6"
                       : "\" style=\"rounded,filled,dashed\" color=\"#777777\" "
                         "fontcolor=\"#555555\"");
}

/* A word in the label: what a frame could say has been said. */
static void add_final(struct dot *d, const struct graph_block *s)
{
    d->has_final |= s->final == FINAL_YES;
    d->has_justified |= s->final == FINAL_JUSTIFIED;
    if (s->final)
        dot_say(d, "\\n%s", final_words[s->final]);
}

/* Its transactions; of genesis, its lines. */
static int64_t count_txs(const struct dot *d, const struct node *node)
{
    return node->parent < 0 ? node->count : tree_tx_count(&d->tree->rules, node);
}

static void add_tooltip(struct dot *d, const struct node *node)
{
    dot_say(d, " tooltip=\"block %" PRId64 "\\n%s\\n%s by ", node->height, hex32(node->id).text,
            dot_made(d));
    dot_miner(d, &node->miner, false);
    dot_put(d, " at ");
    dot_time(d, node->time);
    dot_put(d, "\\n");
    dot_counted(d, count_txs(d, node), node->parent < 0 ? "line" : "transaction");
    dot_put(d, ", ");
    dot_counted(d, (int64_t)node->size, "byte");
    dot_say(d, "\\nnumber %" PRId64 " in the order of arrival, line %" PRIu64 " of the ledger\"",
            node->n, node->line);
}

static void add_label(struct dot *d, const struct graph_block *s, const struct node *node)
{
    dot_say(d, "label=\"%" PRId64 "  ", node->height);
    if (node->parent < 0)
        dot_put(d, "genesis\\n");
    else {
        dot_miner(d, &node->miner, false);
        dot_say(d, "\\n%" PRId64 " tx  ", count_txs(d, node));
    }
    dot_add(d, hex32(node->id).text, ID_DIGITS);
    add_final(d, s);
    if (s->old >= 0)
        dot_say(d, "\\nreorganisation: %" PRId64 " undone", s->undone);
    dot_put(d, node->n == d->tree->best.n ? "\\nbest tip\"" : "\"");
}

static int add_block(struct dot *d, const struct graph_block *s, struct fault *f)
{
    struct node node;
    if (tree_get(d->tree, s->n, &node, f))
        return -1;
    dot_put(d, "  ");
    add_name(d, s);
    dot_put(d, " [");
    add_label(d, s, &node);
    add_tooltip(d, &node);
    add_branch(d, s);
    int colour = node.parent < 0 ? -1 : colour_of(d, &node.miner);
    if (colour >= 0)
        dot_say(d, " fillcolor=\"#%s\"", dot_colours[colour].light);
    if (s->old >= 0)
        dot_put(d, " peripheries=2");
    if (node.n == d->tree->best.n)
        dot_put(d, " penwidth=3");
    dot_put(d, "];\n");
    return 0;
}

static int add_run(struct dot *d, const struct graph_block *head, struct fault *f)
{
    struct node first, last;
    if (tree_get(d->tree, head->n, &first, f) ||
        tree_get(d->tree, d->graph->list[head->last].n, &last, f))
        return -1;
    dot_put(d, "  ");
    add_name(d, head);
    dot_say(d, " [shape=box3d height=0.5 label=\"%" PRId64 " to %" PRId64 "\\n", first.height,
            last.height);
    dot_counted(d, head->blocks, "block");
    dot_say(d, ", %" PRId64 " tx", head->txs);
    add_final(d, head);
    dot_say(d, "\" tooltip=\"from %s, ", hex32(first.id).text);
    dot_time(d, first.time);
    dot_say(d, "\\nto %s, ", hex32(last.id).text);
    dot_time(d, last.time);
    dot_put(d, "\"");
    add_branch(d, head);
    dot_put(d, "];\n");
    d->has_run = true;
    return 0;
}

/* --- Edges ------------------------------------------------------------------------------------ */

static void add_parent(struct dot *d, const struct graph_block *s)
{
    const struct graph_block *parent = &d->graph->list[s->parent];
    if (head_of(d, s) == head_of(d, parent))
        return;
    dot_put(d, "  ");
    add_name(d, parent);
    dot_put(d, " -> ");
    add_name(d, s);
    dot_put(d, s->best ? " [class=\"parent\" weight=8 penwidth=1.6];\n"
                       : " [class=\"parent\" style=dashed color=\"#777777\"];\n");
}

static void add_reorg(struct dot *d, const struct graph_block *s)
{
    int64_t old = graph_find(d->graph, s->old);
    d->has_reorg = true;
    if (old < 0)
        return;
    dot_put(d, "  ");
    add_name(d, &d->graph->list[old]);
    dot_put(d, " -> ");
    add_name(d, s);
    dot_put(d, " [class=\"reorg\" dir=forward constraint=false style=dotted penwidth=1.6 "
               "color=\"#b3261e\" tooltip=\"the best tip moved to this branch\"];\n");
}

/* "..." for blocks outside the window: before a first block, or after a last one. */
static void add_beyond(struct dot *d, const struct graph_block *s, bool is_after)
{
    char name[32];
    snprintf(name, sizeof name, "%s%" PRId64, is_after ? "after" : "before", s->n);
    dot_say(d, "  %s [class=\"beyond\" shape=plaintext style=\"\" label=\"...\" height=0.2];\n  ",
            name);
    if (is_after)
        add_name(d, s);
    else
        dot_put(d, name);
    dot_put(d, " -> ");
    if (is_after)
        dot_put(d, name);
    else
        add_name(d, s);
    dot_put(d, " [class=\"beyond\" style=dotted arrowtail=none];\n");
}

int dot_block(struct dot *d, const struct graph_block *s, struct buf *out, struct fault *f)
{
    const struct graph_block *head = head_of(d, s);
    d->out = out;
    if (head->blocks == 1 ? add_block(d, s, f) : head == s ? add_run(d, s, f) : 0)
        return -1;
    if (s->parent >= 0)
        add_parent(d, s);
    else if (s->n)
        add_beyond(d, s, false);
    if (s->goes_on)
        add_beyond(d, s, true);
    if (s->old >= 0)
        add_reorg(d, s);
    return d->failed ? fault_memory(f) : 0;
}
