#include "raft/raft_node.h"

/* A proposal that was committed twice holds nothing the second time (rule P13). */
static int apply_record(struct raft *r, uint64_t index, const struct raft_entry *e)
{
    struct proposal_id id = {.client = e->client, .serial = e->serial};
    struct proposal *own = proposals_find(&r->proposals, id);
    struct engine_output x = {.kind = ENGINE_COMMIT, .index = index, .id = id};
    if (own != NULL)
        proposals_remove(&r->proposals, own);
    int new = applied_add(&r->applied, id);
    if (new <= 0)
        return new == 0 ? 0 : fault_memory(r->f);
    x.payload = payload_ref(e->payload);
    return engine_put(r->out, &x, r->f);
}

static int apply(struct raft *r)
{
    while (r->last_applied < r->commit) {
        uint64_t index = r->last_applied + 1;
        const struct raft_entry *e = raft_log_at(&r->log, index);
        if (e->kind == RAFT_RECORD && apply_record(r, index, e) != 0)
            return -1;
        r->last_applied = index;
    }
    return 0;
}

int raft_commit_to(struct raft *r, uint64_t index)
{
    if (index > raft_log_last(&r->log))
        index = raft_log_last(&r->log);
    if (RAFT_BROKEN(r, 8) && index < r->commit && index >= r->log.base) {
        r->commit = r->last_applied = index;
        applied_free(&r->applied);
        return 0;
    }
    if (index <= r->commit)
        return 0;
    r->commit = index;
    return apply(r) != 0 ? -1 : raft_answer_applied(r);
}

/* Whether more may be committed: a cheap test before raft_reached sorts. */
static bool may_advance(const struct raft *r)
{
    uint32_t voters = 0, more = 0;
    for (uint32_t i = 0; i < r->peer_count; i++)
        if (r->peers[i].roles & RAFT_VOTER) {
            voters++;
            more += r->peers[i].match > r->commit;
        }
    return more > voters / 2;
}

/* Only an entry of the leader's own term is committed by counting, and those before it with it
 * (figure 8 and section 5.4.2; rule R1). */
int raft_advance(struct raft *r)
{
    if (!may_advance(r))
        return 0;
    uint64_t index = raft_reached(r, offsetof(struct raft_peer, match));
    if (index > raft_log_last(&r->log))
        index = raft_log_last(&r->log);
    if (index <= r->commit || (raft_log_term(&r->log, index) != r->term && !RAFT_BROKEN(r, 1)))
        return 0;
    r->batch_due = true;
    return raft_commit_to(r, index) != 0 ? -1 : raft_members_committed(r);
}
