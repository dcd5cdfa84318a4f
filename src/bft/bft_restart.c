/* A node starts, with the log that its disk kept. The log is what it has sent and what it was sent,
 * so it is heard again; what it said itself, and its lock, come from its own votes (T10, T11). */
#include "base/array.h"
#include "bft/bft_parts.h"

#include <string.h>

static int restore_snapshot(struct bft *b, struct bft_item *x)
{
    if (b->snapshot != NULL || b->height != 1 || b->decided_count > 0)
        return fault_rule(b->f, "tendermint: a snapshot is not the first in the log");
    if (x->set->count == 0 || x->set->total == 0)
        return fault_rule(b->f, "tendermint: a snapshot has no members");
    if (applied_copy(&x->applied, &b->applied) != 0)
        return fault_memory(b->f);
    b->snapshot = bft_item_share(x);
    b->members = *x->set;
    b->set_height = x->set_height;
    b->same_since = b->host.members != NULL ? x->set_height : 0;
    b->me = bft_set_find(&b->members, b->self);
    b->decided_base = x->height;
    struct engine_output restore = {
        .kind = ENGINE_RESTORE, .index = x->height, .payload = payload_ref(x->state)};
    if (engine_put(b->out, &restore, b->f) != 0)
        return -1;
    bft_enter(b, x->height + 1);
    return 0;
}

/* A decided height that the snapshot has: it is kept for others. */
static int restore_old(struct bft *b, struct bft_item *x)
{
    if (b->decided_count == 0)
        b->decided_base = x->height - 1;
    if (x->height != b->decided_base + b->decided_count + 1)
        return fault_rule(b->f, "tendermint: the log lacks a height below its snapshot");
    if (ARRAY_RESERVE(b->decided, b->decided_cap, b->decided_count + 1) != 0)
        return fault_memory(b->f);
    b->decided[b->decided_count++] = bft_item_share(x);
    return 0;
}

/* Whether the decided heights do not go up to this one. */
static bool is_torn(const struct bft *b)
{
    return b->decided_base + b->decided_count + 1 != b->height;
}

static int restore_decided(struct bft *b, struct bft_item *x)
{
    if (x->entry_count != 1 || x->height == 0)
        return fault_rule(b->f, "tendermint: a decided height has no value");
    if (b->snapshot != NULL && x->height <= b->snapshot->height)
        return restore_old(b, x);
    if (x->height != b->height || is_torn(b))
        return fault_rule(b->f, "tendermint: the log goes from height %llu on to height %llu",
                          (unsigned long long)b->height, (unsigned long long)x->height);
    bft_decide(b, bft_item_share(x));
    return 0;
}

static void restore_own(struct bft *b, const struct bft_vote *v)
{
    struct bft_vote first;
    if (bft_votes_add(&b->said, v, b->me, &first) == BFT_FAILED)
        bft_no_memory(b);
}

static int restore_votes(struct bft *b, struct bft_item *x)
{
    for (size_t i = 0; i < x->vote_count; i++) {
        const struct bft_vote *v = &x->votes[i];
        if (v->height > b->height)
            return fault_rule(b->f, "tendermint: the log has a vote of height %llu at height %llu",
                              (unsigned long long)v->height, (unsigned long long)b->height);
        if (v->height < b->height || bft_set_find(&b->members, v->node) == BFT_MEMBERS_MAX)
            continue;
        bft_take_vote(b, v);
        if (v->node == b->self)
            restore_own(b, v);
    }
    bft_save(b, bft_item_share(x));
    return 0;
}

static int restore_proposal(struct bft *b, struct bft_item *x)
{
    if (x->vote.height > b->height || x->entry_count != 1)
        return fault_rule(b->f, "tendermint: the log has a proposal of height %llu at height %llu",
                          (unsigned long long)x->vote.height, (unsigned long long)b->height);
    if (x->vote.height < b->height)
        return 0;
    bft_hear(b, x);
    bft_save(b, bft_item_share(x));
    if (x->vote.node != b->self)
        return 0;
    if (ARRAY_RESERVE(b->proposed, b->proposed_cap, b->proposed_count + 1) != 0)
        return fault_memory(b->f);
    b->proposed[b->proposed_count++] = bft_item_share(x);
    return 0;
}

static int restore(struct bft *b, struct bft_item *x)
{
    switch ((enum bft_kind)x->head.kind) {
    case BFT_SNAPSHOT:
        return restore_snapshot(b, x);
    case BFT_DECIDED:
        return restore_decided(b, x);
    case BFT_VOTES:
        return restore_votes(b, x);
    case BFT_PROPOSAL:
        return restore_proposal(b, x);
    default:
        return fault_rule(b->f, "tendermint: the log has a message that is never saved");
    }
}

/* The last value that the node has precommitted is the one on which it is locked. */
static void restore_lock(struct bft *b)
{
    for (size_t i = b->said.count; i-- > 0 && BFT_KEEPS(&b->set, 11);) {
        const struct bft_vote *v = bft_said(b, b->said.rounds[i].round, BFT_PRECOMMIT);
        if (v == NULL || bft_vote_is_nil(v))
            continue;
        b->locked.round = v->round;
        memcpy(b->locked.value, v->value, BFT_VALUE_LEN);
        return;
    }
}

static int32_t last_round(const struct bft *b)
{
    int32_t round = b->said.count > 0 ? b->said.rounds[b->said.count - 1].round : BFT_NO_ROUND;
    for (size_t i = 0; i < b->proposed_count; i++)
        if (b->proposed[i]->vote.round > round)
            round = b->proposed[i]->vote.round;
    return round;
}

/* Goes on in the round in which the node spoke last, after what it said there. */
static void resume(struct bft *b)
{
    int32_t round = last_round(b);
    restore_lock(b);
    if (round == BFT_NO_ROUND)
        return;
    bft_start_round(b, round);
    if (bft_said(b, round, BFT_PREVOTE) != NULL)
        b->phase = BFT_TO_PRECOMMIT;
    if (bft_said(b, round, BFT_PRECOMMIT) != NULL)
        b->phase = BFT_TO_DECIDE;
    b->resend = b->now;
}

int bft_restart(struct bft *b, struct engine_item *const *items, size_t count)
{
    b->restarting = true;
    bft_enter(b, 1);
    for (size_t i = 0; i < count && !b->failed; i++)
        if (restore(b, (struct bft_item *)items[i]) != 0)
            return -1;
    if (!b->failed && is_torn(b))
        return fault_rule(b->f, "tendermint: the log lacks a height below its snapshot");
    b->restarting = false;
    if (!b->failed)
        resume(b);
    b->fetch = b->now;
    return 0;
}
