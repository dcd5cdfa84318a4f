/*
 * The tree of blocks, and the rules that a block must keep with respect to its ancestors: a pure
 * judge over a store, which says where nodes and journals are kept (store_temp.h for one run,
 * index.h permanently).
 *
 * The tree is at one block: its state is that block's. It moves to another by undoing and redoing
 * journals, so side branches are judged in full against the state at their parent, at any depth.
 */
#ifndef CHAIN_TREE_H
#define CHAIN_TREE_H

#include "seal/header.h"
#include "state/apply.h"
#include "state/smt.h"
#include "stream/stream.h"
#include "work/target.h"

struct node {
    int64_t n;      /* its number in the order of arrival, from 0 */
    int64_t parent; /* its parent's; -1 for genesis */
    uint8_t id[ID_LEN];
    int64_t height, time, supply;
    uint8_t target[TARGET_LEN];
    uint8_t set[ID_LEN]; /* of a chain that members seal: the root of the members after this block,
                            which is its children's target; else 0 */
    struct account miner;
    int64_t count;
    int64_t signed_count;        /* of these lines, votes or attest lines */
    int64_t final;               /* the highest block that is final by the bodies of its chain, its
                                    own included: a number */
    int64_t earned;              /* by its miner: reward and fees */
    struct u256 work;            /* of the chain up to and including it */
    uint64_t line, offset, size; /* its place in the ledger */
};

/* A store of nodes and journals. All give 0, or -1 and trouble; find gives 1 if it has the node. */
struct store {
    int (*find)(void *self, const uint8_t id[ID_LEN], struct node *node, struct fault *f);
    int (*get)(void *self, int64_t n, struct node *node, struct fault *f);
    int (*journal)(void *self, int64_t n, struct buf *out, struct fault *f);
    /* Stores a node with its journal and its item; its number is the one after the last. */
    int (*add)(void *self, const struct node *node, const struct item *item,
               const struct buf *journal, struct fault *f);
    /* The best tip is now this node; the previous tips shared its chain up to the height fork. */
    int (*best)(void *self, const struct node *node, int64_t fork, struct fault *f);
    /* Whether node n is tip, or an ancestor of it: 1 or 0, -1 and trouble. */
    int (*on_chain)(void *self, int64_t n, const struct node *tip, struct fault *f);
    /* Names, in a few words, the transaction with this sender and seq on the chain that ends at
     * node: 1, 0 if it cannot be found. */
    int (*spender)(void *self, const struct account *from, int64_t seq, const struct node *node,
                   char words[160], struct fault *f);
    /* Reports that the store's contents were impossible: -1 and trouble. */
    int (*damage)(void *self, struct fault *f);
    /* Where sets of members are kept (both NULL: nowhere): adds one, if it is not there yet; and
     * gives the one with this root, into *set, which was all zero: 1, 0 if there is none, -1 and
     * trouble. What it gives is checked against the root by whoever asks. */
    int (*add_set)(void *self, const uint8_t root[ID_LEN], const struct member_set *set,
                   struct fault *f);
    int (*get_set)(void *self, const uint8_t root[ID_LEN], struct member_set *set, struct fault *f);
    struct state_backing state; /* the state at the best tip when the tree starts */
    struct smt_pages pages;     /* of the tree over the state (tree_state.h) */
    void *self;
};

#define TREE_RECENT 16
#define TREE_SETS 8 /* recently used sets of members */

/* The fork choice (block(5), "Seals"): what has been chosen of the blocks that came so far. */
struct tip_choice {
    struct node best;  /* the tip */
    struct node final; /* the highest final block that counts */
    /* The first two final blocks that exclude each other, the one that counts first; both -1: there
     * are none. */
    int64_t rivals[2];
};

struct tree {
    struct store store;
    struct state *state;
    bool has_genesis;
    struct node genesis, best, at; /* `at`: the node that `state` belongs to */
    struct node final;             /* as in struct tip_choice */
    int64_t rivals[2];
    int64_t count; /* nodes */
    struct rules rules;
    struct anchor anchor;            /* with the chain's seal */
    struct buf journal;              /* scratch */
    struct node recent[TREE_RECENT]; /* recently used nodes, by number modulo that; n -1: none */
    struct smt *smt;                 /* the tree over the state, once it was asked for, */
    int64_t smt_at;                  /* and whose it is: tree_state.c only */
    struct {
        uint8_t root[ID_LEN];
        struct member_set set; /* count 0: none */
    } sets[TREE_SETS];
    size_t next_set; /* the one to be replaced next */
};

enum tree_verdict {
    TREE_GOOD,   /* *new is the node: tree_add or tree_drop must follow */
    TREE_KNOWN,  /* it is in the tree already: *new is its node */
    TREE_ORPHAN, /* its parent is not in the tree */
    TREE_BAD,    /* it breaks a rule: *f */
};

/* An empty tree over the store. 0, or -1 and trouble. tree_free does not free the store. */
int tree_init(struct tree *t, struct store store, struct fault *f);
void tree_free(struct tree *t);

/* Opens the tree that the store has: genesis with its rules, what was chosen, how many nodes. */
void tree_resume(struct tree *t, const struct node *genesis, const struct rules *rules,
                 const struct tip_choice *choice, int64_t count);

