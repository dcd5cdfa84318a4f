#include "net/client.h"

#include "net/resolve.h"
#include <stdio.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CALLS_MAX = 64, LOOK_EVERY = 1000 };

/* A target that is being dialed, or was reached. */
struct call {
    struct client *client;
    const struct target *target;
    struct resolve *resolve; /* while its name is looked up */
    struct link *link;
    void *peer;              /* the owner's, once the channel is open */
    uint8_t account[ID_LEN]; /* ... and then its key, which is all zero in a plain one */
    bool greeted, heard;     /* it has said hello; and something else */
};

/* An operand: a file, or an address. */
struct operand {
    const char *path; /* NULL: an address */
    struct target target;
    struct stat seen;
    struct peers peers;
};

struct client {
    const struct client_config *config;
    struct dialer *dialer;
    struct operand *operands;
    struct call *calls[CALLS_MAX];
    struct link_owner link_owner;
    int64_t looked;  /* when the files were last looked at, and time was last kept */
    size_t failures; /* calls that came to nothing */
    bool paused, read_once;
};

static void say(const struct client *c, const char *who, const char *event, const char *words)
{
    if (c->config->owner->log)
        c->config->owner->log(c->config->owner->self, who, event, words);
}

/* --- Whom to dial ----------------------------------------------------------------------------- */

static bool is_ours(const struct client *c, const uint8_t account[ID_LEN])
{
    return c->config->tls && memcmp(account, tls_account(c->config->tls), ID_LEN) == 0;
}

static bool changed(struct operand *o)
{
    struct stat now = {0};
    stat(o->path, &now); /* one that is not there is an empty one */
    bool same = now.st_ino == o->seen.st_ino && now.st_size == o->seen.st_size &&
                now.st_mtim.tv_sec == o->seen.st_mtim.tv_sec &&
                now.st_mtim.tv_nsec == o->seen.st_mtim.tv_nsec;
    o->seen = now;
    return !same;
}

/* Reads the file anew. 0, or -1 and trouble. */
static int read_file(struct client *c, struct operand *o, struct fault *f)
{
    if (peers_read(&o->peers, o->path, c->config->has_chain ? c->config->chain : NULL, f))
        return -1;
    if (o->peers.broken_line) {
        char words[400];
        snprintf(words, sizeof words, "%s:%llu: %s", o->path,
                 (unsigned long long)o->peers.broken_line, o->peers.broken.text);
        say(c, "-", "bad", words);
    }
    return 0;
}

/* Hands the dialer all targets but ourselves. 0, or -1: no memory. */
static int set_targets(struct client *c)
{
    size_t most = 0, count = 0;
    for (size_t i = 0; i < c->config->operands_count; i++)
        most += c->operands[i].path ? c->operands[i].peers.count : 1;
    struct target *list = calloc(most + 1, sizeof *list);
    if (!list)
        return -1;
    for (size_t i = 0; i < c->config->operands_count; i++) {
        const struct operand *o = &c->operands[i];
        if (!o->path)
            list[count++] = o->target;
        for (size_t j = 0; o->path && j < o->peers.count; j++)
            if (!o->peers.list[j].has_key || !is_ours(c, o->peers.list[j].key))
                list[count++] = o->peers.list[j];
    }
    int failed = dialer_targets(c->dialer, list, count);
    free(list);
    return failed;
}

static int look_at_files(struct client *c, struct fault *f)
{
    bool any = !c->read_once;
    for (size_t i = 0; i < c->config->operands_count; i++) {
        struct operand *o = &c->operands[i];
        if (!o->path || (!changed(o) && c->read_once))
            continue;
        any = true;
        if (read_file(c, o, f))
            return -1;
    }
    c->read_once = true;
    return any && set_targets(c) ? fault_memory(f) : 0;
}

/* --- Calls ------------------------------------------------------------------------------------ */

/* The call is over: its target rests for a while. */
static void end_call(struct call *call, const char *why)
{
    struct client *c = call->client;
    if (!call->greeted) {
        c->failures++;
        say(c, call->target->address.text, "unreached", why);
    }
    resolve_free(call->resolve);
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (c->calls[i] == call)
            c->calls[i] = NULL;
    dialer_over(c->dialer, call->target, loop_now());
    free(call);
}

static bool is_allowed(const struct client *c, const uint8_t account[ID_LEN])
{
    return !c->config->allows || is_ours(c, account) || c->config->allows(c->config->who, account);
}

