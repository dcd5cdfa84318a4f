/* Proposals: the node to which one was made keeps it until it is committed, and sends it to whoever
 * leads, again and again; the leader gives it one slot (rule P13). */
#include "paxos/paxos_parts.h"

#define FORWARD_MAX 256          /* proposals in a message */
#define FORWARD_BYTES (1U << 20) /* of their payloads, unless the first has more */
#define QUEUE_MAX (1U << 20)     /* proposals that wait at a leader */

static bool is_over(const struct paxos *p, struct proposal_id id)
{
    return applied_has(&p->applied, id) || (p->set.single && p->chosen > 0);
}

static void enqueue(struct paxos *p, struct proposal_id id, struct payload *payload)
{
    if (proposals_count(&p->queue) < QUEUE_MAX && !is_over(p, id) &&
        proposals_add(&p->queue, id, payload) < 0)
        paxos_no_memory(p);
}

void paxos_on_propose(struct paxos *p, struct proposal_id id, struct payload *payload)
{
    if (is_over(p, id) || proposals_find(&p->kept, id) != NULL)
        return;
    if (proposals_full(&p->kept, payload->len)) {
        paxos_note(p, "full %s:%llu", node_names_text(p->names, id.client),
                   (unsigned long long)id.serial);
        return;
    }
    if (p->kept.list == NULL)
        p->retry = p->now + 2 * p->set.election;
    if (proposals_add(&p->kept, id, payload) < 0)
        paxos_no_memory(p);
    if (p->role == PAXOS_LEADER)
        enqueue(p, id, payload);
}

/* From a node that is no member, and so knows no leader, a follower passes them on. */
void paxos_on_forward(struct paxos *p, uint32_t from, struct paxos_item *x)
{
    if (p->role != PAXOS_LEADER) {
        if (paxos_member(p, from) == PAXOS_MEMBERS_MAX && p->leader != NODE_NONE)
            paxos_send(p, p->leader, paxos_item_share(x));
        return;
    }
    for (size_t i = 0; i < x->count; i++)
        if (!paxos_is_noop(&x->entries[i].value))
            enqueue(p, x->entries[i].value.id, x->entries[i].value.payload);
}

static void forward_some(struct paxos *p)
{
    size_t count = 0, bytes = 0;
    for (struct proposal *x = p->kept.next; x != NULL && count < FORWARD_MAX; x = x->hh.next) {
        bytes += x->payload->len;
        if (count > 0 && bytes > FORWARD_BYTES)
            break;
        count++;
    }
    struct paxos_item *item = paxos_make(p, PAXOS_FORWARD, count);
    for (size_t i = 0; item != NULL && i < count; i++) {
        const struct proposal *x = proposals_take(&p->kept);
        item->entries[i].value = (struct paxos_value){.id = proposal_id_of(x),
                                                      .payload = payload_ref(x->payload)};
    }
    paxos_send(p, p->leader, item);
}

void paxos_forward(struct paxos *p)
{
    if (p->kept.list != NULL && p->now >= p->retry) {
        proposals_rewind(&p->kept);
        p->retry = p->now + 2 * p->set.election;
    }
    if (p->leader == NODE_NONE || p->leader == p->self)
        return;
    while (p->kept.next != NULL && !p->failed)
        forward_some(p);
}
