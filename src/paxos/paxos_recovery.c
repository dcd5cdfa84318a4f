/*
 * A node without a log (rule P10): it runs for the first time, or has lost its disk, and cannot
 * tell by itself. If it lost its disk, it may have promised and accepted what it does not know any
 * more, so it may not vote yet.
 *
 * It draws a number that it has never used, and has it on disk before anybody hears of it, so the
 * number changes only if the disk is lost. Under this number it asks all other members, and waits
 * for all of them. Each answers whether it has voted, and the highest round of which it knows.
 *
 * - If none has, the members are new, and the node may vote. A member that came to vote in this
 *   way keeps everybody's number, and tells those that ask again under that number that they are
 *   new as well: they took part in its birth, and have not voted since.
 * - Otherwise the disk was lost. Whatever ballot the node has promised was begun by another member,
 *   which has told its round. So the node begins a ballot above all those rounds, and so many
 *   others have to promise it that one of them is in every majority, with the node or without: then
 *   nothing can be chosen below this ballot any more, and whatever was chosen, with the lost vote
 * or without, was accepted by one of them, which reports it. The node accepts what they report, and
 * has caught up: from then on it keeps the promise of this ballot, and votes.
 *
 * Without one other member's answer it never votes: a node whose disk is gone, with another that is
 * dead, cannot be told from one that would undo what was chosen. If the disks of a majority are
 * lost at once, so is what was chosen.
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
        x->entries[i].slot = p->nonces[i];
    }
    paxos_save(p, x);
}

struct paxos_item *paxos_question(struct paxos *p)
{
    struct paxos_item *x = paxos_make(p, PAXOS_ASK, 0);
    if (x != NULL)
        x->nonce = p->birth;
    return x;
}

void paxos_save_born(struct paxos *p)
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
    answer->flag = !p->votes || p->nonces[paxos_member(p, from)] == x->nonce;
    answer->other = p->birth;
    if (!answer->flag)
        p->let_pass |= paxos_bit(paxos_member(p, from));
    paxos_hold(p, from, answer);
}

void paxos_on_answer(struct paxos *p, uint32_t from, const struct paxos_item *x)
{
    unsigned member = paxos_member(p, from);
    if (p->votes || p->recovers || x->nonce != p->birth)
        return;
    p->asked |= paxos_bit(member);
    if (x->flag)
        p->blank |= paxos_bit(member);
    p->nonces[member] = x->other;
    if (x->number > p->seen && x->number < PAXOS_ROUND_MAX)
        p->seen = x->number;
    if (p->asked != others(p))
        return;
    if (p->blank == others(p)) {
        paxos_born(p);
        return;
    }
    p->recovers = true;
    memset(p->nonces, 0, sizeof p->nonces);
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
