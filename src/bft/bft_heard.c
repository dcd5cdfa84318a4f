/* The proposals of this height. */
#include "base/array.h"
#include "bft/bft_parts.h"

#include <string.h>

struct bft_heard *bft_heard_of(const struct bft *b, int32_t round)
{
    for (size_t i = 0; i < b->heard_count; i++)
        if (b->heard[i].item->vote.round == round)
            return &b->heard[i];
    return NULL;
}

struct bft_heard *bft_heard_value(const struct bft *b, const uint8_t value[BFT_VALUE_LEN])
{
    for (size_t i = 0; i < b->heard_count; i++)
        if (bft_value_equal(b->heard[i].value, value))
            return &b->heard[i];
    return NULL;
}

/* Whether a quorum voted for it, in either step of its round. */
static bool has_quorum(const struct bft *b, const struct bft_vote *v)
{
    return bft_set_quorum(&b->members,
                          bft_votes_for(&b->votes, &b->members, v->round, BFT_PREVOTE, v->value)) ||
           bft_set_quorum(&b->members,
                          bft_votes_for(&b->votes, &b->members, v->round, BFT_PRECOMMIT, v->value));
}

static bool is_known(const struct bft *b, const struct bft_vote *v)
{
    for (size_t i = 0; i < b->heard_count; i++)
        if (b->heard[i].item->vote.round == v->round &&
            bft_value_equal(b->heard[i].value, v->value))
            return true;
    return false;
}

bool bft_would_hear(const struct bft *b, const struct bft_item *x)
{
    const struct bft_vote *v = &x->vote;
    const struct bft_heard *first = bft_heard_of(b, v->round);
    if (is_known(b, v) || v->round > b->round + 1)
        return false;
    if (first != NULL)
        return !first->contradicted || has_quorum(b, v);
    return v->round >= b->round - 1 || has_quorum(b, v);
}

/* The proposer has proposed something else before. Whether this one is needed all the same. */
static bool contradicts(struct bft *b, struct bft_heard *first, const struct bft_vote *v)
{
    if (!first->contradicted)
        bft_equivocates(b, v, &first->item->vote);
    first->contradicted = true;
    return has_quorum(b, v);
}

void bft_hear(struct bft *b, struct bft_item *x)
{
    struct bft_heard *first = bft_heard_of(b, x->vote.round);
    if (is_known(b, &x->vote) || (first != NULL && !contradicts(b, first, &x->vote)))
        return;
    if (ARRAY_RESERVE(b->heard, b->heard_cap, b->heard_count + 1) != 0) {
        bft_no_memory(b);
        return;
    }
    struct bft_heard *h = &b->heard[b->heard_count++];
    *h = (struct bft_heard){.item = bft_item_share(x)};
    memcpy(h->value, x->vote.value, BFT_VALUE_LEN);
}

static bool is_needed(const struct bft *b, const struct bft_heard *h)
{
    return h->item->vote.round >= b->round - 1 || has_quorum(b, &h->item->vote) ||
           (b->valid.round >= 0 && bft_value_equal(h->value, b->valid.value)) ||
           (b->locked.round >= 0 && bft_value_equal(h->value, b->locked.value));
}

void bft_prune_heard(struct bft *b)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->heard_count; i++) {
        if (is_needed(b, &b->heard[i]))
            b->heard[kept++] = b->heard[i];
        else
            engine_item_unref(&b->heard[i].item->head);
    }
    b->heard_count = kept;
}

bool bft_is_valid(struct bft *b, struct bft_heard *h)
{
    const struct bft_entry *e = &h->item->entries[0];
    if (!h->judged)
        h->valid = bft_entry_valid(b, e->id, e->payload);
    h->judged = true;
    return h->valid;
}
