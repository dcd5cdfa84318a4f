/*
 * The tree of a ledger's blocks, or a window of it by height, as it is to be drawn: whose child
 * each is, which are on the best chain, where the best tip went over to another branch, and which
 * stand in runs so plain that one mark may stand for all.
 */
#ifndef LEDGER_GRAPH_H
#define LEDGER_GRAPH_H

#include "ledger/ledger.h"

/* A window with more blocks than this is refused: nobody could look at it. */
#define GRAPH_SPOTS_MAX 1000000

struct graph_spot {
    int64_t n;      /* the block's number in the tree */
    int64_t parent; /* its parent's spot; -1: not in the window */
    int64_t old;    /* the number of the tip that it took the best chain from; -1: it did not */
    int64_t undone; /* blocks that left the best chain then */
    int64_t head;   /* the first spot of its run; its own where it stands in none */
    int64_t last;   /* a head's: the last spot of the run; and of all in it: */
    int64_t blocks, txs;
    int32_t children; /* in the window */
    bool best;        /* on the best chain */
    bool goes_on;     /* it has children above the window */
    bool left;        /* a tip that the best chain was taken from */
};

struct graph {
    struct graph_spot *spots; /* in the order of arrival */
    size_t count, cap;
    int64_t reorgs, deepest; /* of the whole ledger: how many, and the most blocks undone by one */
};

/* The part of the ledger from the height start on, and up to, not with, end. 0, or -1 and a fault:
 * a rule where there are too many. graph_free in either case. */
int graph_read(struct graph *g, struct ledger *l, int64_t start, int64_t end, struct fault *f);
void graph_free(struct graph *g);

/* Puts every block with one child, of a parent with one child, into a run with its neighbours of
 * that kind, if those come to at least so many. The window's first, tips, forks, their children and
 * the ends of a reorganisation stand alone. */
void graph_fold(struct graph *g, int64_t least);

/* The spot of the block with this number; -1: it is not in the window. */
int64_t graph_find(const struct graph *g, int64_t n);

#endif
