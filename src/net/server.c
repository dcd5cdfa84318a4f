#include "net/server.h"

#include "base/chance.h"
#include "net/bind.h"
#include "peers/netgroups.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ACCEPTS_MAX = 64, /* per turn */
    GRACE = 2000,     /* ms that a connection has to deliver something */
    /* Ms for which no connection is accepted after descriptors ran out. */
    WITHOUT_DESCRIPTORS = 1000,
};

/* A connection. */
struct connection {
    struct link *link;
    void *peer;   /* the owner's; NULL: the handshake is not complete */
    size_t place; /* among the connections */
    uint64_t network;
    int64_t since;
    struct netgroup_member member;
    struct netgroup_member bare;   /* while it has sent nothing */
    struct netgroup_member silent; /* ... and then no hello */
    char address[ADDRESS_MAX];
};

struct server {
    const struct server_config *config;
    struct link_owner link_owner;
    struct watch watch;
    char address[ADDRESS_MAX];
    struct connection **connections;
    size_t count;
    struct netgroups *groups, *bare, *silent;
    struct timer resume; /* accepting */
    bool paused, resting;
};

static void say(const struct server *s, const char *who, const char *event, const char *words)
{
    if (s->config->log)
        s->config->log(s->config->self, who, event, NULL, words);
}

/* --- Connections ------------------------------------------------------------------------------ */

static bool is_allowed(const struct server *s, const uint8_t account[ID_LEN])
{
    return !s->config->allows || s->config->allows(s->config->who, account) ||
           memcmp(account, tls_account(s->config->tls), ID_LEN) == 0;
}

static bool is_greeted(const struct connection *c)
{
    return c->peer && link_session(c->link)->greeted;
}

static int opened(void *self, struct link *l, struct fault *f)
{
    struct server *s = self;
    struct connection *c = link_tag(l);
    const uint8_t *account = link_account(l);
    link_refuse(l, "banned");
    if (account && !is_allowed(s, account))
        return fault_rule(f, "its key is not allowed");
    const struct peer_owner *owner = s->config->owner;
    const struct peer_link link = {.address = c->address,
                                   .account = account,
                                   .network = c->network,
                                   .version = link_version(l)};
    struct session *session;
    c->peer = owner->join(owner->self, &link, &session, loop_now(), f);
    if (!c->peer) {
        link_refuse(l, f->kind == FAULT_RULE ? "banned" : "full");
        return -1;
    }
    link_attach(l, session, c->peer);
    return 0;
}

/* Moves a connection from those that have sent nothing to those without a hello, or out of them. */
static void update_groups(struct server *s, struct connection *c)
{
    if (c->bare.group && link_heard(c->link)) {
        netgroups_remove(s->bare, &c->bare);
        netgroups_add(s->silent, &c->silent, c->network); /* out of memory, it is not counted */
    }
    if (c->silent.group && is_greeted(c))
        netgroups_remove(s->silent, &c->silent);
}

static void free_connection(struct server *s, struct connection *c)
{
    if (c->bare.group)
        netgroups_remove(s->bare, &c->bare);
    if (c->silent.group)
        netgroups_remove(s->silent, &c->silent);
    if (c->member.group)
        netgroups_remove(s->groups, &c->member);
    s->connections[c->place] = s->connections[--s->count];
    s->connections[c->place]->place = c->place;
    free(c);
}

static void closed(void *self, struct link *l, const struct fault *why)
{
    struct server *s = self;
    struct connection *c = link_tag(l);
    const struct peer_owner *owner = s->config->owner;
    if (c->peer)
        owner->leave(owner->self, c->peer, why, loop_now());
    else
        say(s, c->address, "out", why->text);
    free_connection(s, c);
}

static void drop(struct connection *c, const char *word, const char *why)
{
    struct fault f;
    fault_rule(&f, "%s", why);
    link_close(c->link, word, &f);
}

/* --- Limits ----------------------------------------------------------------------------------- */

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
        if (bare ? !link_heard(c->link) : !is_greeted(c))
            return c;
        update_groups(s, c);
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
    return is_greeted(c) && !is_useful(s, c) && now - c->since >= GRACE;
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

/* Makes room for one more connection if there is none. Whether there is room. */
static bool make_room(struct server *s, const struct sockaddr *from)
{
    uint64_t network = address_network(from);
    struct connection *c = too_silent(s);
    if (c)
        drop(c, NULL, "slow: others came that may say hello sooner");
    if (!address_is_loopback(from) && netgroups_of(s->groups, network) >= quarter(s))
        return false;
    if (s->count < s->config->peers)
        return true;
    c = eviction_candidate(s, network, loop_now());
    if (c)
        drop(c, "full", "full: the newest idle one of the most crowded network");
    return c;
}

/* --- Accepting -------------------------------------------------------------------------------- */

