/* Snapshots: chosen values are kept until the carrier has made a state of them. Then the state, the
 * promise and the slots above replace the log on disk. A node that fetches older slots is sent the
 * state. */
#include "paxos/paxos_parts.h"

#define RUN_MAX 1024 /* entries in an item of the log */

/* Slots that go into one item: they were accepted in one ballot, or are chosen. */
static size_t run_from(const struct paxos *p, uint64_t slot)
{
    const struct paxos_slot *first = paxos_log_at(&p->log, slot), *s = first;
    size_t count = 0;
    while (s != NULL && count < RUN_MAX && s->ballot.round == first->ballot.round &&
           s->ballot.node == first->ballot.node)
        s = paxos_log_at(&p->log, slot + ++count);
    return count;
}

static void save_run(struct paxos *p, uint64_t slot, size_t count)
{
    const struct paxos_slot *s = paxos_log_at(&p->log, slot);
    bool chosen = paxos_slot_chosen(s);
    struct paxos_item *x = paxos_make(p, chosen ? PAXOS_CHOSEN : PAXOS_ACCEPT, count);
    if (x == NULL)
        return;
    x->slot = slot;
    if (chosen)
        x->chosen = slot + count - 1;
    else
        x->ballot = s->ballot;
    for (size_t i = 0; i < count; i++) {
        x->entries[i].value = s[i].value;
        payload_ref(s[i].value.payload);
    }
    paxos_save(p, x);
}

void paxos_rewrite(struct paxos *p)
{
    struct engine_output forget = {.kind = ENGINE_FORGET};
    if (engine_put(p->out, &forget, p->f) != 0)
        p->failed = true;
    paxos_save_voting(p);
    if (p->snapshot != NULL)
        paxos_save(p, paxos_item_share(p->snapshot));
    if (p->promised.round > 0)
        paxos_save_promised(p);
    for (uint64_t slot = p->log.base + 1; slot <= paxos_log_end(&p->log) && !p->failed;) {
        size_t count = run_from(p, slot);
        if (paxos_log_at(&p->log, slot)->ballot.round > 0)
            save_run(p, slot, count);
        slot += count;
    }
}

static void replace(struct paxos *p, struct paxos_item *x)
{
    if (p->snapshot != NULL)
        engine_item_unref(&p->snapshot->head);
    p->snapshot = x;
    paxos_log_drop(&p->log, x->slot);
}

/* The proposals that the commits up to the slot applied: those of the last snapshot, and those
 * since. 0, or -1: no memory. */
static int applied_up_to(const struct paxos *p, uint64_t slot, struct applied *out)
{
    if (p->snapshot != NULL && applied_copy(&p->snapshot->applied, out) != 0)
        return -1;
    for (uint64_t at = p->log.base + 1; at <= slot; at++) {
        const struct paxos_value *v = &paxos_log_at(&p->log, at)->value;
        if (!paxos_is_noop(v) && applied_add(out, v->id) < 0)
            return -1;
    }
    return 0;
}

void paxos_on_snapshot(struct paxos *p, uint64_t slot, struct payload *state)
{
    if (slot <= p->log.base || slot > p->chosen)
        return;
    struct paxos_item *x = paxos_make(p, PAXOS_SNAPSHOT, 0);
    if (x == NULL)
        return;
    x->slot = slot;
    x->state = payload_ref(state);
    if (applied_up_to(p, slot, &x->applied) != 0) {
        engine_item_unref(&x->head);
        paxos_no_memory(p);
        return;
    }
    x->span = x->applied.count;
    replace(p, x);
    paxos_rewrite(p);
}

static void forget_applied(struct paxos *p)
{
    for (struct proposal *x = p->kept.list, *next; x != NULL; x = next) {
        next = x->hh.next;
        if (applied_has(&p->applied, proposal_id_of(x)))
            proposals_remove(&p->kept, x);
    }
}

void paxos_install(struct paxos *p, struct paxos_item *x)
{
    struct applied applied = {0};
    if (x->slot <= p->chosen)
        return;
    if (applied_copy(&x->applied, &applied) != 0) {
        paxos_no_memory(p);
        return;
    }
    if (p->role == PAXOS_LEADER)
        paxos_step_down(p); /* another leads */
    applied_free(&p->applied);
    p->applied = applied;
    replace(p, paxos_item_share(x));
    p->chosen = x->slot;
    struct engine_output restore = {
        .kind = ENGINE_RESTORE, .index = x->slot, .payload = payload_ref(x->state)};
    if (engine_put(p->out, &restore, p->f) != 0)
        p->failed = true;
    forget_applied(p);
    paxos_deliver(p);
}

void paxos_on_install(struct paxos *p, struct paxos_item *x)
{
    uint64_t before = p->chosen;
    paxos_install(p, x);
    if (p->chosen > before)
        paxos_rewrite(p);
}
