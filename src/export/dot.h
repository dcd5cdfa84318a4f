/*
 * Writes the tree of a ledger's blocks as a graph in DOT, the language of Graphviz.
 *
 * The colours are those of a light screen. In SVG, a stylesheet embedded in the graph as a data URI
 * (RFC 2397) replaces them for readers who prefer a dark one; colours alone never express anything.
 */
#ifndef EXPORT_DOT_H
#define EXPORT_DOT_H

#include "base/buf.h"
#include "query/graph.h"
#include "record/book.h"

/* How many miners get a colour of their own. */
#define DOT_MINERS 10

/* The caller sets the first part, leaves the rest zero, and owns what it points to. */
struct dot {
    struct tree *tree;
    const struct graph *graph; /* read from it, and folded or not */
    const struct book *book;   /* names accounts */
    int64_t start, end;        /* the window's heights; end is excluded */
    bool left_to_right;

    struct account miners[DOT_MINERS]; /* miners found so far */
    int miners_count;
    bool has_side, has_run, has_reorg, has_final, has_justified; /* what the legend explains */
    struct buf *out;
    bool failed;
};

/* Each appends to out, which may be emptied between calls: the head of the graph; everything for
 * one block of d->graph, to be called once for each, in order; the legend and the end. 0, or -1 and
 * a fault. */
int dot_begin(struct dot *d, struct buf *out, struct fault *f);
int dot_block(struct dot *d, const struct graph_block *s, struct buf *out, struct fault *f);
int dot_end(struct dot *d, struct buf *out, struct fault *f);

#endif
