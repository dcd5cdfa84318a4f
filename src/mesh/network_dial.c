#include "mesh/network_parts.h"

#include "base/chance.h"
#include "net/connect.h"

#include <string.h>

enum {
    BACKOFF_MAX = 1000, /* ms between two dials, at most */
    LOOKUP_EVERY = 20,  /* ms between two looks at a name's lookup */
};

void network_say(const struct mesh_network *n, size_t member, const char *words)
{
    const struct mesh_network_config *c = n->config;
    c->log(c->self, member == MESH_NOBODY ? NULL : c->members->list[member].name, words);
}

bool network_dials(const struct mesh_network *n, size_t member)
{
    const struct mesh_members *m = n->config->members;
    return memcmp(m->list[n->config->members->self].key, m->list[member].key, ID_LEN) < 0;
}

void network_put_off(struct mesh_network *n, struct mesh_link *s)
{
    int64_t more = (int64_t)(chance_next(&n->chance) % (uint64_t)s->backoff);
    s->due = loop_now() + s->backoff + more;
    s->backoff = s->backoff * 2 < BACKOFF_MAX ? s->backoff * 2 : BACKOFF_MAX;
}

/* 0, or -1 and trouble. */
static int dial_address(struct mesh_network *n, struct mesh_link *s, const struct resolved *found,
                        struct fault *f)
{
    const struct socket_address *to = &found->list[s->tries++ % found->count];
    struct channel *channel = channel_dial(n->tls, &to->at, to->len, f);
    if (channel == NULL)
        return -1;
    s->connection = mesh_connection_new(n->config->loop, channel, &n->owner, NULL);
    return s->connection == NULL ? fault_memory(f) : 0;
}

void network_dial(struct mesh_network *n, size_t member)
{
    struct mesh_link *s = &n->links[member];
    struct resolved found;
    struct fault f;
    if (s->lookup == NULL)
        s->lookup = resolve_start(&n->config->members->list[member].address, &f);
    int got = s->lookup != NULL ? resolve_poll(s->lookup, &found, &f) : -1;
    s->due = loop_now() + LOOKUP_EVERY;
    if (got == 0)
        return;
    if (s->lookup != NULL)
        resolve_free(s->lookup);
    s->lookup = NULL;
    if (got < 0 || dial_address(n, s, &found, &f) != 0) {
        network_say(n, member, f.text);
        network_put_off(n, s);
    }
}

bool network_is_due(const struct mesh_network *n, size_t member)
{
    return n->links[member].connection == NULL && member != n->config->members->self &&
           network_dials(n, member);
}
