/*
 * The sparse Merkle tree over the entries of a state (state(5), "The tree"; Dahlberg, Pulls,
 * Peeters, "Efficient Sparse Merkle Trees", 2016, with the subtree of a single leaf being that
 * leaf). Its leaves are the hashes of entries, each at its place, a path of 256 bits.
 *
 * The tree is cut into pages, each of a subtree: up to SMT_LEAVES_MAX leaves, or the hashes of the
 * 16 subtrees four levels further down. Pages are loaded when they are needed, from a backing store
 * if there is one, and a change rehashes only the pages on its path. Unlike the state, the tree
 * has no journal: it follows the state (chain/tree_state.c), whose journals name all keys that can
 * differ.
 */
#ifndef STATE_SMT_H
#define STATE_SMT_H

#include "state/state.h"

#define SMT_DEPTH_MAX 256
#define SMT_LEAVES_MAX 32

struct smt_leaf {
    uint8_t place[STATE_ID_LEN];
    uint8_t hash[STATE_ID_LEN]; /* of its entry's line */
    struct state_key key;
    bool gone; /* in a list of changes: there is no such entry any more */
};

/* What a subtree sums up to: 64 zeros and 0 if it is empty; one leaf's hash and 1; ... */
struct smt_sum {
    uint8_t hash[STATE_ID_LEN];
    int64_t count; /* of leaves */
};

/* Where pages are kept, under ids of at most SMT_PAGE_ID bytes, none of which is empty. */
#define SMT_PAGE_ID 34
struct smt_pages {
    /* Appends the page's bytes to *out, none if there is no such page. 0, or -1 and trouble. */
    int (*get)(void *self, const void *id, size_t len, struct buf *out, struct fault *f);
    /* Reports that a page's contents were impossible: -1 and trouble. */
    int (*damage)(void *self, struct fault *f);
    void *self;
};

struct smt;

/* An empty tree over the pages ({0}: over nothing). NULL: no memory. */
struct smt *smt_new(struct smt_pages below);
void smt_free(struct smt *t);

/* Forgets everything loaded or changed so far. */
void smt_clear(struct smt *t);

/* Changes n leaves, sorted by place, none of them twice. 0, or -1 and trouble: the tree is then as
 * after smt_clear. */
int smt_change(struct smt *t, const struct smt_leaf *leaves, size_t n, struct fault *f);

/* The sum of the whole tree. 0, or -1 and trouble. */
int smt_root(struct smt *t, struct smt_sum *sum, struct fault *f);

/* The way to a place: the siblings on it, down to the subtree that has one leaf or none. */
struct smt_path {
    size_t depth;
    uint8_t siblings[SMT_DEPTH_MAX][STATE_ID_LEN]; /* the deepest first */
    bool has_leaf;
    struct smt_leaf leaf;
};
int smt_find(struct smt *t, const uint8_t place[STATE_ID_LEN], struct smt_path *path,
             struct fault *f);

/* Gives every changed page to put (n 0: it is gone), and counts it as stored. 0, or -1 and trouble.
 */
typedef int smt_put(void *self, const void *id, size_t len, const void *bytes, size_t n,
                    struct fault *f);
int smt_flush(struct smt *t, smt_put *put, void *self, struct fault *f);

#endif
