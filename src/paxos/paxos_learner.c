/* The learner: a value is chosen if a quorum accepted it in one ballot; then it is put out, in the
 * order of the slots. */
#include "paxos/paxos_parts.h"

#define CHOSEN_ENTRIES 1024     /* in a message */
#define CHOSEN_BYTES (1U << 20) /* of their payloads, unless the first has more */

static void conflict(struct paxos *p, uint64_t slot)
{
    paxos_note(p, "conflict %llu", (unsigned long long)slot);
}

void paxos_choose(struct paxos *p, uint64_t slot, const struct paxos_value *value)
{
    if (slot <= p->log.base)
        return;
    struct paxos_slot *s = paxos_log_reach(&p->log, slot);
    if (s == NULL) {
        paxos_no_memory(p);
        return;
    }
    if (paxos_slot_chosen(s)) {
        if (!paxos_value_equal(&s->value, value))
            conflict(p, slot);
        return;
    }
    if (&s->value != value)
        paxos_slot_set(s, value);
    s->ballot = (struct paxos_ballot){.round = PAXOS_ROUND_CHOSEN, .node = NODE_NONE};
}

static void forget_proposal(struct proposals *list, struct proposal_id id)
{
    struct proposal *x = proposals_find(list, id);
    if (x != NULL)
        proposals_remove(list, x);
}

/* A proposal that is chosen in two slots is committed once (rule P13). */
static void commit(struct paxos *p, uint64_t slot, const struct paxos_value *v)
{
    int new = applied_add(&p->applied, v->id);
    if (new < 0)
        paxos_no_memory(p);
    if (new > 0 || !PAXOS_KEEPS(&p->set, 13)) {
        struct engine_output x = {
            .kind = ENGINE_COMMIT, .index = slot, .id = v->id, .payload = payload_ref(v->payload)};
        if (engine_put(p->out, &x, p->f) != 0)
            p->failed = true;
    }
    forget_proposal(&p->kept, v->id);
    forget_proposal(&p->queue, v->id);
}

/* The one value is chosen: no other proposal ever will be. */
static void decide(struct paxos *p)
{
    proposals_clear(&p->kept);
    proposals_clear(&p->queue);
    paxos_note(p, "decided");
}

void paxos_deliver(struct paxos *p)
{
    const struct paxos_slot *s = paxos_log_at(&p->log, p->chosen + 1);
    while (!p->failed && paxos_slot_chosen(s)) {
        p->chosen++;
        if (!paxos_is_noop(&s->value))
            commit(p, p->chosen, &s->value);
        if (p->set.single)
            decide(p);
        s = paxos_log_at(&p->log, p->chosen + 1);
    }
}

void paxos_learn(struct paxos *p, struct paxos_ballot ballot, uint64_t chosen)
{
    for (uint64_t slot = p->chosen + 1; slot <= chosen; slot++) {
        struct paxos_slot *s = paxos_log_at(&p->log, slot);
        if (s == NULL || s->ballot.round == 0)
            break;
        if (!paxos_slot_chosen(s) && paxos_ballot_order(p, s->ballot, ballot) != 0 &&
            PAXOS_KEEPS(&p->set, 9))
            break;
        paxos_choose(p, slot, &s->value);
    }
    paxos_deliver(p);
}

void paxos_fetch(struct paxos *p, uint32_t from)
{
    if (from == p->self || from == NODE_NONE ||
        (p->fetched == p->chosen + 1 && p->now - p->fetched_at < p->set.heartbeat))
        return;
    p->fetched = p->chosen + 1;
    p->fetched_at = p->now;
    struct paxos_item *x = paxos_make(p, PAXOS_FETCH, 0);
    if (x != NULL)
        x->slot = p->fetched;
    paxos_send(p, from, x);
}

bool paxos_choose_entries(struct paxos *p, const struct paxos_item *x)
{
    bool new = false;
    if (x->slot == 0 || x->slot > p->chosen + PAXOS_AHEAD)
        return false;
    if (p->role == PAXOS_LEADER && x->slot + x->count > p->next)
        paxos_step_down(p); /* another leads */
    for (size_t i = 0; i < x->count; i++) {
        new |= x->slot + i > p->chosen && !paxos_slot_chosen(paxos_log_at(&p->log, x->slot + i));
        paxos_choose(p, x->slot + i, &x->entries[i].value);
    }
    return new;
}

void paxos_on_chosen(struct paxos *p, uint32_t from, struct paxos_item *x)
{
    if (paxos_choose_entries(p, x))
        paxos_save(p, paxos_item_share(x));
    paxos_deliver(p);
    if (x->chosen > p->chosen)
        paxos_fetch(p, from);
}

/* How many slots from this one on are known to be chosen, in a row and as far as a message goes. */
static size_t chosen_from(const struct paxos *p, uint64_t slot)
{
    size_t count = 0, bytes = 0;
    for (; count < CHOSEN_ENTRIES && slot + count <= p->chosen; count++) {
        const struct payload *payload = paxos_log_at(&p->log, slot + count)->value.payload;
        bytes += payload == NULL ? 0 : payload->len;
        if (count > 0 && bytes > CHOSEN_BYTES)
            break;
    }
    return count;
}

void paxos_on_fetch(struct paxos *p, uint32_t from, const struct paxos_item *x)
{
    if (x->slot == 0 || x->slot > p->chosen)
        return;
    if (x->slot <= p->log.base) {
        if (p->snapshot != NULL)
            paxos_send(p, from, paxos_item_share(p->snapshot));
        return;
    }
    size_t count = chosen_from(p, x->slot);
    struct paxos_item *answer = paxos_make(p, PAXOS_CHOSEN, count);
    if (answer == NULL)
        return;
    answer->slot = x->slot;
    answer->chosen = p->chosen;
    for (size_t i = 0; i < count; i++) {
        answer->entries[i].value = paxos_log_at(&p->log, x->slot + i)->value;
        payload_ref(answer->entries[i].value.payload);
    }
    paxos_send(p, from, answer);
}
