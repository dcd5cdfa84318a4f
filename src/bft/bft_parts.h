/* What the parts of a node do for each other. All take the node, and set b->failed if there is no
 * memory. */
#ifndef BFT_BFT_PARTS_H
#define BFT_BFT_PARTS_H

#include "bft/bft_node.h"

/* bft_receive.c: messages, which are hostile, and this node's own. */
void bft_receive(struct bft *b, uint32_t from, struct bft_item *x);
/* Counts a vote of this height whose signature has been checked. */
void bft_take_vote(struct bft *b, const struct bft_vote *v);
/* T12, T13: v contradicts that one. Said once of each height, round and step, as a member's second
 * vote is found once. */
void bft_equivocates(struct bft *b, const struct bft_vote *v, const struct bft_vote *first);

/* bft_heard.c: proposals of this height. The first of a round counts; another, or one of a round
 * that is long over, is kept only if a quorum voted for it. */
bool bft_would_hear(const struct bft *b, const struct bft_item *x);
void bft_hear(struct bft *b, struct bft_item *x);
void bft_prune_heard(struct bft *b);
struct bft_heard *bft_heard_of(const struct bft *b, int32_t round);
struct bft_heard *bft_heard_value(const struct bft *b, const uint8_t value[BFT_VALUE_LEN]);
bool bft_is_valid(struct bft *b, struct bft_heard *h);

/* bft_say.c: what this node says. Each is said once for a height, round and step; again, the same
 * is sent. value NULL: nothing. */
void bft_say_vote(struct bft *b, enum bft_step step, const uint8_t *value);
void bft_say_proposal(struct bft *b, struct proposal_id id, struct payload *payload,
                      int32_t valid_round);
void bft_say_again(struct bft *b);
const struct bft_vote *bft_said(const struct bft *b, int32_t round, enum bft_step step);
/* Saves the votes of a quorum, and the proposal that they are for. */
void bft_save_polka(struct bft *b, int32_t round, struct bft_heard *h);
/* The votes for a value in a round and step, as an item. */
struct bft_item *bft_votes_item(struct bft *b, int32_t round, enum bft_step step,
                                const uint8_t *value);

/* bft_round.c: algorithm 1. */
void bft_start_round(struct bft *b, int32_t round);
bool bft_advance(struct bft *b); /* one of its rules that applies; false: none does */
void bft_timeouts(struct bft *b);
/* Proposes in this round, if it is this node's turn and it has not. */
void bft_propose(struct bft *b);
uint32_t bft_proposer(struct bft *b, int32_t round);

/* bft_height.c: the end of a height, and the next. */
void bft_enter(struct bft *b, uint64_t height);
/* Enters the height after this one, with the members as they then are. */
void bft_next_height(struct bft *b);
/* The payload is decided by the precommits of this item, which was checked. */
void bft_decide(struct bft *b, struct bft_item *decided);
void bft_forget_height(struct bft *b);
/* The value's decision at this height with its precommits of that round, as an item. */
struct bft_item *bft_decision(struct bft *b, int32_t round, const struct bft_heard *h);

/* bft_catch_up.c */
void bft_on_fetch(struct bft *b, uint32_t from, uint64_t height);
void bft_on_decided(struct bft *b, uint32_t from, struct bft_item *x);
void bft_is_ahead(struct bft *b, uint32_t from, uint64_t height);
void bft_fetch_due(struct bft *b);
bool bft_commit_valid(struct bft *b, const struct bft_item *x);

/* bft_pool.c */
void bft_on_propose(struct bft *b, struct proposal_id id, struct payload *payload);
void bft_on_forward(struct bft *b, uint32_t from, const struct bft_item *x);
void bft_on_read(struct bft *b, uint64_t serial);
void bft_forward_again(struct bft *b);
/* The oldest that may be decided now, its own first; NULL: none. */
const struct proposal *bft_pick(struct bft *b);
bool bft_entry_valid(struct bft *b, struct proposal_id id, const struct payload *payload);
void bft_entry_decided(struct bft *b, const struct bft_entry *e);
static inline bool bft_is_read(struct proposal_id id)
{
    return (id.serial & BFT_READ_BIT) != 0;
}

/* bft_snapshot.c, bft_restart.c */
void bft_on_snapshot(struct bft *b, uint64_t index, struct payload *state);
int bft_restart(struct bft *b, struct engine_item *const *items, size_t count);

#endif
