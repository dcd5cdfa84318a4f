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
    WITHOUT_DESCRIPTORS =
        1000, /* ms for which no connection is accepted after descriptors ran out */
};

/* A connection. */
struct visitor {
    struct link *link;
    void *peer;   /* the owner's; NULL: the handshake is not complete */
    size_t place; /* among the visitors */
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
    struct visitor **visitors;
    size_t count;
    struct netgroups *groups, *bare, *silent;
    struct timer rest;
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

static bool is_greeted(const struct visitor *v)
{
    return v->peer && link_session(v->link)->greeted;
}

static int opened(void *self, struct link *l, struct fault *f)
{
    struct server *s = self;
    struct visitor *v = link_tag(l);
    const uint8_t *account = link_account(l);
    link_refuse(l, "banned");
    if (account && !is_allowed(s, account))
        return fault_rule(f, "its key is not allowed");
    const struct peer_owner *owner = s->config->owner;
    const struct peer_link link = {.address = v->address,
                                   .account = account,
                                   .network = v->network,
                                   .version = link_version(l)};
    struct session *session;
    v->peer = owner->join(owner->self, &link, &session, loop_now(), f);
    if (!v->peer) {
        link_refuse(l, f->kind == FAULT_RULE ? "banned" : "full");
        return -1;
    }
    link_attach(l, session, v->peer);
    return 0;
}

/* Moves a connection to where it belongs among those that have said nothing, or no hello. */
static void listen_to(struct server *s, struct visitor *v)
{
    if (v->bare.group && link_heard(v->link)) {
        netgroups_remove(s->bare, &v->bare);
        netgroups_add(s->silent, &v->silent, v->network); /* out of memory, it is not counted */
    }
    if (v->silent.group && is_greeted(v))
        netgroups_remove(s->silent, &v->silent);
}

static void forget(struct server *s, struct visitor *v)
{
    if (v->bare.group)
        netgroups_remove(s->bare, &v->bare);
    if (v->silent.group)
        netgroups_remove(s->silent, &v->silent);
    if (v->member.group)
        netgroups_remove(s->groups, &v->member);
    s->visitors[v->place] = s->visitors[--s->count];
    s->visitors[v->place]->place = v->place;
    free(v);
}

static void closed(void *self, struct link *l, const struct fault *why)
{
    struct server *s = self;
    struct visitor *v = link_tag(l);
    const struct peer_owner *owner = s->config->owner;
    if (v->peer)
        owner->leave(owner->self, v->peer, why, loop_now());
    else
        say(s, v->address, "out", why->text);
    forget(s, v);
}

static void send_away(struct visitor *v, const char *word, const char *why)
{
    struct fault f;
    fault_rule(&f, "%s", why);
    link_close(v->link, word, &f);
}

/* --- Limits ----------------------------------------------------------------------------------- */

#define VISITOR_OF(member, part)                                                                   \
    ((struct visitor *)(void *)((char *)(member)-offsetof(struct visitor, part)))

/* A quarter of all connections. */
static size_t quarter(const struct server *s)
{
    return (s->config->peers + 3) / 4;
}

/* If connections without a hello fill their share, the oldest of the network with most of them; one
 * that has sent nothing at all, if there is one, as a handshake takes time. */
static struct visitor *too_silent(struct server *s)
{
    while (netgroups_count(s->bare) + netgroups_count(s->silent) >= quarter(s)) {
        struct netgroup_member *bare = netgroups_oldest(s->bare);
        struct visitor *v = bare ? VISITOR_OF(bare, bare)
                                 : VISITOR_OF(netgroups_oldest(s->silent), silent);
        if (bare ? !link_heard(v->link) : !is_greeted(v))
            return v;
        listen_to(s, v);
    }
    return NULL;
}

static bool is_useful(const struct server *s, const struct visitor *v)
{
    const struct peer_owner *owner = s->config->owner;
    return v->peer && owner->useful && owner->useful(owner->self, v->peer);
}

/* Whether a connection may be dropped for a newcomer: it has said hello, has had time to deliver
 * something, and has not. */
static bool is_idle(const struct server *s, const struct visitor *v, int64_t now)
{
    return is_greeted(v) && !is_useful(s, v) && now - v->since >= GRACE;
}

/* The connection to drop for a newcomer from this network: the newest idle one of the most crowded
 * network or, if that is not the newcomer's, the newest that has delivered nothing. NULL: none. */
static struct visitor *whom_to_send_away(const struct server *s, uint64_t newcomer, int64_t now)
{
    bool crowded = netgroups_of(s->groups, newcomer) + 1 > netgroups_most(s->groups);
    struct visitor *newest = NULL;
    for (struct netgroup_member *m = netgroups_newest(s->groups); m; m = m->older) {
        struct visitor *v = VISITOR_OF(m, member);
        if (is_idle(s, v, now))
            return v;
        if (!newest && !crowded && !is_useful(s, v))
            newest = v;
    }
    return newest;
}

/* Makes room for one more connection if there is none. Whether there is room. */
static bool make_room(struct server *s, const struct sockaddr *from)
{
    uint64_t network = address_network(from);
    struct visitor *v = too_silent(s);
    if (v)
        send_away(v, NULL, "slow: others came that may say hello sooner");
    if (!address_is_loopback(from) && netgroups_of(s->groups, network) >= quarter(s))
        return false;
    if (s->count < s->config->peers)
        return true;
    v = whom_to_send_away(s, network, loop_now());
    if (v)
        send_away(v, "full", "full: the newest idle one of the most crowded network");
    return v;
}

/* --- Accepting -------------------------------------------------------------------------------- */

static void welcome(struct server *s, int fd, const struct sockaddr *from)
{
    int yes = 1;
    struct visitor *v = calloc(1, sizeof *v);
    struct channel *channel = channel_new(s->config->tls, fd, false);
    if (!v || !channel) {
        if (channel)
            channel_close(channel);
        free(v);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    v->network = address_network(from);
    address_format(from, v->address);
    v->since = loop_now();
    v->place = s->count;
    s->visitors[s->count++] = v;
    if (netgroups_add(s->groups, &v->member, v->network) ||
        netgroups_add(s->bare, &v->bare, v->network)) {
        channel_close(channel);
        forget(s, v);
        return;
    }
    v->link = link_new(s->config->loop, channel, &s->link_owner, v);
    if (!v->link)
        forget(s, v);
}

/* Stops accepting for a while, for want of descriptors. */
static void rest(struct server *s)
{
    if (loop_set_timer(s->config->loop, &s->rest, loop_now() + WITHOUT_DESCRIPTORS))
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
            rest(s);
        if (fd < 0)
            return;
        if (make_room(s, (const struct sockaddr *)&from))
            welcome(s, fd, (const struct sockaddr *)&from);
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

static void end_rest(void *self, int64_t now)
{
    struct server *s = self;
    struct fault f;
    (void)now;
    s->resting = false;
    if (!s->paused && watch_again(s, &f))
        rest(s);
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
    loop_cancel_timer(s->config->loop, &s->rest);
    if (s->watch.fd >= 0)
        close(s->watch.fd);
    s->watch.fd = -1;
}

/* Serves one connection; each step may close it. */
static void turn_visitor(struct server *s, struct visitor *v, int64_t now)
{
    const struct peer_owner *owner = s->config->owner;
    const size_t count = s->count;
    const struct fault *doom;
    listen_to(s, v);
    doom = v->peer ? owner->doomed(owner->self, v->peer) : NULL;
    if (doom) {
        struct fault why = *doom;
        link_close(v->link, link_session(v->link)->word, &why);
        return;
    }
    bool held = v->peer && owner->held && owner->held(owner->self, v->peer);
    link_pause(v->link, s->paused || held);
    if (s->count != count)
        return;
    if (v->peer && session_backlog(link_session(v->link)))
        link_push(v->link, now);
}

void server_turn(struct server *s, int64_t now)
{
    for (size_t i = s->count; i-- > 0;)
        if (i < s->count)
            turn_visitor(s, s->visitors[i], now);
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
    s->visitors = calloc(config->peers + 1, sizeof(struct visitor *));
    s->groups = netgroups_new(config->peers + 1, chance_seed());
    s->bare = netgroups_new(config->peers + 1, chance_seed());
    s->silent = netgroups_new(config->peers + 1, chance_seed());
    if (!s->visitors || !s->groups || !s->bare || !s->silent) {
        server_free(s);
        fault_memory(f);
        return NULL;
    }
    s->rest = (struct timer){.fire = end_rest, .self = s};
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
        send_away(s->visitors[s->count - 1], "done", "done");
    netgroups_free(s->groups);
    netgroups_free(s->bare);
    netgroups_free(s->silent);
    free(s->visitors);
    free(s);
}

const char *server_address(const struct server *s)
{
    return s->address;
}