static bool is_here_already(const struct client *c, const uint8_t account[ID_LEN])
{
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (c->calls[i] && c->calls[i]->peer && memcmp(c->calls[i]->account, account, ID_LEN) == 0)
            return true;
    return false;
}

/* Whether this key may answer there. 0, or -1 and a rule. */
static int check_account(struct client *c, const struct target *t, const uint8_t *account,
                         struct fault *f)
{
    if (!account)
        return 0;
    if (t->has_key && memcmp(t->key, account, ID_LEN))
        return fault_rule(f, "another key answers there than the one that is expected");
    if (!t->operand && is_ours(c, account)) {
        dialer_never(c->dialer, t);
        return fault_rule(f, "it is ourselves");
    }
    if (is_here_already(c, account))
        return fault_rule(f, "it is connected already, under another address");
    return is_allowed(c, account) ? 0 : fault_rule(f, "its key is not allowed");
}

static int opened(void *self, struct link *l, struct fault *f)
{
    struct client *c = self;
    struct call *call = link_tag(l);
    struct session *session;
    const uint8_t *account = link_account(l);
    if (check_account(c, call->target, account, f))
        return -1;
    call->peer = c->config->owner->join(c->config->owner->self, call->target->address.text, account,
                                        &session, f);
    if (!call->peer)
        return -1;
    if (account)
        memcpy(call->account, account, ID_LEN);
    link_attach(l, session, call);
    return 0;
}

static void closed(void *self, struct link *l, const struct fault *why)
{
    struct client *c = self;
    struct call *call = link_tag(l);
    if (call->peer)
        c->config->owner->leave(c->config->owner->self, call->peer, why);
    end_call(call, why->text);
}

static int greeted(void *self, struct session *s, int64_t now, struct fault *f)
{
    struct call *call = self;
    const struct session_role *role = &call->client->config->owner->role;
    call->greeted = true;
    return role->greeted(call->peer, s, now, f);
}

static int line(void *self, struct session *s, enum wire_word word, const char *text, size_t len,
                int64_t now, struct fault *f)
{
    struct call *call = self;
    if (!call->heard)
        dialer_answered(call->client->dialer, call->target, now);
    call->heard = true;
    return call->client->config->owner->role.line(call->peer, s, word, text, len, now, f);
}

