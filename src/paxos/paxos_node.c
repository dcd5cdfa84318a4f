#include "paxos/paxos_node.h"

#include "base/array.h"
#include "base/chance.h"

#include <string.h>

int paxos_ballot_order(const struct paxos *p, struct paxos_ballot a, struct paxos_ballot b)
{
    if (a.round != b.round)
        return a.round < b.round ? -1 : 1;
    if (a.node == b.node || !PAXOS_KEEPS(&p->set, 6))
        return 0;
    return paxos_member(p, a.node) < paxos_member(p, b.node) ? -1 : 1;
}

int64_t paxos_after_timeout(struct paxos *p)
{
    int64_t base = p->set.election;
    unsigned tries = p->tries < 4 ? p->tries : 4;
    if (!PAXOS_KEEPS(&p->set, 11))
        return p->now + base;
    return p->now + base + (int64_t)chance_below(&p->chance, (uint64_t)base << tries);
}

void paxos_no_memory(struct paxos *p)
{
    if (!p->failed)
        fault_memory(p->f);
    p->failed = true;
}

struct paxos_item *paxos_make(struct paxos *p, enum paxos_kind kind, size_t count)
{
    struct paxos_item *x = paxos_item_new(kind, count);
    if (x == NULL)
        paxos_no_memory(p);
    return x;
}

static void send_mine(struct paxos *p, struct paxos_item *item)
{
    if (ARRAY_RESERVE(p->mine, p->mine_cap, p->mine_count + 1) != 0) {
        engine_item_unref(&item->head);
        paxos_no_memory(p);
        return;
    }
    p->mine[p->mine_count++] = item;
}

struct paxos_item *paxos_mine(struct paxos *p)
{
    if (p->mine_count == 0)
        return NULL;
    struct paxos_item *first = p->mine[0];
    p->mine_count--;
    memmove(p->mine, p->mine + 1, p->mine_count * sizeof *p->mine);
    return first;
}

void paxos_send(struct paxos *p, uint32_t to, struct paxos_item *item)
{
    if (item == NULL)
        return;
    if (to == p->self)
        send_mine(p, item);
    else if (to == NODE_NONE && p->member_count == 1)
        engine_item_unref(&item->head);
    else if (engine_send(p->out, to, &item->head, p->f) != 0)
        p->failed = true;
}

void paxos_save(struct paxos *p, struct paxos_item *item)
{
    if (item == NULL)
        return;
    p->saves++;
    if (engine_save(p->out, &item->head, p->f) != 0)
        p->failed = true;
}

/* Makes space for one more at the end. */
static int reserve_held(struct paxos *p)
{
    if (p->held_first > 0 && p->held_first + p->held_count == p->held_cap) {
        memmove(p->held, p->held + p->held_first, p->held_count * sizeof *p->held);
        p->held_first = 0;
    }
    return ARRAY_RESERVE(p->held, p->held_cap, p->held_first + p->held_count + 1);
}

void paxos_hold(struct paxos *p, uint32_t to, struct paxos_item *item)
{
    if (item == NULL || p->saved >= p->saves || !PAXOS_KEEPS(&p->set, 1)) {
        paxos_send(p, to, item);
        return;
    }
    if (reserve_held(p) != 0) {
        engine_item_unref(&item->head);
        paxos_no_memory(p);
        return;
    }
    p->held[p->held_first + p->held_count++] = (struct paxos_held){
        .save = p->saves, .to = to, .item = item};
}

void paxos_on_disk(struct paxos *p, uint64_t save)
{
    if (save > p->saved)
        p->saved = save < p->saves ? save : p->saves;
    while (p->held_count > 0 && p->held[p->held_first].save <= p->saved) {
        struct paxos_held x = p->held[p->held_first++];
        p->held_count--;
        paxos_send(p, x.to, x.item);
    }
    if (p->held_count == 0)
        p->held_first = 0;
}
