/* Messages, which are hostile: only what a member of this height has signed, for this height, in
 * bounds, is counted, whoever sent it. */
#include "base/array.h"
#include "bft/bft_parts.h"

static void reject(struct bft *b, uint32_t from, const struct bft_item *x)
{
    bft_note(b, "reject %s %s", bft_forms[x->head.kind].word, node_names_text(b->names, from));
}

static void keep_early(struct bft *b, uint32_t from, struct bft_item *x)
{
    size_t have = 0;
    for (size_t i = 0; i < b->early_count; i++)
        have += b->early[i].from == from;
    if (have >= BFT_NEXT_MAX || bft_set_find(&b->members, from) == BFT_MEMBERS_MAX)
        return;
    if (ARRAY_RESERVE(b->early, b->early_cap, b->early_count + 1) != 0) {
        bft_no_memory(b);
        return;
    }
    b->early[b->early_count++] = (struct bft_early){.from = from, .item = bft_item_share(x)};
}

static void on_later_height(struct bft *b, uint32_t from, struct bft_item *x, uint64_t height)
{
    bft_is_ahead(b, from, height);
    if (height == b->height + 1)
        keep_early(b, from, x);
}

/* Whether the proposer of its round has proposed this: what costs most is looked at last. */
static bool is_proposal(struct bft *b, const struct bft_item *x)
{
    const struct bft_vote *v = &x->vote;
    uint8_t value[BFT_VALUE_LEN];
    if (x->entry_count != 1 || v->valid_round >= v->round || bft_vote_is_nil(v) ||
        bft_proposer(b, v->round) != v->node)
        return false;
    b->host.name(b->host.context, x->entries[0].id, x->entries[0].payload, value);
    return bft_value_equal(value, v->value) && b->host.check(b->host.context, v);
}

static void on_proposal(struct bft *b, uint32_t from, struct bft_item *x)
{
    if (x->vote.height > b->height)
        on_later_height(b, from, x, x->vote.height);
    if (x->vote.height != b->height || !bft_would_hear(b, x))
        return;
    if (is_proposal(b, x))
        bft_hear(b, x);
    else
        reject(b, from, x);
}

void bft_equivocates(struct bft *b, const struct bft_vote *v, const struct bft_vote *first)
{
    bft_note(b, "equivocation %s %llu %d %s", node_names_text(b->names, v->node),
             (unsigned long long)v->height, v->round, bft_step_words[v->step]);
    if (b->host.contradiction != NULL)
        b->host.contradiction(b->host.context, first, v);
}

void bft_take_vote(struct bft *b, const struct bft_vote *v)
{
    struct bft_vote first;
    size_t place = bft_set_find(&b->members, v->node);
    switch (bft_votes_add(&b->votes, v, place, &first)) {
    case BFT_FAILED:
        bft_no_memory(b);
        break;
    case BFT_CONTRADICTION:
        bft_equivocates(b, v, &first);
        break;
    case BFT_NEW:
    case BFT_KNOWN:
        break;
    }
    if (!b->restarting) /* the log is this node's own */
        bft_votes_trim(&b->votes, place, b->round + 1);
}

/* false: somebody has forged it. */
static bool on_vote(struct bft *b, const struct bft_vote *v)
{
    if (v->height != b->height || v->step == BFT_PROPOSE || bft_votes_has(&b->votes, v))
        return true;
    if (bft_set_find(&b->members, v->node) == BFT_MEMBERS_MAX || !b->host.check(b->host.context, v))
        return false;
    bft_take_vote(b, v);
    return true;
}

static void on_votes(struct bft *b, uint32_t from, struct bft_item *x)
{
    uint64_t highest = 0;
    if (x->vote_count > bft_votes_max(b)) {
        reject(b, from, x);
        return;
    }
    for (size_t i = 0; i < x->vote_count && !b->failed; i++) {
        if (x->votes[i].height > highest)
            highest = x->votes[i].height;
        if (!on_vote(b, &x->votes[i])) {
            reject(b, from, x);
            return;
        }
    }
    if (highest > b->height)
        on_later_height(b, from, x, highest);
}

void bft_receive(struct bft *b, uint32_t from, struct bft_item *x)
{
    switch ((enum bft_kind)x->head.kind) {
    case BFT_PROPOSAL:
        on_proposal(b, from, x);
        break;
    case BFT_VOTES:
        on_votes(b, from, x);
        break;
    case BFT_DECIDED:
        bft_on_decided(b, from, x);
        break;
    case BFT_FETCH:
        bft_on_fetch(b, from, x->height);
        break;
    case BFT_FORWARD:
        bft_on_forward(b, from, x);
        break;
    default:
        reject(b, from, x);
        break;
    }
}