/* A socket on its way to the address. -1 and trouble. */
static int start_socket(const struct client *c, const struct sockaddr_storage *to, socklen_t len,
                        struct fault *f)
{
    int yes = 1;
    if (!c->config->tls && !address_is_loopback((const struct sockaddr *)to))
        return fault_trouble(f, "plain connections are made to this machine alone (127.0.0.1)");
    int fd = socket(to->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fault_errno(f, "no socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(fd, (const struct sockaddr *)to, len) == 0 || errno == EINPROGRESS)
        return fd;
    fault_errno(f, "cannot connect");
    close(fd);
    return -1;
}

static int connect_call(struct call *call, const struct sockaddr_storage *to, socklen_t len,
                        struct fault *f)
{
    struct client *c = call->client;
    int fd = start_socket(c, to, len, f);
    if (fd < 0)
        return -1;
    struct channel *channel = channel_new(c->config->tls, fd, true);
    if (!channel)
        return fault_memory(f);
    call->link = link_new(c->config->loop, channel, &c->link_owner, call);
    if (!call->link)
        return fault_memory(f);
    link_pause(call->link, c->paused);
    return 0;
}

/* Goes on with a call whose name is looked up. */
static void go_on_resolving(struct call *call)
{
    struct fault f;
    struct sockaddr_storage to;
    socklen_t len;
    int done = resolve_poll(call->resolve, &to, &len, &f);
    if (done == 0)
        return;
    resolve_free(call->resolve);
    call->resolve = NULL;
    if (done < 0 || connect_call(call, &to, len, &f))
        end_call(call, f.text);
}

/* Whether there was room for one more. */
static bool start_call(struct client *c, int64_t now)
{
    struct fault f;
    size_t i = 0;
    while (i < CALLS_MAX && c->calls[i])
        i++;
    const struct target *t = i < CALLS_MAX ? dialer_next(c->dialer, now) : NULL;
    if (!t)
        return false;
    struct call *call = calloc(1, sizeof *call);
    if (!call) {
        dialer_over(c->dialer, t, now);
        return false;
    }
    *call = (struct call){.client = c, .target = t};
    c->calls[i] = call;
    call->resolve = resolve_start(&t->address, &f);
    if (call->resolve)
        go_on_resolving(call);
    else
        end_call(call, f.text);
    return true;
}

/* --- Turns ------------------------------------------------------------------------------------ */

/* What one call needs now; it may be over after each step. */
static void turn_call(struct client *c, size_t i, int64_t now, bool tick)
{
    const struct client_owner *owner = c->config->owner;
    const struct fault *why;
    struct fault gone;
    if (c->calls[i]->resolve)
        go_on_resolving(c->calls[i]);
    if (!c->calls[i] || !c->calls[i]->link)
        return;
    struct call *call = c->calls[i];
    if (call->peer && (why = owner->doomed(owner->self, call->peer))) {
        gone = *why;
        const char *word = link_session(call->link)->word;
        link_close(call->link, word ? word : "bad", &gone);
    } else if (dialer_gone(c->dialer, call->target)) {
        fault_rule(&gone, "no longer among the peers");
        link_close(call->link, "done", &gone);
    } else if (tick) {
        link_tick(call->link, now);
    }
    if (c->calls[i] && c->calls[i]->link)
        link_push(c->calls[i]->link, now);
}

int client_turn(struct client *c, int64_t now, struct fault *f)
{
    bool tick = !c->read_once || now - c->looked >= LOOK_EVERY;
    if (tick && look_at_files(c, f))
        return -1;
    if (tick)
        c->looked = now;
    while (start_call(c, now))
        ;
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (c->calls[i])
            turn_call(c, i, now, tick);
    return 0;
}

int client_wait(const struct client *c, int64_t now)
{
    int64_t wait = LOOK_EVERY - (now - c->looked);
    int64_t when = dialer_when(c->dialer, now);
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (c->calls[i] && c->calls[i]->resolve)
            return 20;
    if (when != INT64_MAX && when - now < wait)
        wait = when - now;
    return wait < 0 ? 0 : (int)wait;
}

size_t client_peers(const struct client *c)
{
    size_t count = 0;
    for (size_t i = 0; i < CALLS_MAX; i++)
        count += c->calls[i] && c->calls[i]->greeted;
    return count;
}

void client_pause(struct client *c, bool paused)
{
    c->paused = paused;
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (c->calls[i] && c->calls[i]->link)
            link_pause(c->calls[i]->link, paused);
}

bool client_hopeless(const struct client *c)
{
    for (size_t i = 0; i < c->config->operands_count; i++)
        if (c->operands[i].path)
            return false;
    return c->failures >= c->config->operands_count && !client_peers(c);
}

/* --- The whole -------------------------------------------------------------------------------- */

static int read_operand(struct operand *o, const char *text, struct fault *f)
{
    struct stat st;
    if (stat(text, &st) && strchr(text, ':')) {
        o->target.operand = true;
        int failed = target_parse(text, &o->target, f);
        o->target.operand = true;
        return failed;
    }
    o->path = text;
    return 0;
}

struct client *client_new(const struct client_config *config, struct fault *f)
{
    struct client *c = calloc(1, sizeof *c);
    if (!c) {
        fault_memory(f);
        return NULL;
    }
    c->config = config;
    c->link_owner = (struct link_owner){
        .opened = opened, .closed = closed, .role = {.greeted = greeted, .line = line}, .self = c};
    c->dialer = dialer_new(config->fanout < CALLS_MAX ? config->fanout : CALLS_MAX, config->seed);
    c->operands = calloc(config->operands_count + 1, sizeof *c->operands);
    if (!c->dialer || !c->operands) {
        fault_memory(f);
        client_free(c);
        return NULL;
    }
    for (size_t i = 0; i < config->operands_count; i++)
        if (read_operand(&c->operands[i], config->operands[i], f)) {
            client_free(c);
            return NULL;
        }
    return c;
}

void client_free(struct client *c)
{
    struct fault done;
    fault_rule(&done, "done");
    for (size_t i = 0; i < CALLS_MAX; i++) {
        if (c->calls[i] && c->calls[i]->link)
            link_close(c->calls[i]->link, "done", &done);
        else if (c->calls[i])
            end_call(c->calls[i], done.text);
    }
    for (size_t i = 0; c->operands && i < c->config->operands_count; i++)
        peers_free(&c->operands[i].peers);
    free(c->operands);
    dialer_free(c->dialer);
    free(c);
}
