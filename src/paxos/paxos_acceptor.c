/* The acceptor: what it has promised and accepted is on disk before it says so (rule P1). */
#include "paxos/paxos_parts.h"

#define IGNORED_MAX 4       /* prepares, while a leader is heard */
#define PROMISE_CHOSEN 1024 /* slots that are known to be chosen and still reported one by one */

void paxos_save_promised(struct paxos *p)
{
    struct paxos_item *x = paxos_make(p, PAXOS_PROMISED, 0);
    if (x != NULL)
        x->ballot = p->promised;
    paxos_save(p, x);
}

static void reject(struct paxos *p, uint32_t to)
{
    struct paxos_item *x = paxos_make(p, PAXOS_REJECT, 0);
    if (x != NULL)
        x->ballot = p->promised;
    paxos_send(p, to, x);
}

static bool is_reported(const struct paxos *p, uint64_t slot)
{
    return paxos_log_at(&p->log, slot)->ballot.round > 0;
}

static size_t count_reported(const struct paxos *p, uint64_t above)
{
    size_t count = 0;
    for (uint64_t slot = above + 1; slot <= paxos_log_end(&p->log); slot++)
        count += is_reported(p, slot);
    return count;
}

static struct paxos_entry report(const struct paxos *p, uint64_t slot)
{
    const struct paxos_slot *s = paxos_log_at(&p->log, slot);
    payload_ref(s->value.payload);
    return (struct paxos_entry){
        .slot = slot,
        .value = s->value,
        .ballot = PAXOS_KEEPS(&p->set, 12) || paxos_slot_chosen(s) ? s->ballot : p->promised,
    };
}

struct paxos_item *paxos_promise(struct paxos *p, struct paxos_ballot ballot, uint64_t slot)
{
    uint64_t above = slot > p->log.base + 1 ? slot - 1 : p->log.base;
    if (p->chosen > above && p->chosen - above > PROMISE_CHOSEN)
        above = p->chosen;
    struct paxos_item *x = paxos_make(p, PAXOS_PROMISE, count_reported(p, above));
    if (x == NULL)
        return NULL;
    x->ballot = ballot;
    x->slot = above > p->chosen ? p->chosen : above;
    size_t i = 0;
    for (uint64_t at = above + 1; at <= paxos_log_end(&p->log); at++)
        if (is_reported(p, at))
            x->entries[i++] = report(p, at);
    return x;
}

/* Whether a leader was heard within an election timeout, and so is not deposed: Ongaro, "Consensus:
 * Bridging Theory and Practice", 2014, section 4.2.3. */
static bool hears_leader(const struct paxos *p)
{
    return p->set.sticky && p->leader != NODE_NONE && p->now - p->heard < p->set.election;
}

/* A candidate cannot hear the leader that this node hears. This node hears both, so after a few
 * such prepares it stands for election itself. */
static void ignore_prepare(struct paxos *p)
{
    if (p->role == PAXOS_FOLLOWER && ++p->ignored == IGNORED_MAX)
        paxos_campaign(p);
}

void paxos_on_prepare(struct paxos *p, uint32_t from, const struct paxos_item *x)
{
    if (!p->votes || x->ballot.node != from)
        return;
    uint64_t bit = paxos_bit(paxos_member(p, from));
    if (hears_leader(p) && from != p->leader && !(p->let_pass & bit)) {
        ignore_prepare(p);
        return;
    }
    p->let_pass &= ~bit;
    int order = paxos_ballot_order(p, x->ballot, p->promised);
    if (order < 0) {
        reject(p, from);
        return;
    }
    if (order > 0) {
        paxos_step_down(p);
        p->leader = NODE_NONE;
        p->promised = x->ballot;
        paxos_save_promised(p);
    }
    p->due = paxos_after_timeout(p);
    paxos_hold(p, from, paxos_promise(p, x->ballot, x->slot));
}

/* Whether the slot had not accepted this before. A chosen one stays: a quorum has promised a higher
 * ballot, or it is the same value. */
static bool accept_entry(struct paxos *p, uint64_t slot, const struct paxos_ballot *ballot,
                         const struct paxos_value *value)
{
    struct paxos_slot *s = slot <= p->log.base ? NULL : paxos_log_reach(&p->log, slot);
    if (s == NULL && slot > p->log.base)
        paxos_no_memory(p);
    if (s == NULL || paxos_slot_chosen(s) ||
        (s->ballot.round != 0 && paxos_ballot_order(p, s->ballot, *ballot) == 0 &&
         PAXOS_KEEPS(&p->set, 6)))
        return false;
    paxos_slot_set(s, value);
    s->ballot = *ballot;
    s->acks = 0;
    return true;
}

bool paxos_accept_entries(struct paxos *p, const struct paxos_item *x)
{
    bool new = false;
    for (size_t i = 0; i < x->count && !p->failed; i++)
        new |= accept_entry(p, x->slot + i, &x->ballot, &x->entries[i].value);
    return new;
}

/* The node hears from the leader of a ballot. */
static void follow(struct paxos *p, uint32_t leader, struct paxos_ballot ballot)
{
    if (p->leader != leader || paxos_ballot_order(p, p->led, ballot) != 0) {
        paxos_step_down(p);
        p->leader = leader;
        p->led = ballot;
        p->ignored = 0;
        p->retry = p->now + 2 * p->set.election;
        proposals_rewind(&p->kept);
    }
    p->heard = p->now;
    p->tries = 0;
    p->due = paxos_after_timeout(p);
}

/* The answer to a heartbeat promises nothing, and does not wait for the disk. */
static void accepted(struct paxos *p, uint32_t from, const struct paxos_item *x)
{
    struct paxos_item *answer = paxos_make(p, PAXOS_ACCEPTED, 0);
    if (answer != NULL) {
        answer->ballot = x->ballot;
        answer->slot = x->slot;
        answer->span = x->count;
        answer->number = x->number;
    }
    if (x->count == 0)
        paxos_send(p, from, answer);
    else
        paxos_hold(p, from, answer);
}

/* Whether the ballot may be accepted: it is at least the promised one (rule P3), and from now on
 * promised (rule P2). */
static bool admit(struct paxos *p, struct paxos_ballot ballot)
{
    int order = paxos_ballot_order(p, ballot, p->promised);
    if (order < 0 || (order > 0 && !PAXOS_KEEPS(&p->set, 3)))
        return false;
    if (order > 0 && PAXOS_KEEPS(&p->set, 2))
        p->promised = ballot;
    return true;
}

void paxos_on_accept(struct paxos *p, uint32_t from, struct paxos_item *x)
{
    if (x->ballot.node != from || from == p->self || (x->count > 0 && x->slot == 0))
        return;
    if (p->votes && !admit(p, x->ballot)) {
        reject(p, from);
        return;
    }
    if (p->votes)
        follow(p, from, x->ballot);
    else
        p->leader = from;
    if (p->votes && x->slot <= p->chosen + PAXOS_AHEAD) {
        if (paxos_accept_entries(p, x))
            paxos_save(p, paxos_item_share(x));
        accepted(p, from, x);
        paxos_learn(p, x->ballot, x->chosen);
    }
    if (x->chosen > p->chosen)
        paxos_fetch(p, from);
}
