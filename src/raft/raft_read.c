#include "base/array.h"
#include "base/chance.h"
#include "raft/raft_node.h"

enum { READS_MAX = 1 << 16 }; /* that wait; any more are answered `later` */

#define READ_ALLOWED UINT64_MAX /* in place of a round: it waits for commits alone */

/* --- Answers --------------------------------------------------------------------------------- */

/* index UINT64_MAX: the read has to be made again later. */
static int answer(struct raft *r, const struct raft_read *read, uint64_t index)
{
    if (read->from == r->self) {
        struct engine_output x = {.kind = ENGINE_ANSWER, .serial = read->serial, .index = index};
        return engine_put(r->out, &x, r->f);
    }
    struct raft_item *x = raft_item_new(RAFT_READABLE, 0);
    if (x != NULL) {
        x->serial = read->serial;
        x->index = index;
    }
    return raft_send(r, read->from, x);
}

/* A node's own read is answered after it has put out all commits up to the index: until then it is
 * put off. */
static bool put_off(const struct raft *r, struct raft_read *x, uint64_t index)
{
    if (x->from != r->self || index == UINT64_MAX || index <= r->last_applied)
        return false;
    x->round = READ_ALLOWED;
    x->index = index;
    return true;
}

/* Answers the reads for which `due` says yes, and keeps the others. index 0: each its own. */
static int answer_all(struct raft *r, bool (*due)(const struct raft_read *, uint64_t),
                      uint64_t limit, uint64_t index)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->read_count; i++) {
        struct raft_read *x = &r->reads[i];
        if (!due(x, limit) || put_off(r, x, index == 0 ? x->index : index))
            r->reads[kept++] = *x;
        else if (answer(r, x, index == 0 ? x->index : index) != 0)
            return -1;
    }
    r->read_count = kept;
    return 0;
}

static bool is_old(const struct raft_read *x, uint64_t limit)
{
    return raft_clock(x->since) <= limit;
}

static bool is_covered(const struct raft_read *x, uint64_t limit)
{
    return x->round != 0 && x->round <= limit;
}

static bool is_asked(const struct raft_read *x, uint64_t limit)
{
    return x->round == limit;
}

static bool is_applied(const struct raft_read *x, uint64_t limit)
{
    return x->round == READ_ALLOWED && x->index <= limit;
}

int raft_answer_applied(struct raft *r)
{
    return r->read_count == 0 ? 0 : answer_all(r, is_applied, r->last_applied, 0);
}

int raft_drop_reads(struct raft *r, int64_t before)
{
    return r->read_count == 0 ? 0 : answer_all(r, is_old, raft_clock(before), UINT64_MAX);
}

/* --- Questions ------------------------------------------------------------------------------- */

int raft_read(struct raft *r, uint32_t from, uint64_t serial)
{
    struct raft_read x = {.from = from, .serial = serial, .since = r->now};
    bool nobody = r->leader == NODE_NONE || (from != r->self && r->role != RAFT_LEADER);
    if (nobody || r->read_count >= READS_MAX)
        return answer(r, &x, UINT64_MAX);
    if (ARRAY_RESERVE(r->reads, r->read_cap, r->read_count + 1) != 0)
        return fault_memory(r->f);
    r->reads[r->read_count++] = x;
    r->batch_due = true;
    return 0;
}

/* A follower: its leader has answered. Those that it asked for before are covered as well. */
int raft_on_readable(struct raft *r, const struct raft_item *x)
{
    if (r->role == RAFT_LEADER || x->serial == 0 || x->serial > r->asked)
        return 0;
    if (x->index == UINT64_MAX)
        return answer_all(r, is_asked, x->serial, UINT64_MAX);
    for (size_t i = 0; i < r->read_count; i++)
        if (r->reads[i].round != READ_ALLOWED)
            r->reads[i].index = x->index;
    return answer_all(r, is_covered, x->serial, 0);
}

/* --- A leader -------------------------------------------------------------------------------- */

/* Whether an entry of its own term is committed: before that it does not know all commits of
 * earlier terms (rule R9). */
static bool knows_commit(const struct raft *r)
{
    return r->commit <= raft_log_last(&r->log) && r->commit >= r->log.base &&
           raft_log_term(&r->log, r->commit) == r->term;
}

/* Whether no other leader can have been elected yet, if clocks run alike (thesis 6.4.1). A transfer
 * ends that for the rest of the term, as its election does not wait (rule R11). */
static bool has_lease(const struct raft *r)
{
    return r->set.lease && r->now < r->lease_until && (!r->lease_over || RAFT_BROKEN(r, 11));
}

/* The reads that have come since the last heartbeat wait for the next, to which a quorum has yet to
 * answer (rule R10). */
static void assign_rounds(struct raft *r)
{
    uint64_t round = has_lease(r) || RAFT_BROKEN(r, 10) ? r->round : r->round + 1;
    if (!knows_commit(r) && !RAFT_BROKEN(r, 9))
        return;
    for (size_t i = 0; i < r->read_count; i++)
        if (r->reads[i].round == 0) {
            r->reads[i].round = round == 0 ? 1 : round;
            r->reads[i].index = r->commit;
            r->round_due = r->round_due || round > r->round;
        }
}

/* An answer to a question that was asked before the node was restarted must not pass for one to a
 * later question. */
void raft_number_reads(struct raft *r)
{
    uint64_t start = chance_next(&r->chance) + (uint64_t)r->now * 0x9e3779b97f4a7c15;
    r->asked = chance_next(&start) >> 3;
}

static int ask_leader(struct raft *r)
{
    bool new = false;
    for (size_t i = 0; i < r->read_count; i++)
        if (r->reads[i].round == 0) {
            r->reads[i].round = r->asked + 1;
            new = true;
        }
    if (!new)
        return 0;
    struct raft_item *x = raft_item_new(RAFT_READ, 0);
    if (x != NULL)
        x->serial = r->asked + 1;
    r->asked++;
    raft_retry_later(r);
    return raft_send(r, r->leader, x);
}

int raft_ask_reads(struct raft *r)
{
    if (r->read_count == 0)
        return 0;
    if (r->role != RAFT_LEADER)
        return r->leader == NODE_NONE ? 0 : ask_leader(r);
    assign_rounds(r);
    return 0;
}

/* A lease begins when the heartbeat was sent to which a quorum has answered. It ends an eighth
 * before an election timeout has passed, as clocks drift. */
static void extend_lease(struct raft *r, uint64_t round)
{
    if (r->lease_round == 0 || round < r->lease_round)
        return;
    r->lease_until = r->lease_sent + r->set.election - r->set.election / 8;
    r->lease_round = 0;
}

int raft_answer_reads(struct raft *r)
{
    if (!r->set.lease && r->read_count == 0)
        return 0;
    uint64_t round = raft_reached(r, offsetof(struct raft_peer, round));
    if (round > r->round)
        round = r->round;
    extend_lease(r, round);
    if (has_lease(r) || RAFT_BROKEN(r, 10))
        round = r->round == 0 ? 1 : r->round;
    return answer_all(r, is_covered, round, 0);
}
