#include "raft/raft_node.h"

enum { FORWARD_MAX = 4096 }; /* proposals in a message */

/* A leader's log takes a proposal, unless it has it. */
static int extend_with(struct raft *r, struct proposal_id id, struct payload *payload)
{
    int new = applied_has(&r->applied, id) ? 0 : applied_add(&r->in_log, id);
    if (new <= 0)
        return new == 0 ? 0 : fault_memory(r->f);
    return raft_extend(
        r, &(struct raft_entry){
               .client = id.client, .serial = id.serial, .kind = RAFT_RECORD, .payload = payload});
}

int raft_rebuild_in_log(struct raft *r)
{
    applied_free(&r->in_log);
    if (applied_copy(&r->applied, &r->in_log) != 0)
        return fault_memory(r->f);
    for (uint64_t i = r->last_applied + 1; i <= raft_log_last(&r->log); i++) {
        const struct raft_entry *e = raft_log_at(&r->log, i);
        struct proposal_id id = {.client = e->client, .serial = e->serial};
        if (e->kind == RAFT_RECORD && applied_add(&r->in_log, id) < 0)
            return fault_memory(r->f);
    }
    return 0;
}

void raft_retry_later(struct raft *r)
{
    if (r->retry_due <= r->now)
        r->retry_due = r->now + r->set.election;
}

static bool may_extend(const struct raft *r)
{
    return r->role == RAFT_LEADER && r->transferee == NODE_NONE;
}

int raft_propose(struct raft *r, struct proposal_id id, struct payload *payload)
{
    if (applied_has(&r->applied, id) || proposals_find(&r->proposals, id) != NULL)
        return 0;
    if (proposals_full(&r->proposals, payload->len))
        return engine_note(r->out, r->f, "full %s:%llu", node_names_text(r->names, id.client),
                           (unsigned long long)id.serial);
    if (proposals_add(&r->proposals, id, payload) < 0)
        return fault_memory(r->f);
    if (may_extend(r))
        return raft_take_proposals(r);
    r->batch_due = true;
    raft_retry_later(r);
    return 0;
}

int raft_on_forward(struct raft *r, const struct raft_item *x)
{
    if (!may_extend(r) || raft_log_last(&r->log) - r->commit > PROPOSALS_MAX)
        return 0; /* it is passed on again, to whoever leads then */
    for (uint32_t i = 0; i < x->count; i++) {
        const struct raft_entry *e = &x->entries[i];
        struct proposal_id id = {.client = e->client, .serial = e->serial};
        if (e->kind == RAFT_RECORD && extend_with(r, id, e->payload) != 0)
            return -1;
    }
    return 0;
}

/* A message of the proposals that the leader was not sent yet, as many as go into one. */
static struct raft_item *forward_item(struct raft *r)
{
    struct raft_item *x = raft_item_new(RAFT_FORWARD, FORWARD_MAX);
    struct proposal *p;
    int64_t bytes = 0;
    while (x != NULL && x->count < FORWARD_MAX && bytes < r->set.batch &&
           (p = proposals_take(&r->proposals)) != NULL) {
        struct proposal_id id = proposal_id_of(p);
        raft_item_add(x,
                      &(struct raft_entry){.client = id.client,
                                           .serial = id.serial,
                                           .kind = RAFT_RECORD,
                                           .payload = p->payload},
                      1);
        bytes += RAFT_ENTRY_BYTES + (int64_t)p->payload->len;
    }
    return x;
}

int raft_take_proposals(struct raft *r)
{
    struct proposal *p;
    if (may_extend(r)) {
        while ((p = proposals_take(&r->proposals)) != NULL)
            if (extend_with(r, proposal_id_of(p), p->payload) != 0)
                return -1;
        return 0;
    }
    if (r->role == RAFT_LEADER || r->leader == NODE_NONE)
        return 0;
    while (r->proposals.next != NULL)
        if (raft_send(r, r->leader, forward_item(r)) != 0)
            return -1;
    return 0;
}
