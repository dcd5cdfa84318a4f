/* The leader: phase 2 for every slot, in the ballot for which a quorum has promised. */
#include "paxos/paxos_parts.h"

#include <string.h>

#define BATCH_BYTES (1U << 20) /* of a message's payloads, unless the first has more */

/* An accept message for slots from this one on, without its values. */
static struct paxos_item *accept_item(struct paxos *p, uint64_t slot, size_t count)
{
    struct paxos_item *x = paxos_make(p, PAXOS_ACCEPT, count);
    if (x == NULL)
        return NULL;
    x->ballot = p->ballot;
    x->slot = slot;
    x->chosen = p->chosen;
    x->number = p->beat;
    p->told = p->chosen;
    return x;
}

/* Sends to the others at once, while the leader's own disk saves it. */
static void propose(struct paxos *p, struct paxos_item *x)
{
    paxos_send(p, NODE_NONE, paxos_item_share(x));
    paxos_accept_entries(p, x);
    for (size_t i = 0; i < x->count && !p->failed; i++) {
        struct paxos_slot *s = paxos_log_at(&p->log, x->slot + i);
        if (s != NULL)
            s->sent = p->now;
    }
    struct paxos_item *own = paxos_make(p, PAXOS_ACCEPTED, 0);
    if (own != NULL) {
        own->ballot = x->ballot;
        own->slot = x->slot;
        own->span = x->count;
        own->number = x->number;
    }
    p->ends[(p->ends_first + p->ends_count++) % PAXOS_PIPELINE_MAX] = x->slot + x->count - 1;
    paxos_save(p, x);
    paxos_hold(p, p->self, own);
}

/* Closes the open messages whose slots are all chosen. */
static void close_ends(struct paxos *p)
{
    while (p->ends_count > 0 && p->ends[p->ends_first] <= p->chosen) {
        p->ends_first = (p->ends_first + 1) % PAXOS_PIPELINE_MAX;
        p->ends_count--;
    }
}

/* How many proposals the next message takes. */
static size_t batch_size(const struct paxos *p)
{
    size_t count = 0, bytes = 0;
    uint64_t limit = (uint64_t)p->set.batch, end = p->chosen + (uint64_t)p->set.window;
    if (p->set.single)
        return p->next == 1 && p->queue.next != NULL;
    for (struct proposal *x = p->queue.next; x != NULL && count < limit; x = x->hh.next) {
        bytes += x->payload->len;
        if (p->next + count > end || (count > 0 && bytes > BATCH_BYTES))
            break;
        count++;
    }
    return count;
}

static void propose_queued(struct paxos *p, size_t count)
{
    struct paxos_item *x = accept_item(p, p->next, count);
    if (x == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct proposal *from = proposals_take(&p->queue);
        x->entries[i].value = (struct paxos_value){.id = proposal_id_of(from),
                                                   .payload = payload_ref(from->payload)};
    }
    p->next += count;
    propose(p, x);
}

void paxos_flush(struct paxos *p)
{
    size_t count;
    close_ends(p);
    while (p->role == PAXOS_LEADER && !p->failed && p->ends_count < (unsigned)p->set.pipeline &&
           (count = batch_size(p)) > 0)
        propose_queued(p, count);
}

void paxos_heartbeat(struct paxos *p)
{
    p->beat++;
    p->beats[p->me] = p->beat;
    p->due = p->now + p->set.heartbeat;
    paxos_send(p, NODE_NONE, accept_item(p, p->next, 0));
}

/* The value that the leader of a new ballot proposes for a slot: the one with the highest ballot
 * that was reported, or a no-op (Lamport 2001, section 3). Its proposal then has a slot. */
static void take_up(struct paxos *p, uint64_t slot, struct paxos_value *out)
{
    const struct paxos_slot *s = paxos_log_at(&p->log, slot);
    if (!paxos_slot_chosen(s))
        s = paxos_log_at(&p->found, slot);
    *out = (struct paxos_value){.id = {.client = NODE_NONE}};
    if (s == NULL || s->ballot.round == 0 || paxos_is_noop(&s->value))
        return;
    *out = s->value;
    payload_ref(out->payload);
    if (proposals_add(&p->queue, out->id, out->payload) < 0)
        paxos_no_memory(p);
    p->queue.next = NULL;
}

/* Proposes the slots up to `last` again. */
static void propose_found(struct paxos *p, uint64_t last)
{
    while (p->next <= last && !p->failed) {
        uint64_t left = last - p->next + 1, limit = (uint64_t)p->set.batch;
        size_t count = (size_t)(left < limit ? left : limit);
        struct paxos_item *x = accept_item(p, p->next, count);
        if (x == NULL)
            return;
        for (size_t i = 0; i < count; i++)
            take_up(p, p->next + i, &x->entries[i].value);
        p->next += count;
        propose(p, x);
        if (p->ends_count == PAXOS_PIPELINE_MAX) /* they are counted as one */
            p->ends_count--;
    }
}

