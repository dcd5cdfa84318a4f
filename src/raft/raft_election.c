#include "raft/raft_node.h"
#include "raft/raft_quorum.h"

/* --- Counting -------------------------------------------------------------------------------- */

static enum raft_result result_of(const struct raft *r, uint32_t role)
{
    size_t n = 0, yes = 0, no = 0;
    for (uint32_t i = 0; i < r->peer_count; i++)
        if (r->peers[i].roles & role) {
            n++;
            yes += r->peers[i].answer == RAFT_YES;
            no += r->peers[i].answer == RAFT_NO;
        }
    if (RAFT_BROKEN(r, 4) && role == RAFT_VOTER)
        yes = r->grants_heard;
    return raft_majority_vote(n, yes, no);
}

static enum raft_result result(const struct raft *r)
{
    enum raft_result new = result_of(r, RAFT_VOTER);
    return RAFT_BROKEN(r, 15) ? new : raft_joint_vote(new, result_of(r, RAFT_OUTGOING));
}

/* A voter's answer, counted once for each voter (rule R4). */
static void count(struct raft *r, uint32_t from, bool yes)
{
    struct raft_peer *p = raft_peer_find(r, from);
    r->grants_heard += yes;
    if (p != NULL && p->answer == RAFT_NO_ANSWER)
        p->answer = yes ? RAFT_YES : RAFT_NO;
}

static void forget_answers(struct raft *r)
{
    r->grants_heard = 0;
    for (uint32_t i = 0; i < r->peer_count; i++)
        r->peers[i].answer = RAFT_NO_ANSWER;
}

/* --- Standing -------------------------------------------------------------------------------- */

static int ask_voters(struct raft *r, enum raft_kind kind, uint64_t term)
{
    for (uint32_t i = 0; i < r->peer_count; i++) {
        if (r->peers[i].node == r->self || !(r->peers[i].roles & (RAFT_VOTER | RAFT_OUTGOING)))
            continue;
        struct raft_item *x = raft_item_new(kind, 0);
        if (x != NULL) {
            x->term = term;
            x->index = raft_log_last(&r->log);
            x->log_term = raft_log_term(&r->log, x->index);
            x->flag = r->ordered;
        }
        if (raft_send(r, r->peers[i].node, x) != 0)
            return -1;
    }
    return 0;
}

/* The vote for itself counts once it is on disk. */
static int stand(struct raft *r)
{
    bool ordered = r->ordered;
    if (raft_follow(r, r->term + 1, NODE_NONE) != 0)
        return -1;
    r->role = RAFT_CANDIDATE;
    r->ordered = ordered;
    r->vote = r->self;
    forget_answers(r);
    if (ask_voters(r, RAFT_VOTE, r->term) != 0)
        return -1;
    return RAFT_BROKEN(r, 2) ? raft_vote_saved(r) : 0;
}

/* What follows from the answers so far. */
static int decide(struct raft *r)
{
    enum raft_result now = result(r);
    if (now == RAFT_PENDING)
        return 0;
    if (now == RAFT_LOST)
        return raft_follow(r, r->term, NODE_NONE);
    return r->role == RAFT_PRECANDIDATE ? stand(r) : raft_lead(r);
}

/* Pre-vote (thesis 9.6): neither the term nor the vote changes before a majority would vote for
 * this node; but it forgets its leader, or members that wait for each other would never vote for
 * anyone (rule R12). */
int raft_campaign(struct raft *r, bool ordered)
{
    raft_redraw_timeout(r);
    if (!raft_may_stand(r))
        return 0;
    if (raft_follow(r, r->term, NODE_NONE) != 0 ||
        engine_note(r->out, r->f, "campaign %llu", (unsigned long long)r->term + 1) != 0)
        return -1;
    r->ordered = ordered;
    if (ordered || !r->set.prevote)
        return stand(r);
    r->role = RAFT_PRECANDIDATE;
    forget_answers(r);
    count(r, r->self, true);
    return ask_voters(r, RAFT_PREVOTE, r->term + 1) != 0 ? -1 : decide(r);
}

int raft_vote_saved(struct raft *r)
{
    if (r->role != RAFT_CANDIDATE ||
        ((r->disk.state_due || r->disk.state > r->disk.saved) && !RAFT_BROKEN(r, 2)))
        return 0;
    const struct raft_peer *self = raft_peer_find(r, r->self);
    if (self == NULL || self->answer != RAFT_NO_ANSWER)
        return 0;
    count(r, r->self, true);
    return decide(r);
}

int raft_on_voted(struct raft *r, uint32_t from, const struct raft_item *x)
{
    bool pre = x->head.kind == RAFT_PREVOTED;
    if (r->role != (pre ? RAFT_PRECANDIDATE : RAFT_CANDIDATE) ||
        x->term != r->term + (pre && x->flag))
        return 0;
    count(r, from, x->flag);
    return decide(r);
}

/* --- Voting ---------------------------------------------------------------------------------- */

/* Whether a candidate's log is at least as complete as this node's (section 5.4.1; rule R5). */
static bool up_to_date(const struct raft *r, const struct raft_item *x)
{
    uint64_t last = raft_log_last(&r->log), term = raft_log_term(&r->log, last);
    return RAFT_BROKEN(r, 5) || x->log_term > term || (x->log_term == term && x->index >= last);
}

static bool grants(const struct raft *r, uint32_t from, const struct raft_item *x)
{
    if (!up_to_date(r, x))
        return false;
    if (x->head.kind == RAFT_PREVOTE)
        return x->term > r->term;
    return x->term == r->term &&
           (r->vote == from || (r->vote == NODE_NONE && r->leader == NODE_NONE));
}

int raft_on_vote(struct raft *r, uint32_t from, const struct raft_item *x)
{
    bool pre = x->head.kind == RAFT_PREVOTE, yes = grants(r, from, x);
    struct raft_item *answer = raft_item_new(pre ? RAFT_PREVOTED : RAFT_VOTED, 0);
    if (answer != NULL) {
        answer->term = pre && yes ? x->term : r->term;
        answer->flag = yes;
    }
    if (yes && !pre) {
        if (r->vote != from)
            raft_state_changed(r);
        r->vote = from;
        raft_restart_timer(r);
    }
    return raft_send(r, from, answer);
}
