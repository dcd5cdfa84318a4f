/* What a member says in a height: a proposal, a prevote, a precommit. Each is signed, so it proves
 * who said it, whoever passes it on. What the ledger will write as `vote CHAIN HEIGHT ROUND STEP
 * BLOCK KEY SIGNATURE` and `proposal CHAIN HEIGHT ROUND VALIDROUND BLOCK KEY SIGNATURE`.
 *
 * The engine neither knows keys nor makes blocks: its host does. */
#ifndef BFT_BFT_VOTE_H
#define BFT_BFT_VOTE_H

#include "bft/bft_rotation.h"
#include "consensus/engine.h"

#define BFT_VALUE_LEN 32
#define BFT_SIGNATURE_MAX 128 /* characters */
#define BFT_ROUND_MAX 1000000

enum bft_step { BFT_PREVOTE, BFT_PRECOMMIT, BFT_PROPOSE };

struct bft_vote {
    uint64_t height;     /* from 1 */
    int32_t round;       /* from 0 */
    int32_t valid_round; /* of a proposal: the round whose prevotes released its value; -1: none */
    enum bft_step step;
    uint32_t node;                         /* whose it is */
    uint8_t value[BFT_VALUE_LEN];          /* the name of what it is for; all zero: for nothing */
    char signature[BFT_SIGNATURE_MAX + 1]; /* printable, no space; "-" if it is empty */
};

bool bft_vote_is_nil(const struct bft_vote *v);
bool bft_value_equal(const uint8_t a[BFT_VALUE_LEN], const uint8_t b[BFT_VALUE_LEN]);

/* Whether they say the same: same node, height, round, step and value. */
bool bft_vote_equal(const struct bft_vote *a, const struct bft_vote *b);

/* Whether one key has said two things of which an honest one says at most one: same node, height,
 * round and step, another value. */
bool bft_vote_contradicts(const struct bft_vote *a, const struct bft_vote *b);

/* What the engine is hosted by. Every function is called inside a step, from the engine's thread,
 * with `context`; what they are given is the engine's and lives for the call. */
struct bft_host {
    void *context;

    /* Signs what the engine's own node says: fills v->signature. The engine asks at most once for
     * each height, round and step, saves the signed vote (ENGINE_SAVE), and lets nothing out before
     * ENGINE_SAVED; after a restart it says again what its log has. A host with a history of its
     * own signatures may refuse: FAULT_RULE, and then this vote is not cast. -1 with another fault
     * ends the step. */
    int (*sign)(void *context, struct bft_vote *v, struct fault *f);

    /* Whether v->node, a member of that height, has signed these words, for this chain. */
    bool (*check)(void *context, const struct bft_vote *v);

    /* The name of a payload, such as a block's id: never all zero; different payloads have
     * different names. */
    void (*name)(void *context, struct proposal_id id, const struct payload *payload,
                 uint8_t value[BFT_VALUE_LEN]);

    /* Whether a payload may be decided at a height, all lower ones being decided. All honest nodes
     * have to answer the same. NULL: any may. */
    bool (*valid)(void *context, uint64_t height, struct proposal_id id,
                  const struct payload *payload);

    /* Whether a payload that is proposed as a new one (valid_round -1) is of a time that has come,
     * as proposer-based timestamps ask: if not, the node prevotes nothing. Honest nodes may differ,
     * as their clocks do, which costs at most the round. NULL: any is. */
    bool (*timely)(void *context, const struct payload *payload);

    /* A member has contradicted itself: both votes prove it, to anybody. Once for each height,
     * round and step. NULL: nobody wants to know. */
    void (*contradiction)(void *context, const struct bft_vote *first,
                          const struct bft_vote *second);

    /* The members of a height, once all lower ones are decided: sets next->list (node and weight,
     * ascending by address) and next->count, from 1 to BFT_MEMBERS_MAX, weights of at most 2^63-1
     * together. They stay for the whole height. NULL: the members of the setup stay for ever. */
    int (*members)(void *context, uint64_t height, struct bft_set *next, struct fault *f);
};

/* An engine hosted so; *host is copied, its context stays the caller's. NULL and *f as by
 * bft_engine.make, which hosts the engine by itself: names are SHA-256, and signatures are toys
 * that anyone could forge, for simulations (bft_toy.c). */
struct engine *bft_new(const struct engine_setup *setup, const struct bft_host *host,
                       struct fault *f);

/* The toy host, which lives as long as *toy does. */
struct bft_toy {
    struct node_names *names;
    char chain[64]; /* the name of the chain, which signatures cover */
};
void bft_toy_host(struct bft_host *host, struct bft_toy *toy);

#endif
