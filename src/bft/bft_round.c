/* Algorithm 1 of the paper; its lines are named. A rule is tried whenever something may have made
 * it true, so each is a function of the state: nothing hangs on the order in which messages came.
 */
#include "bft/bft_parts.h"

#include <string.h>

enum { AGAINS_MAX = 4 };

uint32_t bft_proposer(struct bft *b, int32_t round)
{
    size_t place = bft_rotation_look(&b->members, (uint64_t)round, &b->scratch);
    return b->members.list[place].node;
}

/* T6: timeout + round * delta, at most once a round. */
static void start_timeout(struct bft *b, enum bft_phase phase)
{
    if (b->started[phase])
        return;
    b->started[phase] = true;
    b->due[phase] = b->now + b->set.timeout + b->round * b->set.delta;
}

/* Less and less often, as nothing changes. */
static void set_resend(struct bft *b, int64_t agains)
{
    b->agains = agains < AGAINS_MAX ? agains : AGAINS_MAX;
    b->resend = b->now + (b->set.resend << b->agains) + b->round * b->set.delta;
}

void bft_propose(struct bft *b)
{
    if (b->has_proposed || b->round < 0 || b->phase != BFT_TO_PREVOTE || !bft_is_member(b) ||
        bft_proposer(b, b->round) != b->self)
        return;
    struct bft_heard *valid = b->valid.round < 0 || !BFT_KEEPS(&b->set, 4)
                                  ? NULL
                                  : bft_heard_value(b, b->valid.value);
    if (valid != NULL) { /* T4, line 16 */
        const struct bft_entry *e = &valid->item->entries[0];
        b->has_proposed = true;
        bft_send(b, NODE_NONE, bft_votes_item(b, b->valid.round, BFT_PREVOTE, b->valid.value));
        bft_say_proposal(b, e->id, e->payload, b->valid.round);
        return;
    }
    const struct proposal *p = bft_pick(b);
    if (p == NULL)
        return;
    b->has_proposed = true;
    bft_say_proposal(b, proposal_id_of(p), p->payload, -1);
}

/* Line 11. */
void bft_start_round(struct bft *b, int32_t round)
{
    b->round = round;
    b->phase = BFT_TO_PREVOTE;
    b->polka_seen = b->has_proposed = false;
    for (int i = 0; i < 3; i++) {
        b->due[i] = INT64_MAX;
        b->started[i] = false;
    }
    set_resend(b, 0);
    bft_prune_heard(b);
    bft_note(b, "round %llu %d %s", (unsigned long long)b->height, round,
             node_names_text(b->names, bft_proposer(b, round)));
    bft_propose(b);
    if (!b->has_proposed && bft_is_member(b) && bft_proposer(b, round) == b->self)
        bft_note(b, "turn %llu %d", (unsigned long long)b->height, round);
    start_timeout(b, BFT_TO_PREVOTE);
}

static void prevote(struct bft *b, const uint8_t *value)
{
    b->phase = BFT_TO_PRECOMMIT;
    set_resend(b, 0);
    bft_say_vote(b, BFT_PREVOTE, value);
}

static void precommit(struct bft *b, const uint8_t *value)
{
    b->phase = BFT_TO_DECIDE;
    set_resend(b, 0);
    bft_say_vote(b, BFT_PRECOMMIT, value);
}

static bool is_locked_on_other(const struct bft *b, const uint8_t *value)
{
    return b->locked.round >= 0 && !bft_value_equal(b->locked.value, value) &&
           BFT_KEEPS(&b->set, 1);
}

/* What is proposed again with its prevotes has been asked about by those who cast them. */
static bool is_timely(const struct bft *b, const struct bft_heard *h)
{
    return h->item->vote.valid_round >= 0 || b->host.timely == NULL ||
           b->host.timely(b->host.context, h->item->entries[0].payload);
}

/* Lines 22 and 28 (T1). */
static bool on_proposal(struct bft *b)
{
    struct bft_heard *h = bft_heard_of(b, b->round);
    if (b->phase != BFT_TO_PREVOTE || h == NULL)
        return false;
    int32_t from = h->item->vote.valid_round;
    bool released = from >= 0 && b->locked.round <= from;
    if (from >= 0 &&
        !bft_set_quorum(&b->members,
                        bft_votes_for(&b->votes, &b->members, from, BFT_PREVOTE, h->value)) &&
        BFT_KEEPS(&b->set, 1))
        return false;
    bool agrees = (released || !is_locked_on_other(b, h->value)) && is_timely(b, h) &&
                  bft_is_valid(b, h);
    prevote(b, agrees ? h->value : NULL);
    return true;
}

/* The proposal for which a quorum prevoted in a round, or NULL. */
static struct bft_heard *polka(struct bft *b, int32_t round)
{
    static const uint8_t nothing[BFT_VALUE_LEN];
    const uint8_t *value = bft_votes_quorum(&b->votes, &b->members, round, BFT_PREVOTE);
    if (value == NULL || bft_value_equal(value, nothing))
        return NULL;
    struct bft_heard *h = bft_heard_value(b, value);
    return h != NULL && bft_is_valid(b, h) ? h : NULL;
}

static void set_lock(struct bft_lock *lock, int32_t round, const uint8_t *value)
{
    lock->round = round;
    memcpy(lock->value, value, BFT_VALUE_LEN);
}

