#include "raft/raft_node.h"

enum { ENTRIES_MAX = 65536 }; /* in a message */

/* --- Appends --------------------------------------------------------------------------------- */

static void drop_shared(struct raft *r)
{
    if (r->shared != NULL)
        engine_item_unref(&r->shared->head);
    r->shared = NULL;
}

/* An append of n entries from `next` on. Peers that need the same one share it. NULL: no memory. */
static struct raft_item *append_item(struct raft *r, uint64_t next, size_t n)
{
    struct raft_item *x = r->shared;
    if (x != NULL && r->shared_next == next && x->count == n) {
        engine_item_ref(&x->head);
        return x;
    }
    x = raft_item_new(RAFT_APPEND, n);
    if (x == NULL)
        return NULL;
    x->term = r->term;
    x->index = next - 1;
    x->log_term = raft_log_term(&r->log, next - 1);
    x->commit = r->commit;
    x->round = r->round;
    if (n > 0)
        raft_item_add(x, raft_log_at(&r->log, next), n);
    drop_shared(r);
    r->shared = x;
    r->shared_next = next;
    engine_item_ref(&x->head);
    return x;
}

static int send_append(struct raft *r, struct raft_peer *p, size_t n)
{
    struct raft_item *x = append_item(r, p->next, n);
    if (p->progress == RAFT_STREAMING)
        p->next += n;
    else
        p->paused = true;
    p->commit = r->commit;
    return raft_send(r, p->node, x);
}

/* How many entries may go to a peer now: the setting window bounds what is in flight. */
static size_t allowance(const struct raft *r, const struct raft_peer *p)
{
    uint64_t match = p->match < r->log.base ? r->log.base : p->match, in_flight;
    if (match >= p->next)
        match = p->next - 1;
    in_flight = raft_log_total(&r->log, p->next - 1) - raft_log_total(&r->log, match);
    if (in_flight >= (uint64_t)r->set.window)
        return 0;
    return raft_log_fit(&r->log, p->next, (uint64_t)r->set.batch, ENTRIES_MAX);
}

/* Sends all entries that may go to a peer, or only the commit index if that is all that is new. */
static int send_entries(struct raft *r, struct raft_peer *p)
{
    while (p->progress != RAFT_IMAGING && !p->paused) {
        if (p->next <= r->log.base)
            return raft_send_image(r, p);
        size_t n = allowance(r, p);
        if (n == 0)
            break;
        if (send_append(r, p, n) != 0)
            return -1;
    }
    if (p->progress == RAFT_STREAMING && p->commit < r->commit)
        return send_append(r, p, 0);
    return 0;
}

/* A heartbeat for a peer that waits for an image says nothing about its log. */
static int send_bare(struct raft *r, struct raft_peer *p)
{
    struct raft_item *x = raft_item_new(RAFT_APPEND, 0);
    if (x != NULL) {
        x->term = r->term;
        x->round = r->round;
    }
    return raft_send(r, p->node, x);
}

static int beat(struct raft *r, struct raft_peer *p)
{
    if (p->progress != RAFT_IMAGING && p->next > r->log.base)
        return send_append(r, p, 0);
    if (send_bare(r, p) != 0)
        return -1;
    if (p->progress != RAFT_IMAGING)
        return 0;
    bool again = p->stalled;
    p->stalled = true;
    if (again && p->offset == r->image.payload->len)
        p->offset = 0; /* it may have been restarted, and lost all of it */
    return again ? raft_send_image(r, p) : 0;
}

static int beat_all(struct raft *r)
{
    r->round++;
    r->round_due = false;
    drop_shared(r);
    if (r->lease_round == 0) {
        r->lease_round = r->round;
        r->lease_sent = r->now;
    }
    for (uint32_t i = 0; i < r->peer_count; i++)
        if (r->peers[i].node == r->self)
            r->peers[i].round = r->round;
        else if (beat(r, &r->peers[i]) != 0)
            return -1;
    return 0;
}

/* --- What waits ------------------------------------------------------------------------------ */

/* A leader that breaks rule R22 counts itself before its disk has the entries. */
static int count_unsaved(struct raft *r)
{
    struct raft_peer *self = raft_peer_find(r, r->self);
    if (!RAFT_BROKEN(r, 22) || self == NULL)
        return 0;
    self->match = raft_log_last(&r->log);
    return raft_advance(r);
}

int raft_flush(struct raft *r)
{
    int result = -1;
    if (count_unsaved(r) != 0)
        return -1;
    if (r->role != RAFT_LEADER)
        return 0;
    if (raft_ask_reads(r) != 0 || (r->round_due && beat_all(r) != 0))
        goto out;
    for (uint32_t i = 0; i < r->peer_count; i++)
        if (r->peers[i].node != r->self && send_entries(r, &r->peers[i]) != 0)
            goto out;
    /* Entries are sent before they are saved, so the leader's disk works at the same time as those
     * of the others (thesis 10.2.1). */
    result = raft_save_entries(r) != 0 || raft_answer_reads(r) != 0 ? -1 : 0;
out:
    drop_shared(r);
    return result;
}

