/* The engine: takes events and hands messages to the file that handles their kind. */
#include "raft/raft.h"

#include "raft/raft_node.h"

#include <stdlib.h>

/* --- Messages -------------------------------------------------------------------------------- */

/* Messages that have no term. */
static int without_term(struct raft *r, uint32_t from, const struct raft_item *x)
{
    switch (x->head.kind) {
    case RAFT_FORWARD:
        return raft_on_forward(r, x);
    case RAFT_READ:
        return raft_read(r, from, x->serial);
    case RAFT_READABLE:
        return from == r->leader ? raft_on_readable(r, x) : 0;
    default:
        return r->role == RAFT_LEADER ? raft_command(r, x->payload->text, x->payload->len - 1) : 0;
    }
}

static bool is_from_leader(uint32_t kind)
{
    return kind == RAFT_APPEND || kind == RAFT_SNAPSHOT || kind == RAFT_CAMPAIGN;
}

static bool is_question(uint32_t kind)
{
    return kind == RAFT_PREVOTE || kind == RAFT_VOTE;
}

/* Whether a message of a later term is ignored because this node hears a leader (thesis 4.2.3; rule
 * R24): a request for a vote, unless that leader has asked for it; or any message of a node that is
 * not a member, unless it leads. */
static bool is_disturbance(struct raft *r, uint32_t from, const struct raft_item *x)
{
    if (!raft_hears_leader(r) || is_from_leader(x->head.kind))
        return false;
    if (raft_peer_find(r, from) == NULL)
        return true;
    return is_question(x->head.kind) && !x->flag && (r->set.prevote || r->set.checkquorum);
}

/* Neither a pre-vote nor a yes to one is of a term that anybody is in (rule R12). */
static bool raises_term(const struct raft *r, const struct raft_item *x)
{
    return x->term > r->term && x->head.kind != RAFT_PREVOTE &&
           !(x->head.kind == RAFT_PREVOTED && x->flag);
}

static int of_old_term(struct raft *r, uint32_t from, const struct raft_item *x)
{
    if (is_question(x->head.kind))
        return raft_on_vote(r, from, x);
    return is_from_leader(x->head.kind) ? raft_tell_term(r, from) : 0;
}

/* The sender leads the term of this node. Two leaders in one term are a fault of an engine: the
 * second is ignored. */
static int hear_leader(struct raft *r, uint32_t from, bool *heard)
{
    *heard = r->role != RAFT_LEADER && (r->leader == NODE_NONE || r->leader == from);
    if (!*heard)
        return engine_note(r->out, r->f, "reject %s leads the same term",
                           node_names_text(r->names, from));
    if ((r->leader != from || r->role != RAFT_FOLLOWER) && raft_follow(r, r->term, from) != 0)
        return -1;
    r->leader_heard = r->now;
    raft_restart_timer(r);
    return 0;
}

static int from_leader(struct raft *r, uint32_t from, const struct raft_item *x)
{
    bool heard;
    if (hear_leader(r, from, &heard) != 0)
        return -1;
    if (!heard)
        return 0;
    if (x->head.kind == RAFT_APPEND)
        return raft_on_append(r, x);
    return x->head.kind == RAFT_SNAPSHOT ? raft_on_snapshot(r, x) : raft_campaign(r, true);
}

static int of_this_term(struct raft *r, uint32_t from, const struct raft_item *x)
{
    switch (x->head.kind) {
    case RAFT_PREVOTE:
    case RAFT_VOTE:
        return raft_on_vote(r, from, x);
    case RAFT_PREVOTED:
    case RAFT_VOTED:
        return raft_on_voted(r, from, x);
    case RAFT_MATCHED:
        return raft_on_matched(r, from, x);
    case RAFT_UNMATCHED:
        return raft_on_unmatched(r, from, x);
    case RAFT_RECEIVED:
        return raft_on_received(r, from, x);
    default:
        return from_leader(r, from, x);
    }
}

static int message(struct raft *r, uint32_t from, const struct raft_item *x)
{
    if (x->head.kind >= RAFT_STATE || x->head.type != &raft_engine)
        return engine_note(r->out, r->f, "reject %s: not a message",
                           node_names_text(r->names, from));
    if (x->head.kind >= RAFT_FORWARD)
        return without_term(r, from, x);
    if (x->term < r->term)
        return of_old_term(r, from, x);
    if (x->term > r->term && is_disturbance(r, from, x))
        return 0;
    if (raises_term(r, x) && raft_follow(r, x->term, NODE_NONE) != 0)
        return -1;
    return of_this_term(r, from, x);
}

/* --- Time ------------------------------------------------------------------------------------ */

