/*
 * The tree of a ledger's blocks, or a range of heights of it, prepared for drawing: parents, the
 * best chain, reorganisations, and runs of blocks so plain that one mark may represent all of them.
 */
#ifndef QUERY_GRAPH_H
#define QUERY_GRAPH_H

#include "ledger/ledger.h"
#include "query/final.h"

/* The most blocks in a window: nobody could look at more. */
#define GRAPH_BLOCKS_MAX 1000000

struct graph_block {
    int64_t n;      /* the block's number in the tree */
    int64_t parent; /* the place of its parent in the list; -1: not in the window */
    int64_t old;    /* the tip that it replaced by a reorganisation; -1: none */
    int64_t undone; /* blocks that this undid */
    int64_t head;   /* the place of the first block of its run; its own if it is in none */
    int64_t last;   /* of a head: that of the last block of the run; and over the run: */
    int64_t blocks, txs;
    int32_t children; /* in the window */
    bool best;        /* on the best chain */
    bool goes_on;     /* it has children above the window */
    bool left;        /* a former best tip */
    enum final_status final;
};

struct graph {
    struct graph_block *list; /* in the order of arrival */
    size_t count, cap;
    int64_t reorgs, deepest; /* of the whole ledger: how many reorganisations, and the most blocks
                                undone by one */
};

/* Reads the heights from start up to, but not including, end. 0, or -1 and a fault: a rule if there
 * are too many blocks. Call graph_free in either case. */
int graph_read(struct graph *g, struct ledger *l, int64_t start, int64_t end, struct fault *f);
void graph_free(struct graph *g);

/* Joins neighbouring blocks that have one child, and a parent with one child, and are equally
 * final, into runs of at least this length. The window's first block, tips, forks, their children
 * and the ends of a reorganisation stay alone. */
void graph_fold(struct graph *g, int64_t least);

/* The place in the list of the block with this number; -1: it is not in the window. */
int64_t graph_find(const struct graph *g, int64_t n);

#endif
