#include "base/chance.h"
#include "raft/raft_node.h"

void raft_redraw_timeout(struct raft *r)
{
    r->timeout = r->set.election + (int64_t)chance_below(&r->chance, (uint64_t)r->set.election);
    raft_restart_timer(r);
}

void raft_restart_timer(struct raft *r)
{
    r->election_due = r->now + r->timeout;
}

bool raft_hears_leader(const struct raft *r)
{
    return r->role == RAFT_LEADER ||
           (r->leader != NODE_NONE && r->now - r->leader_heard < r->set.election);
}

/* Ends what only a leader has. */
static int resign(struct raft *r)
{
    raft_redraw_timeout(r);
    r->transferee = NODE_NONE;
    r->lease_until = r->now;
    r->lease_round = 0;
    applied_free(&r->in_log);
    return engine_note(r->out, r->f, "follower %llu", (unsigned long long)r->term);
}

/* There is another leader, or none. Proposals passed on to the old one are passed on again; reads
 * are answered `later`. */
static int change_leader(struct raft *r, uint32_t leader)
{
    r->leader = leader;
    proposals_rewind(&r->proposals);
    if (leader == NODE_NONE)
        return raft_drop_reads(r, INT64_MAX);
    r->batch_due = true;
    r->retry_due = r->now + r->set.election;
    if (raft_drop_reads(r, INT64_MAX) != 0)
        return -1;
    return engine_note(r->out, r->f, "follower %llu %s", (unsigned long long)r->term,
                       node_names_text(r->names, leader));
}

static void enter_term(struct raft *r, uint64_t term)
{
    r->term = term;
    r->vote = NODE_NONE;
    r->matched = r->acknowledged = r->round_heard = r->round_answered = 0;
    raft_state_changed(r);
}

int raft_follow(struct raft *r, uint64_t term, uint32_t leader)
{
    bool led = r->role == RAFT_LEADER;
    if (term > r->term)
        enter_term(r, term);
    else if (RAFT_BROKEN(r, 3))
        r->vote = NODE_NONE;
    r->role = RAFT_FOLLOWER;
    r->ordered = false;
    if (led && resign(r) != 0)
        return -1;
    return leader == r->leader ? 0 : change_leader(r, leader);
}

static void begin_peers(struct raft *r)
{
    uint64_t last = raft_log_last(&r->log);
    for (uint32_t i = 0; i < r->peer_count; i++) {
        struct raft_peer *p = &r->peers[i];
        *p = (struct raft_peer){.node = p->node,
                                .roles = p->roles,
                                .match = RAFT_BROKEN(r, 21) ? last + 1 : 0,
                                .next = last + 1,
                                .heard = raft_clock(r->now)};
        if (p->node == r->self)
            p->match = r->disk.durable;
    }
}

int raft_lead(struct raft *r)
{
    r->role = RAFT_LEADER;
    r->ordered = false;
    r->leader = r->self;
    r->round = 0;
    r->round_due = false;
    r->lease_until = r->now;
    r->lease_round = 0;
    r->lease_over = false;
    r->leaving_count = 0;
    r->heartbeat_due = r->now + r->set.heartbeat;
    begin_peers(r);
    proposals_rewind(&r->proposals);
    if (engine_note(r->out, r->f, "leader %llu %s", (unsigned long long)r->term,
                    node_names_text(r->names, r->self)) != 0 ||
        raft_rebuild_in_log(r) != 0)
        return -1;
    r->batch_due = true;
    if (raft_extend(r, &(struct raft_entry){.client = NODE_NONE, .kind = RAFT_NOTHING}) != 0)
        return -1;
    return raft_take_proposals(r);
}
