/*
 * The table of seals: who may add a block to a chain, and what a block weighs (block(5)). A seal is
 * one file, which defines a `struct seal` named seal_NAME, and one row in seals.c; `rule seal NAME`
 * in a genesis block chooses the row of its chain. What the headers of all chains have in common is
 * checked in header.h.
 */
#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H

#include "record/block.h"
#include "record/member.h"
#include "record/rules.h"
#include "work/target.h"

/* The most that a block weighs where members seal. */
#define BY_MEMBERS_WEIGHT_MAX 2

/* A block's time must be after the median of the times of so many ancestors. */
#define MEDIAN_OF 11

/* What a genesis block fixes for all headers of its chain, besides the rules. */
struct anchor {
    const struct seal *seal;
    int64_t time;
    uint8_t target[TARGET_LEN];
};

/* What is known of a header's chain and ancestors. Whoever keeps the headers fills it in. */
struct ancestry {
    const struct rules *rules;
    const struct anchor *anchor;
    int64_t height, time;     /* the parent's */
    int64_t times[MEDIAN_OF]; /* of the parent and its ancestors, in any order */
    int count;                /* how many times; `next` and `weight` need none */

    /* Chains that members seal: */
    const uint8_t *next_set; /* the root of the members after the parent, ID_LEN bytes; only
                                `weight` needs none */
    const struct member_set *sealers; /* the set in the parent's header; `next` needs none */
    int64_t lately; /* how many blocks before this one MINER sealed the last; 0: it is more than
                       seal_apart(); for `check` only */
};

/* All functions are pure. Those that give an int give 0, or -1 and a rule. */
struct seal {
    struct rule_owner rules; /* its name, and the rule lines that only its chains may have */
    int least, most;         /* digits of SEAL */
    bool is_mined;           /* SEAL is a nonce, which miners search for */
    bool has_votes;          /* bodies from height 2 on begin with votes for the parent */
    /* How far ahead of the reader's clock TIME may be: so many spacings or so many seconds,
     * whichever is more. */
    int spacings_ahead, seconds_ahead;

    /* Checks what can be checked without the ancestors, for instance that a header has the work
     * that it claims, or that its MINER signed it. This is what keeps out headers that cost
     * nothing. */
    int (*alone)(const struct block *b, const uint8_t id[ID_LEN], struct fault *f);

    /* Checks TARGET, MINER and SEAL, and what the seal demands of TIME, against the ancestors. */
    int (*check)(const struct ancestry *a, const struct block *b, struct fault *f);

    /* How many of the blocks before MINER's own it must not have sealed. NULL: 0. */
    int64_t (*apart)(const struct rules *r, const struct member_set *sealers);

    /* The TARGET of the next header. */
    void (*next)(const struct ancestry *a, uint8_t target[TARGET_LEN]);

    /* What the block adds to the weight of its chain, at least 1. */
    struct u256 (*weight)(const struct ancestry *a, const struct block *b);
};

/* The rows, from 0; NULL: there are no more. */
const struct seal *seal_at(size_t row);

/* How many blocks before its own a header's MINER must not have sealed. */
static inline int64_t seal_apart(const struct ancestry *a)
{
    return a->anchor->seal->apart ? a->anchor->seal->apart(a->rules, a->sealers) : 0;
}

/* The anchor of the chain that a genesis block with these rules begins. */
struct anchor seal_anchor(const struct rules *r, int64_t time, const uint8_t target[TARGET_LEN]);

/* How far ahead of the reader's clock a block's time may be on a chain with these rules, in
 * seconds. */
int64_t seal_max_ahead(const struct rules *r);

/* Whether a chain of this weight replaces the best one. Of chains with equal weight, the one that
 * was seen first stays. */
static inline bool chain_beats(struct u256 weight, struct u256 best)
{
    return u256_compare(weight, best) > 0;
}

#endif
