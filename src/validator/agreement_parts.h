/* Shared by the agreement's files only. */
#ifndef VALIDATOR_AGREEMENT_PARTS_H
#define VALIDATOR_AGREEMENT_PARTS_H

#include "bft/bft_item.h"
#include "validator/agreement.h"
#include "validator/vote_line.h"
#include "validator/voters.h"

/* agreement_host.c: fills in the engine's host. */
void agreement_host(struct agreement *a, struct bft_host *host);

/* A line of this member has come, of a height that is not over. 0; or -1 and trouble: it is none of
 * what was said, so somebody else signs with the key, or the history is not the whole one. */
int agreement_own(const struct agreement *a, const struct bft_vote *v, struct fault *f);

/* agreement.c: brings a->turns to the decided block, and every hundred heights to the disk, if
 * that can be. 0, or -1 and trouble. */
int agreement_bring_turns(struct agreement *a, struct fault *f);

/* agreement_polka.c: what was saved of others in this step until now, into a->polkas. What of that
 * is not on disk yet, as lines of the history. Each 0, or -1: no memory. */
int agreement_take_polkas(struct agreement *a);
int agreement_put_polkas(const struct agreement *a, struct buf *out);

/* All that the history has, of heights that are not over. 0, or -1 and trouble. */
int agreement_read_polkas(struct agreement *a, struct fault *f);

/* agreement.c: sets v->node to the one who has signed it, with this key. 0, or -1 and a fault. */
int agreement_find_signer(struct agreement *a, const uint8_t key[ID_LEN], struct bft_vote *v,
                          struct fault *f);

/* agreement_restart.c: a new engine, in the height after a->decided, with what was said there. 0,
 * or -1 and trouble. */
int agreement_restart(struct agreement *a, int64_t now, struct fault *f);

/* agreement_engine.c: one event; what comes of it is in the agreement. 0, or -1 and trouble. */
int agreement_step(struct agreement *a, const struct engine_event *event, struct fault *f);

/* Takes what the engine has decided in this step until now. The same. */
int agreement_take_decisions(struct agreement *a, struct fault *f);

/* Appends to a->out what this member has signed, and what was read from the disk: what others said
 * besides is passed on already. 0, or -1: no memory. */
int agreement_put(struct agreement *a, const struct bft_vote *v);

/* A message of one item from this node, whose reference is given up. NULL: no memory. */
int agreement_message(struct agreement *a, uint32_t from, struct bft_item *item, int64_t now,
                      struct fault *f);

/* agreement_item.c: items of the engine. All blocks that are proposed at a height share one id: one
 * of them is decided. NULL: no memory. */
struct payload *agreement_payload(const uint8_t block[ID_LEN]);
int agreement_payload_block(const struct payload *payload, uint8_t block[ID_LEN]);
struct proposal_id agreement_proposal_id(const struct agreement *a, uint64_t height);
struct bft_item *agreement_vote_item(const struct bft_vote *v);
struct bft_item *agreement_proposal_item(const struct agreement *a, const struct bft_vote *v);

/* The decision of a block by the votes in the body of its child. NULL and *f. */
struct bft_item *agreement_ledger_decision(struct agreement *a, const struct node *block,
                                           const struct node *child, struct fault *f);

/* Makes these votes a->commit. 0, or -1: no memory. */
int agreement_set_commit(struct agreement *a, const struct bft_vote *votes, size_t n);

/* The next block after a final one, which has the votes for it. 0, or -1 and trouble. */
int agreement_child(struct agreement *a, const struct node *block, struct node *child,
                    struct fault *f);

#endif