/* Line 36 (T2). What the lock rests on is saved before the precommit. */
static bool on_polka(struct bft *b)
{
    struct bft_heard *h = b->polka_seen || b->phase == BFT_TO_PREVOTE ? NULL : polka(b, b->round);
    if (h == NULL)
        return false;
    b->polka_seen = true;
    bft_save_polka(b, b->round, h);
    set_lock(&b->valid, b->round, h->value);
    if (b->phase != BFT_TO_PRECOMMIT)
        return true;
    if (BFT_KEEPS(&b->set, 2))
        set_lock(&b->locked, b->round, h->value);
    precommit(b, h->value);
    return true;
}

/* T3: votes of a round that the node has left still tell what is valid. */
static bool on_old_polka(struct bft *b)
{
    for (size_t i = b->votes.count; i-- > 0 && BFT_KEEPS(&b->set, 3);) {
        int32_t round = b->votes.rounds[i].round;
        struct bft_heard *h = NULL;
        if (round <= b->valid.round)
            return false;
        if (round < b->round && (h = polka(b, round)) != NULL) {
            bft_save_polka(b, round, h);
            set_lock(&b->valid, round, h->value);
            return true;
        }
    }
    return false;
}

/* Line 44. A polka for nothing releases no lock (T5). */
static bool on_nil_polka(struct bft *b)
{
    static const uint8_t nothing[BFT_VALUE_LEN];
    if (b->phase != BFT_TO_PRECOMMIT ||
        !bft_set_quorum(&b->members,
                        bft_votes_for(&b->votes, &b->members, b->round, BFT_PREVOTE, nothing)))
        return false;
    if (!BFT_KEEPS(&b->set, 5))
        b->locked.round = b->valid.round = -1;
    precommit(b, NULL);
    return true;
}

/* Lines 34 and 47 (T9). */
static void start_timeouts(struct bft *b)
{
    if (b->phase == BFT_TO_PRECOMMIT && !b->started[BFT_TO_PRECOMMIT] &&
        bft_set_quorum(&b->members, bft_votes_any(&b->votes, &b->members, b->round, BFT_PREVOTE)))
        start_timeout(b, BFT_TO_PRECOMMIT);
    if (!b->started[BFT_TO_DECIDE] && (BFT_KEEPS(&b->set, 9) || b->phase == BFT_TO_PRECOMMIT) &&
        bft_set_quorum(&b->members, bft_votes_any(&b->votes, &b->members, b->round, BFT_PRECOMMIT)))
        start_timeout(b, BFT_TO_DECIDE);
}

/* Line 49, for every round of the height (T8). */
static bool on_precommits(struct bft *b)
{
    static const uint8_t nothing[BFT_VALUE_LEN];
    for (size_t i = b->votes.count; i-- > 0;) {
        int32_t round = b->votes.rounds[i].round;
        const uint8_t *value = bft_votes_quorum(&b->votes, &b->members, round, BFT_PRECOMMIT);
        if (value == NULL || bft_value_equal(value, nothing) ||
            (round != b->round && !BFT_KEEPS(&b->set, 8)))
            continue;
        struct bft_heard *h = bft_heard_value(b, value);
        if (h == NULL || !bft_is_valid(b, h))
            continue;
        struct bft_item *decision = bft_decision(b, round, h);
        if (decision != NULL)
            bft_decide(b, decision);
        return decision != NULL;
    }
    return false;
}

/* Line 55: the highest round from which on more than a third of the weight has voted (T7). Where
 * nothing is forwarded, any vote says that there is something to decide, which begins round 0. */
static bool jump(struct bft *b)
{
    for (size_t i = b->votes.count; i-- > 0 && b->votes.rounds[i].round > b->round;) {
        int32_t round = b->votes.rounds[i].round;
        int64_t weight = bft_votes_from(&b->votes, &b->members, round);
        if (bft_set_honest(&b->members, weight) && BFT_KEEPS(&b->set, 7)) {
            bft_start_round(b, round);
            return true;
        }
    }
    if (b->round != BFT_NO_ROUND || b->set.forward || b->votes.count == 0)
        return false;
    bft_start_round(b, 0);
    return true;
}

/* A height begins when there is something to decide. */
static bool wake(struct bft *b)
{
    if (b->round != BFT_NO_ROUND ||
        (bft_heard_of(b, 0) == NULL && (!bft_is_member(b) || bft_pick(b) == NULL)))
        return false;
    bft_start_round(b, 0);
    return true;
}

bool bft_advance(struct bft *b)
{
    if (on_precommits(b) || jump(b) || wake(b))
        return true;
    if (b->round == BFT_NO_ROUND)
        return false;
    if (on_proposal(b) || on_polka(b) || on_old_polka(b) || on_nil_polka(b))
        return true;
    start_timeouts(b);
    return false;
}

static bool is_over(struct bft *b, enum bft_phase phase)
{
    if (b->due[phase] > b->now)
        return false;
    b->due[phase] = INT64_MAX;
    return phase == BFT_TO_DECIDE || b->phase == phase;
}

/* Lines 57, 61 and 65. */
void bft_timeouts(struct bft *b)
{
    if (is_over(b, BFT_TO_PREVOTE))
        prevote(b, NULL);
    if (is_over(b, BFT_TO_PRECOMMIT))
        precommit(b, NULL);
    if (is_over(b, BFT_TO_DECIDE) && b->round < BFT_ROUND_MAX)
        bft_start_round(b, b->round + 1);
    if (b->round != BFT_NO_ROUND && b->now >= b->resend) {
        set_resend(b, b->agains + 1);
        bft_say_again(b);
    }
}
