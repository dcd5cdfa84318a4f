#include "gossip/duplex_parts.h"

#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    UNREAD_MAX = 64 << 20, /* bytes waiting for all peers at which pulls are not answered */
    TICK_EVERY = 1000,     /* ms */
};

void duplex_say(const struct duplex_peer *p, const char *event, const char *words)
{
    const struct duplex_config *c = p->all->config;
    if (c->log)
        c->log(c->self, p->who, event, NULL, words);
}

bool duplex_is_two_way(const struct duplex_peer *p)
{
    const unsigned both = WIRE_SENDS | WIRE_LISTENS;
    return p->session.greeted && p->session.theirs.version > 1 &&
           (duplex_roles(p) & p->all->config->roles & both) == both;
}

const struct fault *duplex_why_doomed(const struct duplex_peer *p)
{
    if (p->doomed)
        return &p->why;
    if (p->in && p->in->doomed)
        return &p->in->why;
    return p->out && p->out->doomed ? &p->out->why : NULL;
}

/* --- Joining and leaving ---------------------------------------------------------------------- */

/* Our hello. 0, or -1: no memory. */
static int start_session(struct duplex_peer *p, int version, int64_t now)
{
    const struct duplex_config *c = p->all->config;
    struct hello ours;
    if (c->listener)
        listener_hello(c->listener, &ours);
    else
        sender_hello(c->sender, &ours);
    ours.roles = c->roles;
    if (version)
        ours.version = version;
    if (version || p->dialed) {
        int failed = session_init(&p->session, &ours, now);
        p->session.lenient = !p->dialed;
        return failed;
    }
    session_await(&p->session, &ours, now);
    return 0;
}

static int start_listening(struct duplex_peer *p, const uint8_t *account, int64_t now,
                           struct fault *f)
{
    struct listener *l = p->all->config->listener;
    if (!l)
        return 0;
    p->in = listener_join(l, &p->session, account, p->who, now, f);
    if (p->in)
        p->in->connection = p;
    return p->in ? 0 : -1;
}

static void free_peer(struct duplex_peer *p, int64_t now)
{
    duplex_stop_sending(p);
    if (p->in)
        listener_leave(p->all->config->listener, p->in, now);
    session_free(&p->session);
    buf_free(&p->accepted);
    free(p);
}

static void *join(void *self, const struct peer_link *link, struct session **session, int64_t now,
                  struct fault *f)
{
    struct duplex *d = self;
    const uint8_t *account = link->account;
    struct duplex_peer *p = calloc(1, sizeof *p);
    if (!p) {
        fault_memory(f);
        return NULL;
    }
    p->all = d;
    p->dialed = link->dialed;
    p->address = link->address;
    p->network = link->network;
    p->since = now;
    p->has_account = account;
    if (account)
        memcpy(p->account, account, ID_LEN);
    snprintf(p->who, sizeof p->who, "%.71s", account ? hex32(account).text : link->address);
    int failed = start_listening(p, account, now, f);
    if (p->in)
        p->in->network = link->network;
    if (!failed && start_session(p, link->version, now))
        failed = fault_memory(f);
    if (failed) {
        free_peer(p, now);
        return NULL;
    }
    p->next = d->peers;
    d->peers = p;
    duplex_say(p, "in", p->address);
    *session = &p->session;
    return p;
}

static enum peer_next leave(void *self, void *peer, const struct fault *why, int64_t now)
{
    struct duplex *d = self;
    struct duplex_peer *p = peer, **at = &d->peers;
    duplex_say(p, "out", why->text);
    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    free_peer(p, now);
    return PEER_AGAIN;
}

static const struct fault *doomed(void *self, void *peer)
{
    (void)self;
    return duplex_why_doomed(peer);
}

/* --- For those who accept and dial ------------------------------------------------------------ */

static uint64_t worth(void *self, void *peer)
{
    (void)self;
    return duplex_worth(peer);
}

static bool is_held(void *self, void *peer)
{
    const struct duplex_peer *p = peer;
    (void)self;
    return p->held;
}

/* Whether a peer that dialed us carries records both ways. */
static bool is_connected(void *self, const uint8_t account[ID_LEN])
{
    const struct duplex *d = self;
    for (const struct duplex_peer *p = d->peers; p; p = p->next)
        if (!p->dialed && !p->doomed && p->has_account && duplex_is_two_way(p) &&
            memcmp(p->account, account, ID_LEN) == 0)
            return true;
    return false;
}

static void unreached(void *self, const char *address, const uint8_t *account,
                      const struct fault *why)
{
    const struct duplex_config *c = ((struct duplex *)self)->config;
    if (c->unreached)
        c->unreached(c->self, address, account, why);
}

static void complain(void *self, const char *words)
{
    const struct duplex_config *c = ((struct duplex *)self)->config;
    if (c->complain)
        c->complain(c->self, words);
}

struct peer_owner duplex_owner(struct duplex *d)
{
    return (struct peer_owner){.join = join,
                               .leave = leave,
                               .doomed = doomed,
                               .worth = worth,
                               .held = is_held,
                               .connected = is_connected,
                               .unreached = unreached,
                               .complain = complain,
                               .role = duplex_role(),
                               .self = d};
}

/* --- Turns ------------------------------------------------------------------------------------ */

/* Whether pulls may be answered: however many peers pull and do not read, memory is bounded. */
static bool has_room(const struct duplex *d)
{
    size_t waiting = 0;
    for (const struct duplex_peer *p = d->peers; p; p = p->next)
        waiting += session_backlog(&p->session);
    return waiting < UNREAD_MAX;
}

static void pause_timers(struct duplex *d, bool paused, int64_t now)
{
    if (paused && !d->paused)
        d->paused_at = now;
    if (!paused && d->paused)
        listener_excuse(d->config->listener, now - d->paused_at);
    d->paused = paused;
}

void duplex_stop_listening(struct duplex *d)
{
    d->deaf = true;
}

void duplex_turn(struct duplex *d, bool paused, bool full, int64_t now)
{
    struct listener *l = d->config->listener;
    duplex_tell_all_accepted(d);
    for (struct duplex_peer *p = d->peers; p; p = p->next)
        p->held = full && p->session.greeted && !p->out && !p->waits;
    if (l)
        pause_timers(d, paused, now);
    if (l && has_room(d))
        for (struct duplex_peer *p = d->peers; p; p = p->next)
            listener_serve(l, p->in);
    if (now - d->ticked < TICK_EVERY)
        return;
    d->ticked = now;
    if (l && !paused)
        listener_tick(l, now);
    if (d->config->sender)
        duplex_fill_places(d, now);
}

struct duplex_peer *duplex_first(const struct duplex *d)
{
    return d->peers;
}

struct duplex *duplex_new(const struct duplex_config *config)
{
    struct duplex *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->config = config;
    d->chance = config->seed;
    return d;
}

void duplex_free(struct duplex *d)
{
    free(d);
}
