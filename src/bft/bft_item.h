/* What the engine sends and saves, and its text (netsim(1), Tendermint). The log is made of the
 * same items as messages are.
 *
 * The first line of each is a word, its fields, and how many lines follow. */
#ifndef BFT_BFT_ITEM_H
#define BFT_BFT_ITEM_H

#include "bft/bft_vote.h"
#include "consensus/applied.h"
#include "consensus/engine.h"

enum bft_kind {
    BFT_PROPOSAL, /* vote (its signed words), one entry */
    BFT_VOTES,    /* votes; saved: this node's own, and those of a quorum */
    BFT_DECIDED,  /* height, one entry, the precommits that decided it */
    BFT_FETCH,    /* height: what was decided from there on is wanted */
    BFT_FORWARD,  /* entries: proposals for everybody's pool */
    BFT_SNAPSHOT, /* height, set, applied, state: what all commits up to it made; only saved */
    BFT_KINDS
};

/* A read is an entry whose payload has no lines, and whose serial has this bit (bft_pool.c). */
#define BFT_READ_BIT ((uint64_t)1 << 62)

struct bft_entry {
    struct proposal_id id;
    struct payload *payload;
};

struct bft_item {
    struct engine_item head;
    uint64_t height;
    struct bft_vote vote;
    struct bft_entry *entries;
    size_t entry_count, entries_cap;
    struct bft_vote *votes;
    size_t vote_count, votes_cap;
    struct bft_set *set; /* of a snapshot: the members of set_height */
    uint64_t set_height;
    struct applied applied;
    struct payload *state;
};

/* An item of this kind without anything. NULL: no memory. */
struct bft_item *bft_item_new(enum bft_kind kind);
void bft_item_free(struct engine_item *item);

/* Each appends one. 0, or -1: no memory. An entry takes a reference to its payload. */
int bft_item_add_entry(struct bft_item *x, struct proposal_id id, struct payload *payload);
int bft_item_add_vote(struct bft_item *x, const struct bft_vote *v);

/* For the engine's type (engine.h). */
int bft_item_format(const struct engine_item *item, const struct node_names *names,
                    struct buf *out);
struct engine_item *bft_item_parse(const char *text, size_t n, size_t *used,
                                   struct node_names *names, struct fault *f);

/* A kind's word, its fields (h height, t set_height, p a proposal's signed words, m how many
 * members, l the place of the one who had the last turn, c how many clients), and its lines, in
 * their order (e one entry, E entries, v votes, s a snapshot). */
struct bft_form {
    const char *word, *fields, *lines;
};
extern const struct bft_form bft_forms[BFT_KINDS];
extern const char *const bft_step_words[]; /* by enum bft_step */

#endif
