#include "net/server_parts.h"

#include "base/chance.h"
#include "net/bind.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ACCEPTS_MAX = 64, /* per turn */
    /* Ms for which no connection is accepted after descriptors ran out. */
    WITHOUT_DESCRIPTORS = 1000,
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
        if (server_make_room(s, (const struct sockaddr *)&from))
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
    server_update_groups(s, c);
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
        connection_drop(s->connections[s->count - 1], "done", "done");
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
