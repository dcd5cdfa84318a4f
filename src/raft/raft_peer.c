#include "base/array.h"
#include "raft/raft_node.h"
#include "raft/raft_quorum.h"

#include <string.h>

struct raft_peer *raft_peer_find(struct raft *r, uint32_t node)
{
    size_t i = ARRAY_PLACE(r->peers, r->peer_count, node, node);
    return i < r->peer_count && r->peers[i].node == node ? &r->peers[i] : NULL;
}

static bool has_vote(const struct raft *r, const struct raft_config *c)
{
    return raft_config_roles(c, r->self) & (RAFT_VOTER | RAFT_OUTGOING);
}

/* It is asked after each event, when there is nearly always one configuration. */
bool raft_may_stand(const struct raft *r)
{
    if (r->config_count == 1)
        return r->voter;
    for (size_t n = r->config_count; n-- > 0;) {
        const struct raft_config_at *c = &r->configs[n];
        if (has_vote(r, &c->config))
            return true;
        if (c->index <= r->commit)
            break;
    }
    return false;
}

/* --- Configurations ------------------------------------------------------------------------- */

/* A new member is first sent the last entry, the one that added it, to find out what it has. */
static struct raft_peer new_peer(const struct raft *r, uint32_t node)
{
    uint64_t last = raft_log_last(&r->log);
    return (struct raft_peer){.node = node,
                              .next = last > r->log.base ? last : last + 1,
                              .match = node == r->self ? r->disk.durable : 0,
                              .heard = raft_clock(r->now)};
}

/* A leader keeps the peers that a new configuration removes, to tell them when that is committed.
 */
static void note_leaving(struct raft *r, const struct raft_config *c)
{
    for (uint32_t i = 0; i < r->peer_count && r->leaving_count < RAFT_LEAVING_MAX; i++)
        if (r->peers[i].node != r->self && raft_config_roles(c, r->peers[i].node) == 0)
            r->leaving[r->leaving_count++] = r->peers[i];
}

/* Takes the peers from the last configuration. Those that stay keep what is known of them. */
static void renew_peers(struct raft *r)
{
    const struct raft_config *c = &raft_config_now(r)->config;
    struct raft_peer list[RAFT_MEMBERS_MAX];
    if (r->role == RAFT_LEADER)
        note_leaving(r, c);
    for (uint32_t i = 0; i < c->count; i++) {
        const struct raft_peer *old = raft_peer_find(r, c->members[i].node);
        list[i] = old == NULL ? new_peer(r, c->members[i].node) : *old;
        list[i].roles = c->members[i].roles;
    }
    memcpy(r->peers, list, c->count * sizeof *list);
    r->peer_count = c->count;
    r->voter = has_vote(r, c);
}

int raft_config_push(struct raft *r, uint64_t index, const struct raft_config *c)
{
    if (ARRAY_RESERVE(r->configs, r->config_cap, r->config_count + 1) != 0)
        return fault_memory(r->f);
    r->configs[r->config_count++] = (struct raft_config_at){index, *c};
    renew_peers(r);
    return 0;
}

void raft_config_pop(struct raft *r, uint64_t index)
{
    size_t before = r->config_count;
    while (r->config_count > 1 && raft_config_now(r)->index > index)
        r->config_count--;
    if (r->config_count < before)
        renew_peers(r);
}

void raft_config_trim(struct raft *r, uint64_t index)
{
    size_t n = 0;
    while (n + 1 < r->config_count && r->configs[n + 1].index <= index)
        n++;
    r->config_count -= n;
    memmove(r->configs, r->configs + n, r->config_count * sizeof *r->configs);
}

const struct raft_config *raft_config_of(const struct raft *r, uint64_t index)
{
    size_t n = r->config_count - 1;
    while (n > 0 && r->configs[n].index > index)
        n--;
    return &r->configs[n].config;
}

/* --- Majorities ----------------------------------------------------------------------------- */

static uint64_t reached_by(const struct raft *r, uint32_t role, size_t field)
{
    uint64_t values[RAFT_MEMBERS_MAX];
    size_t n = 0;
    for (uint32_t i = 0; i < r->peer_count; i++)
        if (r->peers[i].roles & role)
            memcpy(&values[n++], (const char *)&r->peers[i] + field, sizeof *values);
    return raft_majority(values, n);
}

uint64_t raft_reached(const struct raft *r, size_t field)
{
    uint64_t new = reached_by(r, RAFT_VOTER, field);
    uint64_t old = RAFT_BROKEN(r, 15) ? new : reached_by(r, RAFT_OUTGOING, field);
    return new < old ? new : old;
}