int raft_dismiss(struct raft *r)
{
    int result = 0;
    for (uint32_t i = 0; result == 0 && i < r->leaving_count; i++) {
        struct raft_peer *p = &r->leaving[i];
        size_t n;
        if (p->next <= r->log.base || p->progress == RAFT_IMAGING)
            continue;
        n = raft_log_fit(&r->log, p->next, (uint64_t)r->set.batch, ENTRIES_MAX);
        result = send_append(r, p, n);
    }
    r->leaving_count = 0;
    drop_shared(r);
    return result;
}

/* A leader that hears no quorum within an election timeout steps down (thesis 6.2; rule R13). */
static bool is_alone(struct raft *r)
{
    struct raft_peer *self = raft_peer_find(r, r->self);
    if (self != NULL)
        self->heard = raft_clock(r->now);
    uint64_t heard = raft_reached(r, offsetof(struct raft_peer, heard));
    return r->set.checkquorum && heard < raft_clock(r->now) - (uint64_t)r->set.election;
}

int raft_heartbeat(struct raft *r)
{
    if (r->now < r->heartbeat_due)
        return 0;
    r->heartbeat_due = r->now + r->set.heartbeat;
    if (is_alone(r))
        return raft_follow(r, r->term, NODE_NONE);
    r->round_due = true;
    return 0;
}

/* --- Answers --------------------------------------------------------------------------------- */

/* The peer that sent an answer. NULL: it is not a member, or answers what was never sent. */
static struct raft_peer *answering(struct raft *r, uint32_t from, const struct raft_item *x)
{
    struct raft_peer *p = raft_peer_find(r, from);
    if (p == NULL || r->role != RAFT_LEADER || x->round > r->round)
        return NULL;
    p->heard = raft_clock(r->now);
    if (x->round > p->round)
        p->round = x->round;
    return p;
}

/* Streams to a peer again, once its log is known to match. */
static void resume(struct raft *r, struct raft_peer *p)
{
    if (p->progress == RAFT_STREAMING || (p->progress == RAFT_IMAGING && p->match < r->log.base))
        return;
    p->progress = RAFT_STREAMING;
    p->next = p->match + 1;
    p->paused = false;
}

int raft_on_matched(struct raft *r, uint32_t from, const struct raft_item *x)
{
    struct raft_peer *p = answering(r, from, x);
    if (p == NULL || x->index > raft_log_last(&r->log))
        return 0;
    /* what is committed already, it was without this answer */
    bool more = x->index > p->match && x->index > r->commit;
    if (x->index > p->match)
        p->match = x->index;
    if (p->next <= p->match)
        p->next = p->match + 1;
    p->paused = p->progress == RAFT_IMAGING && p->paused;
    resume(r, p);
    if (p->next <= raft_log_last(&r->log) || p->commit < r->commit)
        r->batch_due = true;
    if (more && raft_advance(r) != 0)
        return -1;
    if (r->role != RAFT_LEADER)
        return 0;
    return raft_answer_reads(r) != 0 ? -1 : raft_transfer_step(r);
}

int raft_on_unmatched(struct raft *r, uint32_t from, const struct raft_item *x)
{
    struct raft_peer *p = answering(r, from, x);
    if (p == NULL)
        return 0;
    if (raft_answer_reads(r) != 0)
        return -1;
    if (p->progress == RAFT_IMAGING || x->index <= p->match || x->index >= p->next)
        return 0;
    uint64_t next = raft_log_at_most(&r->log, x->hint, x->log_term) + 1;
    if (x->hint < r->log.base)
        next = x->hint + 1;
    if (next > x->index)
        next = x->index;
    p->next = next > p->match ? next : p->match + 1;
    p->progress = RAFT_PROBING;
    p->paused = false;
    r->batch_due = true;
    return 0;
}

int raft_on_received(struct raft *r, uint32_t from, const struct raft_item *x)
{
    struct raft_peer *p = answering(r, from, x);
    if (p == NULL || p->progress != RAFT_IMAGING || x->index != p->image)
        return 0;
    p->offset = x->offset;
    p->stalled = p->paused = false;
    return raft_send_image(r, p);
}

int raft_extend(struct raft *r, const struct raft_entry *e)
{
    struct raft_entry own = *e;
    own.term = r->term;
    r->batch_due = true;
    return raft_log_append(&r->log, &own, 1) != 0 ? fault_memory(r->f) : 0;
}
