/*
 * The judge behind verify: decides for every item of a stream whether it is valid. The rules depend
 * on the context:
 *
 * - against a ledger: a block against its parent's state or, if the parent is missing, by what
 * needs no ledger; a loose transaction by chain, fee and a sequence number that is not used yet; a
 * peer record by its chain;
 * - a whole ledger (the first record is a block): everything, from genesis on;
 * - loose records: what needs no ledger; the second of two transactions with the same sequence
 * number is refused, and so is a genesis block, whose ledger would not be audited here.
 */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include "finality/guard.h"

struct judge;

/* A judge for one stream; against may be NULL and stays the caller's. NULL: no memory. */
struct judge *judge_new(struct ledger *against);
void judge_free(struct judge *j);

/* Makes the judge refuse blocks that contradict the guard's checkpoints or, against a ledger, that
 * descend from such a block. The guard stays the caller's. */
void judge_guard(struct judge *j, struct guard *g);

/* Of a stream from strangers, against a ledger: a block on a far side branch (side.h) is judged by
 * its header alone. */
void judge_strangers(struct judge *j);

/* Judges the stream's next item, whose signatures are checked: 1 it is valid, 0 it is not (*f, with
 * its line), -1 and trouble. now: Unix seconds. */
int judge_item(struct judge *j, const struct item *item, int64_t now, struct fault *f);

/* Says that the items to come were read together: for their transactions, the ledger is looked at
 * once. Until the first such call, it is looked at for each. */
void judge_next_batch(struct judge *j);

/* Whether the last item judged is invalid only because of others that were reported before it
 * (invalid.h), so that a fault at the beginning of a ledger need not be reported again for each
 * block after it. */
bool judge_follows(const struct judge *j);

/* What was judged so far. */
struct judge_sum {
    uint64_t known;   /* records of the types that are judged, valid or not */
    uint64_t unknown; /* and of all others, which pass unjudged */
    uint64_t follows; /* items of which judge_follows was true */
    bool any_invalid; /* an item was invalid */

    /* Of a whole ledger, the part before the first invalid item: */
    uint64_t lines, bytes;
    int64_t height; /* of its last block, and the id of that */
    uint8_t id[ID_LEN];
};
struct judge_sum judge_sum(const struct judge *j);

/* At the end: a stream in which nothing could be judged must not look valid. NULL, or a message
 * about that; an empty stream against a ledger is no such case. */
const char *judge_nothing(const struct judge *j);

/* Makes the judge call good (with self first) for each valid block of a whole ledger, before the
 * tree adds it: the tree is at that block with its journal open, so whatever good stores in the
 * state is undone and redone with the block. -1 and trouble ends the judging. */
typedef int judge_good(void *self, struct tree *t, const struct item *item, const struct node *node,
                       struct fault *f);
void judge_watch(struct judge *j, judge_good *good, void *self);

/* The tree of the whole ledger, or of the ledger that is judged against; NULL: there is none,
 * because records are loose or have not begun. */
struct tree *judge_tree(struct judge *j);

/* The rules of the chain whose whole ledger is judged, once its genesis was valid; else NULL. */
const struct rules *judge_rules(const struct judge *j);

/* The best tip of the ledger that is judged, or judged against; NULL if there is none. */
const struct node *judge_tip(const struct judge *j);

#endif
