/* What this node says: signed, saved, and only then sent (T10). What was said once in a height,
 * round and step is what is said again there, also after a restart. */
#include "base/array.h"
#include "bft/bft_parts.h"

#include <string.h>

#define AGAIN_ROUNDS 3 /* of which the own votes are said again */

const struct bft_vote *bft_said(const struct bft *b, int32_t round, enum bft_step step)
{
    const struct bft_round *r = bft_votes_round(&b->said, round);
    return r == NULL || r->count[step] == 0 ? NULL : &r->list[step][0].vote;
}

static struct bft_item *one_vote(struct bft *b, const struct bft_vote *v)
{
    struct bft_item *x = bft_make(b, BFT_VOTES);
    if (x != NULL && bft_item_add_vote(x, v) != 0)
        bft_no_memory(b);
    return x;
}

/* Fills v->signature. false: the host refuses, or *b has failed. */
static bool sign(struct bft *b, struct bft_vote *v)
{
    struct fault f = {0};
    if (b->host.sign(b->host.context, v, &f) == 0)
        return true;
    if (f.kind == FAULT_RULE) {
        bft_note(b, "unsigned %llu %d %s", (unsigned long long)v->height, v->round,
                 bft_step_words[v->step]);
    } else {
        *b->f = f;
        b->failed = true;
    }
    return false;
}

void bft_say_vote(struct bft *b, enum bft_step step, const uint8_t *value)
{
    struct bft_vote v = {
        .height = b->height, .round = b->round, .valid_round = -1, .step = step, .node = b->self};
    const struct bft_vote *before = bft_said(b, b->round, step);
    struct bft_vote first;
    if (!bft_is_member(b))
        return;
    if (before != NULL) {
        bft_hold(b, one_vote(b, before));
        return;
    }
    if (value != NULL)
        memcpy(v.value, value, BFT_VALUE_LEN);
    if (!sign(b, &v))
        return;
    if (bft_votes_add(&b->said, &v, b->me, &first) == BFT_FAILED) {
        bft_no_memory(b);
        return;
    }
    struct bft_item *x = one_vote(b, &v);
    if (x == NULL)
        return;
    bft_save(b, bft_item_share(x));
    bft_hold(b, x);
}

static struct bft_item *proposed_in(const struct bft *b, int32_t round)
{
    for (size_t i = 0; i < b->proposed_count; i++)
        if (b->proposed[i]->vote.round == round)
            return b->proposed[i];
    return NULL;
}

static void keep_proposed(struct bft *b, struct bft_item *x)
{
    if (ARRAY_RESERVE(b->proposed, b->proposed_cap, b->proposed_count + 1) != 0)
        bft_no_memory(b);
    else
        b->proposed[b->proposed_count++] = bft_item_share(x);
}

void bft_say_proposal(struct bft *b, struct proposal_id id, struct payload *payload,
                      int32_t valid_round)
{
    struct bft_item *before = proposed_in(b, b->round);
    if (before != NULL) {
        bft_hold(b, bft_item_share(before));
        return;
    }
    struct bft_item *x = bft_make(b, BFT_PROPOSAL);
    if (x == NULL)
        return;
    x->vote = (struct bft_vote){.height = b->height,
                                .round = b->round,
                                .valid_round = valid_round,
                                .step = BFT_PROPOSE,
                                .node = b->self};
    b->host.name(b->host.context, id, payload, x->vote.value);
    if (bft_item_add_entry(x, id, payload) != 0)
        bft_no_memory(b);
    if (b->failed || !sign(b, &x->vote)) {
        engine_item_unref(&x->head);
        return;
    }
    keep_proposed(b, x);
    bft_save(b, bft_item_share(x));
    bft_hold(b, x);
}

static void add_votes(struct bft *b, struct bft_item *x, int32_t round, enum bft_step step,
                      const uint8_t *value)
{
    const struct bft_round *r = bft_votes_round(&b->votes, round);
    for (size_t i = 0; r != NULL && i < r->count[step]; i++)
        if (bft_value_equal(r->list[step][i].vote.value, value) &&
            bft_item_add_vote(x, &r->list[step][i].vote) != 0)
            bft_no_memory(b);
}

struct bft_item *bft_votes_item(struct bft *b, int32_t round, enum bft_step step,
                                const uint8_t *value)
{
    struct bft_item *x = bft_make(b, BFT_VOTES);
    if (x != NULL)
        add_votes(b, x, round, step, value);
    return x;
}

void bft_save_polka(struct bft *b, int32_t round, struct bft_heard *h)
{
    if (!h->saved && h->item->vote.node != b->self)
        bft_save(b, bft_item_share(h->item));
    h->saved = true;
    bft_save(b, bft_votes_item(b, round, BFT_PREVOTE, h->value));
}

/* The valid value, and what proves it. */
static void say_valid(struct bft *b)
{
    struct bft_heard *h = b->valid.round < 0 ? NULL : bft_heard_value(b, b->valid.value);
    if (h == NULL)
        return;
    bft_send(b, NODE_NONE, bft_votes_item(b, b->valid.round, BFT_PREVOTE, b->valid.value));
    if (h->item->vote.round != b->round || h->item->vote.node != b->self)
        bft_send(b, NODE_NONE, bft_item_share(h->item));
}

/* All votes for which this node is in its round, and those that are heard in it: who sent them may
 * be gone, and others may need them to follow. */
static void add_heard(struct bft *b, struct bft_item *x)
{
    for (size_t i = 0; i < b->votes.count; i++) {
        const struct bft_round *r = &b->votes.rounds[i];
        for (int step = 0; step < 2; step++)
            for (size_t k = 0; k < r->count[step]; k++)
                if (r->list[step][k].vote.node != b->self &&
                    r->round >= b->round - (step == BFT_PRECOMMIT) &&
                    x->vote_count < bft_votes_max(b) &&
                    bft_item_add_vote(x, &r->list[step][k].vote) != 0)
                    bft_no_memory(b);
    }
}

static void say_votes(struct bft *b)
{
    struct bft_item *x = bft_make(b, BFT_VOTES);
    for (size_t i = 0; x != NULL && i < b->said.count; i++)
        for (int step = 0; step < 2; step++) {
            const struct bft_vote *v = bft_said(b, b->said.rounds[i].round, (enum bft_step)step);
            if (v != NULL && v->round > b->round - AGAIN_ROUNDS && bft_item_add_vote(x, v) != 0)
                bft_no_memory(b);
        }
    if (x != NULL)
        add_heard(b, x);
    bft_send(b, NODE_NONE, x);
}

void bft_say_again(struct bft *b)
{
    struct bft_item *mine = proposed_in(b, b->round);
    if (b->saved < b->saves)
        return; /* the disk is what it waits for */
    say_valid(b);
    if (mine != NULL)
        bft_send(b, NODE_NONE, bft_item_share(mine));
    say_votes(b);
    bft_forward_again(b);
}