static void start_connection(struct server *s, int fd, const struct sockaddr *from)
{
    int yes = 1;
    struct connection *c = calloc(1, sizeof *c);
    struct channel *channel = channel_new(s->config->tls, fd, false);
    if (!c || !channel) {
        if (channel)
            channel_close(channel);
        free(c);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    c->network = address_network(from);
    address_format(from, c->address);
    c->since = loop_now();
    c->place = s->count;
    s->connections[s->count++] = c;
    if (netgroups_add(s->groups, &c->member, c->network) ||
        netgroups_add(s->bare, &c->bare, c->network)) {
        channel_close(channel);
        free_connection(s, c);
        return;
    }
    c->link = link_new(s->config->loop, channel, &s->link_owner, c);
    if (!c->link)
        free_connection(s, c);
}

/* Stops accepting for a while, for want of descriptors. */
static void pause_accepting(struct server *s)
{
    if (loop_set_timer(s->config->loop, &s->resume, loop_now() + WITHOUT_DESCRIPTORS))
        return; /* it tries again in the next turn */
    s->resting = true;
    loop_unwatch(&s->watch);
    say(s, "-", "bad", "no descriptors for more connections");
}

static void ready(void *self, unsigned events)
{
    struct server *s = self;
    (void)events;
    for (int i = 0; i < ACCEPTS_MAX; i++) {
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        int fd = accept4(s->watch.fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
            pause_accepting(s);
        if (fd < 0)
            return;
        if (make_room(s, (const struct sockaddr *)&from))
            start_connection(s, fd, (const struct sockaddr *)&from);
        else
            close(fd);
    }
}

static int watch_again(struct server *s, struct fault *f)
{
    if (s->watch.fd < 0)
        return 0; /* closed meanwhile */
    return loop_watch(s->config->loop, &s->watch, LOOP_READ, f);
}

static void resume_accepting(void *self, int64_t now)
{
    struct server *s = self;
    struct fault f;
    (void)now;
    s->resting = false;
    if (!s->paused && watch_again(s, &f))
        pause_accepting(s);
}

void server_pause(struct server *s, bool paused)
{
    struct fault f;
    if (s->paused == paused)
        return;
    s->paused = paused;
    if (paused)
        loop_unwatch(&s->watch);
    else if (!s->resting)
        watch_again(s, &f);
}

void server_close(struct server *s)
{
    loop_unwatch(&s->watch);
    loop_cancel_timer(s->config->loop, &s->resume);
    if (s->watch.fd >= 0)
        close(s->watch.fd);
    s->watch.fd = -1;
}

/* Serves one connection; each step may close it. */
static void turn_connection(struct server *s, struct connection *c, int64_t now)
{
    const struct peer_owner *owner = s->config->owner;
    const size_t count = s->count;
    const struct fault *doom;
    update_groups(s, c);
    doom = c->peer ? owner->doomed(owner->self, c->peer) : NULL;
    if (doom) {
        struct fault why = *doom;
        link_close(c->link, link_session(c->link)->word, &why);
        return;
    }
    bool held = c->peer && owner->held && owner->held(owner->self, c->peer);
    link_pause(c->link, s->paused || held);
    if (s->count != count)
        return;
    if (c->peer && session_backlog(link_session(c->link)))
        link_push(c->link, now);
}

void server_turn(struct server *s, int64_t now)
{
    for (size_t i = s->count; i-- > 0;)
        if (i < s->count)
            turn_connection(s, s->connections[i], now);
}

/* --- Interface -------------------------------------------------------------------------------- */

static int start_listening(struct server *s, const struct address *at, struct fault *f)
{
    const char *only_loopback =
        s->config->tls ? NULL : "plain connections are only accepted from this machine (127.0.0.1)";
    int fd = bind_socket(at, SOCK_STREAM, only_loopback, f);
    s->watch = (struct watch){.fd = fd, .ready = ready, .self = s};
    return fd < 0 || bind_name(fd, s->address, f) ? -1 : watch_again(s, f);
}

struct server *server_new(const struct server_config *config, const struct address *at,
                          struct fault *f)
{
    struct server *s = calloc(1, sizeof *s);
    if (!s) {
        fault_memory(f);
        return NULL;
    }
    s->config = config;
    s->watch.fd = -1;
    s->connections = calloc(config->peers + 1, sizeof(struct connection *));
    s->groups = netgroups_new(config->peers + 1, chance_seed());
    s->bare = netgroups_new(config->peers + 1, chance_seed());
    s->silent = netgroups_new(config->peers + 1, chance_seed());
    if (!s->connections || !s->groups || !s->bare || !s->silent) {
        server_free(s);
        fault_memory(f);
        return NULL;
    }
    s->resume = (struct timer){.fire = resume_accepting, .self = s};
    s->link_owner = (struct link_owner){
        .opened = opened, .closed = closed, .role = config->owner->role, .self = s};
    if (start_listening(s, at, f)) {
        server_free(s);
        return NULL;
    }
    return s;
}

void server_free(struct server *s)
{
    server_close(s);
    while (s->count)
        drop(s->connections[s->count - 1], "done", "done");
    netgroups_free(s->groups);
    netgroups_free(s->bare);
    netgroups_free(s->silent);
    free(s->connections);
    free(s);
}

const char *server_address(const struct server *s)
{
    return s->address;
}
