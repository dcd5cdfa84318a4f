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

static bool is_useful(const struct server *s, const struct connection *c)
{
    const struct peer_owner *owner = s->config->owner;
    return c->peer && owner->useful && owner->useful(owner->self, c->peer);
}

/* Whether a connection may be dropped for a newcomer: it has said hello, has had time to deliver
 * something, and has not. */
static bool is_idle(const struct server *s, const struct connection *c, int64_t now)
{
    return connection_is_greeted(c) && !is_useful(s, c) && now - c->since >= GRACE;
}

/* The connection to drop for a newcomer from this network: the newest idle one of the most crowded
 * network or, if that is not the newcomer's, the newest that has delivered nothing. NULL: none. */
static struct connection *eviction_candidate(const struct server *s, uint64_t newcomer, int64_t now)
{
    bool crowded = netgroups_of(s->groups, newcomer) + 1 > netgroups_most(s->groups);
    struct connection *newest = NULL;
    for (struct netgroup_member *m = netgroups_newest(s->groups); m; m = m->older) {
        struct connection *c = CONNECTION_OF(m, member);
        if (is_idle(s, c, now))
            return c;
        if (!newest && !crowded && !is_useful(s, c))
            newest = c;
    }
    return newest;
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
        connection_drop(c, "full", "full: the newest idle one of the most crowded network");
    return c;
}
