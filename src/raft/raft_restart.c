#include "raft/raft_node.h"

/* No node can have written this record after those before it: the disk has not kept what it was
 * given, and the node must not run (rules R8 and R26). */
static int broken(struct raft *r, size_t record, const char *why)
{
    return fault_rule(r->f, "raft: record %zu of the log: %s", record + 1, why);
}

static int reload_state(struct raft *r, size_t record, const struct raft_item *x)
{
    if (x->term < r->term)
        return broken(r, record, "its term is lower than that of one before it");
    if (x->term == r->term && r->vote != NODE_NONE && x->node != r->vote)
        return broken(r, record, "a second vote in one term");
    r->term = x->term;
    r->vote = x->node;
    return 0;
}

static const char *wrong_entries(const struct raft *r, const struct raft_item *x, uint64_t commit)
{
    uint64_t term = 0;
    if (x->index > raft_log_last(&r->log))
        return "entries are missing before it";
    if (x->index < commit || x->index < r->log.base)
        return "it replaces entries that are committed";
    term = raft_log_term(&r->log, x->index);
    for (uint32_t i = 0; i < x->count; i++) {
        if (x->entries[i].term < term || x->entries[i].term > r->term)
            return "an entry's term is out of order";
        term = x->entries[i].term;
    }
    return NULL;
}

static int reload_entries(struct raft *r, size_t record, const struct raft_item *x, uint64_t commit)
{
    const char *wrong = wrong_entries(r, x, commit);
    if (wrong != NULL)
        return broken(r, record, wrong);
    return raft_put_after(r, x->index, x->entries, x->count);
}

static int reload_record(struct raft *r, size_t record, const struct raft_item *x, uint64_t *commit)
{
    uint64_t told = x->commit;
    if (x->head.kind == RAFT_IMAGE) {
        if (record != 0)
            return broken(r, record, "a snapshot that is not the first");
        told = x->index;
        if (raft_restore(r, x->index, x->log_term, x->payload) != 0)
            return -1;
    } else if (x->head.kind == RAFT_STATE) {
        if (reload_state(r, record, x) != 0)
            return -1;
    } else if (x->head.kind != RAFT_ENTRIES) {
        return broken(r, record, "a message");
    } else if (reload_entries(r, record, x, *commit) != 0) {
        return -1;
    }
    if (told > raft_log_last(&r->log) && !RAFT_BROKEN(r, 8))
        return broken(r, record, "more is committed than it has entries");
    if (told > *commit)
        *commit = told;
    return 0;
}

int raft_restart(struct raft *r, struct engine_item *const *items, size_t count)
{
    uint64_t commit = 0;
    for (size_t i = 0; i < count; i++)
        if (reload_record(r, i, (const struct raft_item *)items[i], &commit) != 0)
            return -1;
    r->disk.put = r->disk.durable = raft_log_last(&r->log);
    r->disk.state_due = false;
    raft_redraw_timeout(r);
    raft_number_reads(r);
    return raft_commit_to(r, commit);
}
