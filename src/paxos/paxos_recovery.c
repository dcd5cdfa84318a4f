/*
 * A node without a log (rule P10): it runs for the first time, or has lost its disk, and cannot
 * tell which by itself. If it lost its disk, it may have promised and accepted what it no longer
 * knows, so it may not vote yet. (After Michael, Ports, Sharma and Szekeres, "Recovering Shared
 * Objects Without Stable Storage", DISC 2017.)
 *
 * It draws an incarnation number that it has never used, and has it on disk before it tells
 * anybody, so the number changes only if the disk is lost. Under this number it asks all other
 * members, and waits for all of them. Each answers whether it has voted, and the highest round that
 * it knows.
 *
 * - If none has voted, the members are new, and the node may vote: it is born. It then keeps the
 *   incarnation of every member. One that asks again under that number is new as well: it was there
 *   before anybody had voted, and has not voted since.
 * - Otherwise the disk was lost. Whatever ballot the node has promised was begun by another member,
 *   which has told its round. So the node begins a ballot above all those rounds, and waits for the
 *   promises of so many others that every majority, with this node or without, has one of them.
 *   Then nothing can be chosen below this ballot any more, and whatever was chosen, with the lost
 *   vote or without, was accepted by one of them, which reports it. The node accepts what they
 *   report. From then on it keeps the promise of this ballot, and votes.
 *
 * It never votes without an answer from every other member: if one disk is lost and another member
 * is dead, nobody can say what the lost disk had promised to that member. If the disks of a
 * majority are lost at once, so is what was chosen.
 */
#include "paxos/paxos_parts.h"

#include <string.h>

static uint64_t others(const struct paxos *p)
{
    uint64_t all = p->member_count == PAXOS_MEMBERS_MAX ? UINT64_MAX
                                                        : ((uint64_t)1 << p->member_count) - 1;
    return all & ~paxos_bit(p->me);
}

static void save_born(struct paxos *p)
{
    struct paxos_item *x = paxos_make(p, PAXOS_BORN, p->member_count);
    for (unsigned i = 0; x != NULL && i < p->member_count; i++) {
        x->entries[i].value.id.client = p->members[i];
        x->entries[i].slot = p->incarnations[i];
    }
    paxos_save(p, x);
}

struct paxos_item *paxos_question(struct paxos *p)
{
    struct paxos_item *x = paxos_make(p, PAXOS_ASK, 0);
    if (x != NULL)
        x->nonce = p->incarnation;
    return x;
}

void paxos_save_voting(struct paxos *p)
{
    if (p->votes)
        save_born(p);
    else if (p->me != PAXOS_MEMBERS_MAX)
        paxos_save(p, paxos_question(p));
}

void paxos_born(struct paxos *p)
{
    p->votes = true;
    p->due = p->member_count == 1 ? p->now : paxos_after_timeout(p);
    save_born(p);
    paxos_note(p, "born");
}

void paxos_ask(struct paxos *p)
{
    paxos_hold(p, NODE_NONE, paxos_question(p));
    p->due = p->now + p->set.heartbeat;
}

void paxos_on_ask(struct paxos *p, uint32_t from, const struct paxos_item *x)
{
    struct paxos_item *answer = paxos_make(p, PAXOS_ANSWER, 0);
    if (answer == NULL)
        return;
    answer->nonce = x->nonce;
    answer->number = p->seen > p->promised.round ? p->seen : p->promised.round;
    answer->flag = !p->votes || p->incarnations[paxos_member(p, from)] == x->nonce;
    answer->other = p->incarnation;
    if (!answer->flag)
        p->let_pass |= paxos_bit(paxos_member(p, from));
    paxos_hold(p, from, answer);
}

void paxos_on_answer(struct paxos *p, uint32_t from, const struct paxos_item *x)
{
    unsigned member = paxos_member(p, from);
    if (p->votes || p->recovers || x->nonce != p->incarnation)
        return;
    p->asked |= paxos_bit(member);
    if (x->flag)
        p->blank |= paxos_bit(member);
    p->incarnations[member] = x->other;
    if (x->number > p->seen && x->number < PAXOS_ROUND_MAX)
        p->seen = x->number;
    if (p->asked != others(p))
        return;
    if (p->blank == others(p)) {
        paxos_born(p);
        return;
    }
    p->recovers = true;
    memset(p->incarnations, 0, sizeof p->incarnations);
    paxos_note(p, "lost");
    paxos_campaign(p);
}

void paxos_recover(struct paxos *p)
{
    for (uint64_t slot = p->chosen + 1; slot <= paxos_log_end(&p->found); slot++) {
        const struct paxos_slot *reported = paxos_log_at(&p->found, slot);
        struct paxos_slot *s = reported == NULL || reported->ballot.round == 0
                                   ? NULL
                                   : paxos_log_reach(&p->log, slot);
        if (s == NULL || paxos_slot_chosen(s))
            continue;
        paxos_slot_set(s, &reported->value);
        s->ballot = reported->ballot;
    }
    p->promised = p->ballot;
    p->votes = true;
    p->recovers = false;
    paxos_note(p, "recovered %llu", (unsigned long long)p->ballot.round);
    paxos_rewrite(p);
}