/* Goes back to the best tip and forgets all that was loaded of the state; only if the store has the
 * state there, and nothing that it lacks. */
void tree_forget_state(struct tree *t);

/* What the tree has chosen. */
struct tip_choice tree_choice(const struct tree *t);

/* The rule that a broken item (item->broken) breaks: a missing genesis block comes before other
 * faults. */
void tree_fault(const struct tree *t, const struct item *item, struct fault *f);

/* The rule that a block before any genesis block breaks. */
void tree_no_genesis(const struct item *item, struct fault *f);

/* Judges a well-formed block (not item->broken) against its parent; with now < 0 the clock is
 * ignored. Gives an enum tree_verdict, or -1 and trouble. */
int tree_check(struct tree *t, const struct item *item, int64_t now, struct node *new,
               struct fault *f);

/* Judges a block's header alone, in a tree that has its genesis: 1 it is valid, 0: its parent is
 * not in the tree, or the members who may seal after it are not at hand, but it stands by itself
 * (header_alone), -1 and a fault. */
int tree_header(struct tree *t, const struct block *b, const uint8_t id[ID_LEN], int64_t now,
                struct fault *f);

/* What a block after this parent adds to the weight of its chain, or the most that it can add if
 * the members who may seal there are not at hand: 0, or -1 and trouble; and whether that would make
 * it the best one: 1 or 0, -1 and trouble. Whether the block's claims hold, and what its body makes
 * final, is not checked here. */
int tree_weight(struct tree *t, const struct node *parent, const struct block *b,
                struct u256 *weight, struct fault *f);
int tree_would_lead(struct tree *t, const struct node *parent, const struct block *b,
                    struct fault *f);

/* The TARGET of the block after one with this height and time, on a chain of which those decide;
 * where members seal, it is in the parent's node. */
void tree_next(const struct tree *t, int64_t height, int64_t time, uint8_t target[TARGET_LEN]);

/* Whether a block is within the chain's maxblock. 0, or -1 and a rule. */
int tree_check_size(const struct tree *t, const struct item *item, struct fault *f);

/* What a block did to the best chain. */
struct reorg {
    /* Blocks. undone 0: the best chain only grew, or (done 0) did not change. */
    int64_t undone, done;
};

/* Adds the block that tree_check just accepted; new->line, offset and size give its place. */
int tree_add(struct tree *t, const struct item *item, const struct node *new, struct reorg *reorg,
             struct fault *f);

/* Drops that block: the tree is at its parent. */
void tree_drop(struct tree *t);

/* Makes t->state the state at node. 0, or -1 and trouble. */
int tree_move(struct tree *t, const struct node *node, struct fault *f);

/* The node with this number, or this id (1, or 0: none). */
int tree_get(struct tree *t, int64_t n, struct node *node, struct fault *f);
int tree_find(struct tree *t, const uint8_t id[ID_LEN], struct node *node, struct fault *f);

/* The ancestor of node at this height, which is at most node's. */
int tree_ancestor(struct tree *t, const struct node *node, int64_t height, struct node *out,
                  struct fault *f);

/* The last node shared by the chains to a and to b: a itself if b descends from it. */
int tree_fork(struct tree *t, const struct node *a, const struct node *b, struct node *fork,
              struct fault *f);

/* Whether node is `of`, or descends from it: 1 or 0, -1 and trouble. */
int tree_descends(struct tree *t, const struct node *node, const struct node *of, struct fault *f);

/* Whether a node passes on this block of the tree: where members seal, of those that one MINER has
 * sealed upon one parent, which can be any number, only the first two (block(5)). Only the last
 * thousand blocks before it are looked at. 1 or 0, -1 and trouble. */
int tree_passes_on(struct tree *t, const uint8_t id[ID_LEN], struct fault *f);

/* The set of members with this root, if the store has it: 1 and *out, valid until the second call
 * after this one; 0, or -1 and trouble. */
int tree_stored_set(struct tree *t, const uint8_t root[ID_LEN], const struct member_set **out,
                    struct fault *f);

/* The median that the time of a block after parent must be after. 0, or -1 and trouble. */
int tree_median(struct tree *t, const struct node *parent, int64_t *median, struct fault *f);

/* The times that the median is computed from: those of parent and its ancestors, newest first. How
 * many, or -1 and trouble. */
int tree_times(struct tree *t, const struct node *parent, int64_t times[MEDIAN_OF],
               struct fault *f);

/* Opens a journal for the block after the one where the tree is, and does what comes before its
 * transactions: what has been unbonding returns. state_rollback closes it. 0, or -1 and trouble; it
 * is open in either case. */
int tree_begin(struct tree *t, struct fault *f);

/* Applies a loose transaction, without checking its signature, to the state where the tree is. If
 * its seq is used already, the fault says by which transaction. After tree_begin. 0, or -1 and a
 * fault. */
int tree_apply(struct tree *t, const struct tx *tx, const uint8_t id[ID_LEN], int64_t *fees,
               struct fault *f);

/* Whether the seq of a loose transaction is not used yet where the tree is. 0, or -1 and a fault
 * that says which transaction used it. */
int tree_unspent(struct tree *t, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f);

#endif
