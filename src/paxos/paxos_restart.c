/* A node starts: with the log that its disk kept, or without one. */
#include "paxos/paxos_parts.h"

static void restore_promise(struct paxos *p, struct paxos_ballot ballot)
{
    if (!PAXOS_KEEPS(&p->set, 5) && ballot.node == p->self)
        return;
    if (paxos_ballot_order(p, ballot, p->promised) > 0)
        p->promised = ballot;
}

static void restore_born(struct paxos *p, const struct paxos_item *x)
{
    p->votes = p->me != PAXOS_MEMBERS_MAX;
    for (size_t i = 0; i < x->count; i++) {
        unsigned member = paxos_member(p, x->entries[i].value.id.client);
        if (member != PAXOS_MEMBERS_MAX)
            p->incarnations[member] = x->entries[i].slot;
    }
}

/* A slot that no log of this node can have. */
static bool is_beyond(const struct paxos *p, const struct paxos_item *x)
{
    return (x->slot == 0 && x->count > 0) || x->slot > paxos_log_end(&p->log) + PAXOS_AHEAD;
}

static int restore(struct paxos *p, struct paxos_item *x)
{
    switch ((enum paxos_kind)x->head.kind) {
    case PAXOS_BORN:
        restore_born(p, x);
        return 0;
    case PAXOS_ASK:
        p->incarnation = x->nonce;
        return 0;
    case PAXOS_PROMISED:
        restore_promise(p, x->ballot);
        return 0;
    case PAXOS_SNAPSHOT:
        paxos_install(p, x);
        return 0;
    case PAXOS_ACCEPT:
    case PAXOS_CHOSEN:
        break;
    default:
        return fault_rule(p->f, "paxos: the log has a message that is never saved");
    }
    if (is_beyond(p, x))
        return fault_rule(p->f, "paxos: the log goes from slot %llu on to slot %llu",
                          (unsigned long long)paxos_log_end(&p->log), (unsigned long long)x->slot);
    if (x->head.kind == PAXOS_CHOSEN) {
        paxos_choose_entries(p, x);
        paxos_deliver(p);
        return 0;
    }
    restore_promise(p, x->ballot);
    paxos_accept_entries(p, x);
    paxos_learn(p, x->ballot, x->chosen);
    return 0;
}

int paxos_restart(struct paxos *p, struct engine_item *const *items, size_t count)
{
    for (size_t i = 0; i < count && !p->failed; i++)
        if (restore(p, (struct paxos_item *)items[i]) != 0)
            return -1;
    p->seen = p->promised.round;
    return 0;
}

void paxos_start(struct paxos *p)
{
    p->due = paxos_after_timeout(p);
    if (p->me == PAXOS_MEMBERS_MAX) {
        p->due = p->now;
    } else if (p->votes) {
        p->due = p->member_count == 1 ? p->now : p->due;
    } else if (p->member_count == 1 || p->set.fresh || !PAXOS_KEEPS(&p->set, 10)) {
        paxos_born(p);
    } else {
        paxos_note(p, "blank");
        if (p->incarnation == 0) {
            p->incarnation = p->nonce;
            paxos_save_voting(p);
        }
        paxos_ask(p);
    }
}