/* Passes on again what the leader has not answered. */
static int retry(struct raft *r)
{
    if (r->role == RAFT_LEADER || r->now < r->retry_due)
        return 0;
    r->retry_due = r->now + r->set.election;
    proposals_rewind(&r->proposals);
    return raft_drop_reads(r, r->now - 2 * r->set.election);
}

static int timer(struct raft *r)
{
    r->batch_due = false;
    if (r->role == RAFT_LEADER) {
        if (raft_heartbeat(r) != 0 || raft_transfer_step(r) != 0 || raft_take_proposals(r) != 0)
            return -1;
        r->batch_due = false;
        return r->role == RAFT_LEADER ? raft_flush(r) : 0;
    }
    if (r->now >= r->election_due && raft_campaign(r, false) != 0)
        return -1;
    if (r->role == RAFT_LEADER)
        return 0;
    return retry(r) != 0 || raft_take_proposals(r) != 0 ? -1 : raft_ask_reads(r);
}

static bool waits(const struct raft *r)
{
    return r->leader != NODE_NONE && (r->read_count > 0 || r->proposals.list != NULL);
}

static int64_t deadline(struct raft *r)
{
    int64_t due;
    if (r->batch_due)
        return r->now;
    if (r->role == RAFT_LEADER)
        return r->transferee != NODE_NONE && r->transfer_due < r->heartbeat_due ? r->transfer_due
                                                                                : r->heartbeat_due;
    due = raft_may_stand(r) ? r->election_due : INT64_MAX;
    return waits(r) && r->retry_due < due ? r->retry_due : due;
}

/* --- The engine ------------------------------------------------------------------------------ */

static int handle(struct raft *r, const struct engine_event *x)
{
    switch (x->kind) {
    case ENGINE_RESTART:
        return raft_restart(r, x->items, x->count);
    case ENGINE_MESSAGE:
        for (size_t i = 0; i < x->count; i++)
            if (message(r, x->from, (const struct raft_item *)x->items[i]) != 0)
                return -1;
        return 0;
    case ENGINE_PROPOSE:
        return raft_propose(r, x->id, x->payload);
    case ENGINE_READ:
        return raft_read(r, r->self, x->serial);
    case ENGINE_TIMER:
        return timer(r);
    case ENGINE_SAVED:
        return raft_saved(r, x->serial);
    case ENGINE_SNAPSHOT:
        return raft_compact(r, x->index, x->payload);
    case ENGINE_COMMAND:
        return raft_command(r, x->text, x->n);
    }
    return fault_trouble(r->f, "raft: unknown kind of event");
}

static int step(struct engine *e, const struct engine_event *x, struct engine_outputs *out,
                struct fault *f)
{
    struct raft *r = (struct raft *)e;
    r->now = x->now;
    r->out = out;
    r->f = f;
    if (handle(r, x) != 0 || raft_save_state(r) != 0)
        return -1;
    out->deadline = deadline(r);
    return 0;
}

static void free_engine(struct engine *e)
{
    struct raft *r = (struct raft *)e;
    if (r == NULL)
        return;
    while (r->disk.held_at < r->disk.held_count)
        engine_item_unref(&r->disk.held[r->disk.held_at++].item->head);
    free(r->disk.held);
    free(r->disk.pending);
    raft_log_free(&r->log);
    payload_unref(r->image.payload);
    applied_free(&r->image.applied);
    applied_free(&r->applied);
    applied_free(&r->in_log);
    proposals_clear(&r->proposals);
    buf_free(&r->arriving);
    free(r->configs);
    free(r->reads);
    free(r);
}

static int begin(struct raft *r, const struct engine_setup *setup, struct fault *f)
{
    struct raft_config c = {0};
    if (raft_settings_read(&r->set, setup->settings, setup->setting_count, f) != 0)
        return -1;
    for (size_t i = 0; i < setup->member_count; i++)
        if (raft_config_set(&c, setup->members[i], RAFT_VOTER, f) != 0)
            return -1;
    r->names = setup->names;
    r->self = setup->self;
    r->chance = setup->seed;
    r->vote = r->leader = r->transferee = NODE_NONE;
    r->f = f;
    return raft_config_push(r, 0, &c);
}

static struct engine *make(const struct engine_setup *setup, struct fault *f)
{
    struct raft *r = calloc(1, sizeof *r);
    if (r == NULL) {
        fault_memory(f);
        return NULL;
    }
    if (begin(r, setup, f) != 0) {
        free_engine((struct engine *)r);
        return NULL;
    }
    return (struct engine *)r;
}

const struct engine_type raft_engine = {
    .name = "raft",
    .make = make,
    .free = free_engine,
    .step = step,
    .item_free = raft_item_free,
    .item_format = raft_item_format,
    .item_parse = raft_item_parse,
};