static void queue_kept(struct paxos *p)
{
    for (struct proposal *x = p->kept.list; x != NULL; x = x->hh.next)
        if (proposals_add(&p->queue, proposal_id_of(x), x->payload) < 0)
            paxos_no_memory(p);
}

void paxos_lead(struct paxos *p)
{
    p->role = PAXOS_LEADER;
    p->leader = p->self;
    p->led = p->ballot;
    p->heard = p->now;
    p->tries = 0;
    p->next = p->chosen + 1;
    p->ends_count = 0;
    p->reading = 0;
    memset(p->beats, 0, sizeof p->beats);
    for (unsigned i = 0; i < p->member_count; i++)
        p->answered[i] = p->now;
    paxos_note(p, "leader %llu %s", (unsigned long long)p->ballot.round,
               node_names_text(p->names, p->self));
    p->barrier = paxos_log_end(&p->found);
    if (p->barrier < p->chosen)
        p->barrier = p->chosen;
    propose_found(p, PAXOS_KEEPS(&p->set, 8) || p->barrier == p->chosen ? p->barrier : p->next);
    paxos_log_reset(&p->found, 0);
    queue_kept(p);
    paxos_heartbeat(p);
}

void paxos_step_down(struct paxos *p)
{
    if (p->role == PAXOS_LEADER)
        paxos_note(p, "follower %llu", (unsigned long long)p->ballot.round);
    if (p->role == PAXOS_LEADER || p->leader == p->self)
        p->leader = NODE_NONE;
    p->role = PAXOS_FOLLOWER;
    paxos_log_reset(&p->found, 0);
    proposals_clear(&p->queue);
    proposals_rewind(&p->kept);
    paxos_refuse_reads(p);
}

static void count_ack(struct paxos *p, uint64_t slot, unsigned member)
{
    struct paxos_slot *s = paxos_log_at(&p->log, slot);
    if (s == NULL || paxos_slot_chosen(s) || paxos_ballot_order(p, s->ballot, p->ballot) != 0)
        return;
    s->acks |= paxos_bit(member);
    if (paxos_majority(p, s->acks))
        paxos_choose(p, slot, &s->value);
}

void paxos_on_accepted(struct paxos *p, uint32_t from, const struct paxos_item *x)
{
    unsigned member = paxos_member(p, from);
    if (p->role != PAXOS_LEADER || paxos_ballot_order(p, x->ballot, p->ballot) != 0)
        return;
    p->answered[member] = p->now;
    if (x->number > p->beats[member])
        p->beats[member] = x->number;
    uint64_t slot = x->slot > p->chosen ? x->slot : p->chosen + 1;
    uint64_t end = x->slot + x->span < p->next ? x->slot + x->span : p->next;
    for (; slot < end; slot++)
        count_ack(p, slot, member);
    paxos_deliver(p);
    paxos_flush(p);
    if (p->told < p->chosen && p->ends_count == 0)
        paxos_heartbeat(p);
}

/* Whether a quorum has answered within two election time-outs. */
static bool is_heard(const struct paxos *p)
{
    uint64_t mask = paxos_bit(p->me);
    for (unsigned i = 0; i < p->member_count; i++)
        if (p->now - p->answered[i] < 2 * p->set.election)
            mask |= paxos_bit(i);
    return paxos_majority(p, mask);
}

/* Sends open slots from this one on again, as many as a message takes. The next slot. */
static uint64_t resend(struct paxos *p, uint64_t slot)
{
    size_t count = 0;
    while (slot + count < p->next && count < (size_t)p->set.batch &&
           paxos_log_at(&p->log, slot + count)->sent <= p->now - 2 * p->set.heartbeat)
        count++;
    struct paxos_item *x = count == 0 ? NULL : accept_item(p, slot, count);
    for (size_t i = 0; x != NULL && i < count; i++) {
        struct paxos_slot *s = paxos_log_at(&p->log, slot + i);
        s->sent = p->now;
        x->entries[i].value = s->value;
        payload_ref(s->value.payload);
    }
    paxos_send(p, NODE_NONE, x);
    return slot + (count > 0 ? count : 1);
}

void paxos_leader_tick(struct paxos *p)
{
    if (!is_heard(p)) {
        paxos_step_down(p);
        p->due = paxos_after_timeout(p);
        return;
    }
    p->heard = p->now;
    for (uint64_t slot = p->chosen + 1; slot < p->next && !p->failed;)
        slot = resend(p, slot);
    paxos_heartbeat(p);
}
