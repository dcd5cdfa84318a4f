/* Which connection makes way for a newcomer, if there are too many. */
#include "net/server_parts.h"

#include <stddef.h>

enum { GRACE = 2000 }; /* ms that a connection has to deliver something */

static bool connection_is_greeted(const struct connection *c)
{
    return c->peer && link_session(c->link)->greeted;
}

void server_update_groups(struct server *s, struct connection *c)
{
    if (c->bare.group && link_heard(c->link)) {
        netgroups_remove(s->bare, &c->bare);
        netgroups_add(s->silent, &c->silent, c->network); /* out of memory, it is not counted */
    }
    if (c->silent.group && connection_is_greeted(c))
        netgroups_remove(s->silent, &c->silent);
}

void connection_drop(struct connection *c, const char *word, const char *why)
{
    struct fault f;
    fault_rule(&f, "%s", why);
    link_close(c->link, word, &f);
}

#define CONNECTION_OF(member, part)                                                                \
    ((struct connection *)(void *)((char *)(member)-offsetof(struct connection, part)))

/* A quarter of all connections. */
static size_t quarter(const struct server *s)
{
    return (s->config->peers + 3) / 4;
}

/* If connections without a hello fill their share, the oldest of the network with most of them; one
 * that has sent nothing at all, if there is one, as a handshake takes time. */
static struct connection *too_silent(struct server *s)
{
    while (netgroups_count(s->bare) + netgroups_count(s->silent) >= quarter(s)) {
        struct netgroup_member *bare = netgroups_oldest(s->bare);
        struct connection *c = bare ? CONNECTION_OF(bare, bare)
                                    : CONNECTION_OF(netgroups_oldest(s->silent), silent);
        if (bare ? !link_heard(c->link) : !connection_is_greeted(c))
            return c;
        server_update_groups(s, c);
    }
    return NULL;
}

static uint64_t worth(const struct server *s, const struct connection *c)
{
    const struct peer_owner *owner = s->config->owner;
    return c->peer && owner->worth ? owner->worth(owner->self, c->peer) : 0;
}

/* Whether a connection has said hello, and had time to deliver something. */
static bool is_settled(const struct connection *c, int64_t now)
{
    return connection_is_greeted(c) && now - c->since >= GRACE;
}

/* The newest connection that has delivered nothing of worth, of all networks that are the most
 * crowded; only one that is settled, if settled is set. NULL: none. */
static struct connection *newest_worthless(const struct server *s, bool settled, int64_t now)
{
    struct connection *found = NULL;
    for (struct netgroup_member *g = netgroups_newest(s->groups); g; g = netgroups_after(g))
        for (struct netgroup_member *m = g; m; m = m->older) {
            struct connection *c = CONNECTION_OF(m, member);
            if (worth(s, c) || (settled && !is_settled(c, now)))
                continue;
            if (!found || c->since > found->since)
                found = c;
            break;
        }
    return found;
}

/* Of the newer half of the most crowded network, the settled connection that has delivered least.
 * NULL: none. */
static struct connection *least_worthy(const struct server *s, int64_t now)
{
    size_t left = (netgroups_most(s->groups) + 1) / 2;
    uint64_t least = UINT64_MAX;
    struct connection *found = NULL;
    for (struct netgroup_member *m = netgroups_newest(s->groups); m && left; m = m->older, left--) {
        struct connection *c = CONNECTION_OF(m, member);
        if (!is_settled(c, now) || worth(s, c) >= least)
            continue;
        least = worth(s, c);
        found = c;
    }
    return found;
}

/* The connection to drop for a newcomer from this network. NULL: none. */
static struct connection *eviction_candidate(const struct server *s, uint64_t newcomer, int64_t now)
{
    bool crowded = netgroups_of(s->groups, newcomer) + 1 > netgroups_most(s->groups);
    struct connection *c = newest_worthless(s, true, now);
    if (!c)
        c = least_worthy(s, now);
    return c || crowded ? c : newest_worthless(s, false, now);
}

bool server_make_room(struct server *s, const struct sockaddr *from)
{
    uint64_t network = address_network(from);
    struct connection *c = too_silent(s);
    if (c)
        connection_drop(c, NULL, "slow: others came that may say hello sooner");
    if (!address_is_loopback(from) && netgroups_of(s->groups, network) >= quarter(s))
        return false;
    if (s->count < s->config->peers)
        return true;
    c = eviction_candidate(s, network, loop_now());
    if (c)
        connection_drop(c, "full", "full: others came, and this one has delivered least");
    return c;
}
