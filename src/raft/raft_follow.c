#include "raft/raft_node.h"

/* --- Answers --------------------------------------------------------------------------------- */

static int send_matched(struct raft *r, uint64_t index)
{
    struct raft_item *x = raft_item_new(RAFT_MATCHED, 0);
    if (x != NULL) {
        x->term = r->term;
        x->index = index;
        x->round = r->round_heard;
    }
    r->acknowledged = index;
    r->round_answered = r->round_heard;
    return raft_send(r, r->leader, x);
}

int raft_acknowledge(struct raft *r, bool must)
{
    uint64_t index = r->matched < r->disk.durable ? r->matched : r->disk.durable;
    if (r->leader == NODE_NONE || r->role != RAFT_FOLLOWER)
        return 0;
    if (!must && index <= r->acknowledged)
        return 0;
    return send_matched(r, index);
}

/* Tells the leader how far back the logs may agree at best (thesis 3.6). */
static int send_unmatched(struct raft *r, const struct raft_item *x)
{
    struct raft_item *answer = raft_item_new(RAFT_UNMATCHED, 0);
    if (answer != NULL) {
        answer->term = r->term;
        answer->index = x->index;
        answer->hint = raft_log_at_most(&r->log, x->index - 1, x->log_term);
        answer->log_term = raft_log_term(&r->log, answer->hint);
        answer->round = r->round_heard;
    }
    r->round_answered = r->round_heard;
    return raft_send(r, r->leader, answer);
}

int raft_tell_term(struct raft *r, uint32_t from)
{
    struct raft_item *answer = raft_item_new(RAFT_UNMATCHED, 0);
    if (answer != NULL)
        answer->term = r->term;
    return raft_send(r, from, answer);
}

/* --- Entries --------------------------------------------------------------------------------- */

/* Whether the entry before those of the message is in the log. What is committed is in the
 * leader's log as well. */
static bool fits(const struct raft *r, const struct raft_item *x)
{
    return x->index <= r->commit || raft_log_has(&r->log, x->index, x->log_term);
}

/* How many of the entries are in the log already. */
static uint32_t known(const struct raft *r, const struct raft_item *x)
{
    uint32_t i = 0;
    for (; i < x->count; i++) {
        uint64_t index = x->index + 1 + i;
        if (index > r->commit && !raft_log_has(&r->log, index, x->entries[i].term))
            break;
    }
    return i;
}

static int push_members(struct raft *r, uint64_t index, const struct raft_entry *e)
{
    struct raft_config c;
    if (raft_config_parse(e->payload->text, e->payload->len, r->names, &c, r->f) != 0)
        return -1;
    return raft_config_push(r, index, &c);
}

int raft_put_after(struct raft *r, uint64_t index, const struct raft_entry *list, uint32_t n)
{
    raft_cut_after(r, index);
    if (raft_log_append(&r->log, list, n) != 0)
        return fault_memory(r->f);
    for (uint32_t i = 0; i < n; i++)
        if (list[i].kind == RAFT_MEMBERS && push_members(r, index + 1 + i, &list[i]) != 0)
            return -1;
    return 0;
}

/* Only an entry of another term replaces the one at its index and all after it: a message that is
 * old or short does not (section 5.3; rule R7). */
static int store(struct raft *r, const struct raft_item *x)
{
    uint32_t have = known(r, x);
    uint64_t index = x->index + have;
    if (RAFT_BROKEN(r, 7) && x->index + x->count >= r->log.base &&
        x->index + x->count < raft_log_last(&r->log))
        raft_cut_after(r, x->index + x->count);
    if (have == x->count)
        return 0;
    if (raft_put_after(r, index, x->entries + have, x->count - have) != 0)
        return -1;
    return raft_save_entries(r);
}

/* The leader's commit, as far as this message has shown that the logs agree (rule R6). */
static int commit(struct raft *r, const struct raft_item *x)
{
    uint64_t last = RAFT_BROKEN(r, 6) ? raft_log_last(&r->log) : x->index + x->count;
    return raft_commit_to(r, x->commit < last ? x->commit : last);
}

/* An append is answered once its entries are on disk, a heartbeat at once. */
int raft_on_append(struct raft *r, const struct raft_item *x)
{
    if (x->round > r->round_heard)
        r->round_heard = x->round;
    if (!fits(r, x))
        return send_unmatched(r, x);
    if (store(r, x) != 0)
        return -1;
    if (x->index + x->count > r->matched)
        r->matched = x->index + x->count;
    if (commit(r, x) != 0)
        return -1;
    bool saved = r->matched <= r->disk.durable;
    bool news = x->count > 0 || r->round_heard > r->round_answered || r->matched > r->acknowledged;
    return raft_acknowledge(r, news && (saved || x->count == 0));
}
