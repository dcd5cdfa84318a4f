/* Phase 1: a ballot above all others, and what a quorum has accepted before it. */
#include "paxos/paxos_parts.h"

/* Prepares: only after the own promise is on disk, so a node that starts again knows the round that
 * it has used (rule P5). A node that recovers sends at once: see paxos_recovery.c. */
static void prepare(struct paxos *p)
{
    struct paxos_item *x = paxos_make(p, PAXOS_PREPARE, 0);
    if (x == NULL)
        return;
    x->ballot = p->ballot;
    x->slot = p->chosen + 1;
    if (p->recovers) /* so that it is promised even by those that hear a leader */
        paxos_send(p, NODE_NONE, paxos_question(p));
    if (p->recovers || !PAXOS_KEEPS(&p->set, 5)) {
        paxos_send(p, NODE_NONE, x);
        return;
    }
    paxos_save_promised(p);
    paxos_hold(p, NODE_NONE, x);
}

void paxos_campaign(struct paxos *p)
{
    paxos_step_down(p);
    if (p->promised.round > p->seen)
        p->seen = p->promised.round;
    if (p->seen >= PAXOS_ROUND_MAX)
        return;
    p->ballot = (struct paxos_ballot){.round = ++p->seen, .node = p->self};
    p->role = PAXOS_CANDIDATE;
    p->leader = NODE_NONE;
    p->ignored = 0;
    p->granted = p->grants = 0;
    p->floor = p->chosen;
    paxos_log_reset(&p->found, p->chosen);
    p->due = paxos_after_timeout(p);
    p->tries++;
    paxos_note(p, "candidate %llu", (unsigned long long)p->ballot.round);
    if (!p->recovers)
        p->promised = p->ballot;
    prepare(p);
    if (!p->recovers)
        paxos_hold(p, p->self, paxos_promise(p, p->ballot, p->chosen + 1));
}

/* Keeps the report if its ballot is the highest for its slot (rule P4). */
static void find(struct paxos *p, const struct paxos_entry *e)
{
    if (e->slot <= p->found.base || e->slot > p->found.base + PAXOS_AHEAD || e->ballot.round == 0)
        return;
    struct paxos_slot *s = paxos_log_reach(&p->found, e->slot);
    if (s == NULL) {
        paxos_no_memory(p);
        return;
    }
    if (s->ballot.round != 0 &&
        (!PAXOS_KEEPS(&p->set, 4) || paxos_ballot_order(p, e->ballot, s->ballot) <= 0))
        return;
    paxos_slot_set(s, &e->value);
    s->ballot = e->ballot;
}

/* Whether enough have promised; rule P7 is that none is counted twice. For a node that recovers:
 * so many others that every majority has one of them. */
static bool is_granted(const struct paxos *p)
{
    if (p->recovers)
        return (unsigned)__builtin_popcountll(p->granted) >= p->member_count - p->member_count / 2;
    return PAXOS_KEEPS(&p->set, 7) ? paxos_majority(p, p->granted)
                                   : p->grants > p->member_count / 2;
}

void paxos_try_lead(struct paxos *p)
{
    if (p->role != PAXOS_CANDIDATE || !is_granted(p))
        return;
    if (p->floor > p->chosen) {
        paxos_fetch(p, p->floor_from);
        return;
    }
    if (p->recovers)
        paxos_recover(p);
    paxos_lead(p);
}

void paxos_on_promise(struct paxos *p, uint32_t from, const struct paxos_item *x)
{
    uint64_t bit = paxos_bit(paxos_member(p, from));
    if (p->role != PAXOS_CANDIDATE || (p->granted & bit && PAXOS_KEEPS(&p->set, 7)) ||
        (paxos_ballot_order(p, x->ballot, p->ballot) != 0 && PAXOS_KEEPS(&p->set, 7)))
        return;
    p->granted |= bit;
    p->grants++;
    if (x->slot > p->floor) {
        p->floor = x->slot;
        p->floor_from = from;
    }
    for (size_t i = 0; i < x->count && !p->failed; i++)
        find(p, &x->entries[i]);
    paxos_try_lead(p);
}

void paxos_on_reject(struct paxos *p, const struct paxos_item *x)
{
    if (x->ballot.round > p->seen && x->ballot.round < PAXOS_ROUND_MAX)
        p->seen = x->ballot.round;
    if (p->role == PAXOS_FOLLOWER || paxos_ballot_order(p, x->ballot, p->ballot) <= 0)
        return;
    paxos_step_down(p);
    p->due = paxos_after_timeout(p);
}
