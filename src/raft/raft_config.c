#include "raft/raft_config.h"

#include "base/array.h"

#include <string.h>

bool raft_config_joint(const struct raft_config *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->members[i].roles & RAFT_OUTGOING)
            return true;
    return false;
}

/* The place of a node among the members, or where it would be. */
static uint32_t place_of(const struct raft_config *c, uint32_t node)
{
    return (uint32_t)ARRAY_PLACE(c->members, c->count, node, node);
}

uint32_t raft_config_roles(const struct raft_config *c, uint32_t node)
{
    uint32_t i = place_of(c, node);
    return i < c->count && c->members[i].node == node ? c->members[i].roles : 0;
}

int raft_config_set(struct raft_config *c, uint32_t node, uint32_t roles, struct fault *f)
{
    uint32_t i = place_of(c, node);
    struct raft_member *at = c->members + i;
    bool there = i < c->count && at->node == node;
    if (there && roles == 0) {
        memmove(at, at + 1, (--c->count - i) * sizeof *at);
    } else if (!there && roles != 0) {
        if (c->count == RAFT_MEMBERS_MAX)
            return fault_rule(f, "more than %d members", RAFT_MEMBERS_MAX);
        memmove(at + 1, at, (c->count++ - i) * sizeof *at);
    }
    if (roles != 0)
        *at = (struct raft_member){node, roles};
    return 0;
}

static uint32_t roles_after(enum raft_change_kind kind, uint32_t roles)
{
    uint32_t outgoing = roles & RAFT_OUTGOING;
    if (kind == RAFT_ADD_VOTER)
        return outgoing | RAFT_VOTER;
    if (kind == RAFT_REMOVE)
        return outgoing;
    if (roles & RAFT_LEARNER)
        return roles;
    return outgoing ? outgoing | RAFT_LEARNER_NEXT : RAFT_LEARNER;
}

static bool has_voters(const struct raft_config *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->members[i].roles & RAFT_VOTER)
            return true;
    return false;
}

static int apply(struct raft_config *c, const struct raft_change *list, size_t n, struct fault *f)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t roles = roles_after(list[i].kind, raft_config_roles(c, list[i].node));
        if (raft_config_set(c, list[i].node, roles, f) != 0)
            return -1;
    }
    return has_voters(c) ? 0 : fault_rule(f, "removed all voters");
}

/* How many nodes are voters in one of the two and not in the other. */
static uint32_t voters_changed(const struct raft_config *a, const struct raft_config *b)
{
    uint32_t changed = 0;
    for (uint32_t i = 0; i < a->count; i++)
        changed += (a->members[i].roles & RAFT_VOTER) &&
                   !(raft_config_roles(b, a->members[i].node) & RAFT_VOTER);
    for (uint32_t i = 0; i < b->count; i++)
        changed += (b->members[i].roles & RAFT_VOTER) &&
                   !(raft_config_roles(a, b->members[i].node) & RAFT_VOTER);
    return changed;
}

int raft_config_simple(struct raft_config *c, const struct raft_change *list, size_t n,
                       struct fault *f)
{
    struct raft_config after = *c;
    if (raft_config_joint(c))
        return fault_rule(f, "can't apply simple config change in joint config");
    if (apply(&after, list, n, f) != 0)
        return -1;
    if (voters_changed(c, &after) > 1)
        return fault_rule(f, "more than one voter changed without entering joint config");
    *c = after;
    return 0;
}

bool raft_config_is_simple(const struct raft_config *c, const struct raft_change *list, size_t n)
{
    struct raft_config after = *c;
    struct fault f;
    return raft_config_simple(&after, list, n, &f) == 0;
}

int raft_config_enter(struct raft_config *c, const struct raft_change *list, size_t n,
                      bool autoleave, struct fault *f)
{
    struct raft_config after = *c;
    if (raft_config_joint(c))
        return fault_rule(f, "config is already joint");
    if (!has_voters(c))
        return fault_rule(f, "can't make a zero-voter config joint");
    for (uint32_t i = 0; i < after.count; i++)
        if (after.members[i].roles & RAFT_VOTER)
            after.members[i].roles |= RAFT_OUTGOING;
    if (apply(&after, list, n, f) != 0)
        return -1;
    after.autoleave = autoleave;
    *c = after;
    return 0;
}

int raft_config_leave(struct raft_config *c, struct fault *f)
{
    if (!raft_config_joint(c))
        return fault_rule(f, "can't leave a non-joint config");
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        struct raft_member m = c->members[i];
        m.roles &= ~RAFT_OUTGOING;
        if (m.roles & RAFT_LEARNER_NEXT)
            m.roles = RAFT_LEARNER;
        if (m.roles != 0)
            c->members[kept++] = m;
    }
    c->count = kept;
    c->autoleave = false;
    return 0;
}
