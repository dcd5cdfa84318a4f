/* One target that is being dialed or is connected: its addresses, its answers and its end. */
#include "net/client_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    BANNED_MAX = 4096,
    SILENCE = 2000, /* ms that an address has for its hello while another one is still untried */
};

const uint8_t *client_account(const struct client *c)
{
    return c->config->tls ? tls_account(c->config->tls) : NULL;
}

static bool is_ours(const struct client *c, const uint8_t account[ID_LEN])
{
    return client_account(c) && memcmp(account, client_account(c), ID_LEN) == 0;
}

static bool is_anyone_connected(const struct client *c)
{
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (c->calls[i] && c->calls[i]->greeted)
            return true;
    return false;
}

/* --- The end of a call ------------------------------------------------------------------------ */

/* Keys beyond the limit, or beyond memory, are not remembered. */
static void ban(struct client *c, const struct call *call)
{
    if (call->has_account && c->banned.len < BANNED_MAX * ID_LEN)
        buf_add(&c->banned, call->account, ID_LEN);
}

static bool is_banned(const struct client *c, const uint8_t account[ID_LEN])
{
    for (size_t i = 0; i < c->banned.len; i += ID_LEN)
        if (memcmp(c->banned.data + i, account, ID_LEN) == 0)
            return true;
    return false;
}

size_t call_under_way(const struct call *call)
{
    size_t n = 0;
    for (size_t i = 0; i < call->count; i++)
        n += call->attempts[i].link != NULL;
    return n;
}

struct attempt *call_untried(struct call *call)
{
    for (size_t i = 0; i < call->count && !call->ending; i++)
        if (!call->attempts[i].tried)
            return &call->attempts[i];
    return NULL;
}

static bool leads_to_ourselves(const struct call *call)
{
    size_t ours = 0;
    for (size_t i = 0; i < call->count; i++)
        ours += call->attempts[i].ours;
    return ours && ours == call->count;
}

static bool is_connected(const struct client *c, const uint8_t account[ID_LEN])
{
    const struct peer_owner *owner = c->config->owner;
    return owner->connected && owner->connected(owner->self, account);
}

bool call_rest_elsewhere(struct call *call)
{
    struct client *c = call->client;
    if (!call->has_account || dialer_gone(c->dialer, call->target) ||
        !is_connected(c, call->account))
        return false;
    call->elsewhere = true;
    call->ending = call->greeted = call->heard = false;
    call->peer = NULL;
    call->won = NULL;
    return true;
}

void call_end(struct call *call, enum peer_next next)
{
    struct client *c = call->client;
    if (next == PEER_AGAIN && call_rest_elsewhere(call))
        return;
    c->done += next == PEER_DONE;
    if (next == PEER_BAN)
        ban(c, call);
    if (next != PEER_AGAIN || leads_to_ourselves(call))
        dialer_never(c->dialer, call->target);
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (c->calls[i] == call)
            c->calls[i] = NULL;
    resolve_free(call->resolve);
    dialer_over(c->dialer, call->target, loop_now());
    free(call);
}

/* If nothing at all answers any more, it is this machine that is cut off. */
static void note_unreached(struct call *call)
{
    struct client *c = call->client;
    bool let_go = call->ending || !*call->why.text || call->why.kind == FAULT_NONE;
    bool cut_off = c->online && !call->has_account && !is_anyone_connected(c);
    if (!let_go && !cut_off && !leads_to_ourselves(call))
        candidates_note(c->candidates, call->target,
                        call->has_account ? OUTCOME_OTHER_KEY : OUTCOME_NOBODY);
    c->online |= call->has_account;
}

static void tell_unreached(struct call *call)
{
    note_unreached(call);
    const struct peer_owner *owner = call->client->config->owner;
    if (owner->unreached)
        owner->unreached(owner->self, call->target->address.text,
                         call->has_account ? call->account : NULL, &call->why);
}

/* "Connected already" overrides all other reasons, and a broken rule overrides trouble. */
void call_note_failure(struct call *call, const struct attempt *a, const struct fault *why)
{
    struct fault before = call->why;
    char address[ADDRESS_MAX] = "";
    if (a)
        address_format((const struct sockaddr *)&a->to.at, address);
    call->why = *why;
    if (!a || call->count == 1)
        return;
    bool first = !*before.text;
    fault_trouble(&call->why, "%s%s%s: %s", before.text, first ? "" : "; ", address, why->text);
    call->why.kind = first || why->kind < before.kind ? why->kind : before.kind;
}

static enum peer_next next_of_unjoined(const struct client *c)
{
    return c->config->once ? PEER_NEVER : PEER_AGAIN;
}

void call_fail(struct call *call)
{
    if (call_rest_elsewhere(call))
        return;
    tell_unreached(call);
    call_end(call, next_of_unjoined(call->client));
}

void call_part(struct call *call, enum peer_next next)
{
    if (call->greeted || !call_untried(call)) {
        call_end(call, next);
        return;
    }
    call->peer = NULL;
    call->won = NULL;
    call->has_account = false;
}

/* Whether the other side does not know the version of our hello, and the connection is plain: then
 * it is dialed again with the first version. */
static bool is_older(const struct call *call, const struct session *s)
{
    return !call->client->config->tls && call->version > WIRE_VERSION_FIRST && !call->greeted &&
           ((s->word && strcmp(s->word, "version") == 0) || strcmp(s->their_word, "version") == 0);
}

/* The peer is gone. */
static void lose_peer(struct call *call, const struct fault *why)
{
    const struct peer_owner *owner = call->client->config->owner;
    enum peer_next next = owner->leave(owner->self, call->peer, why, loop_now());
    if (!call->greeted && !call_untried(call))
        tell_unreached(call);
    if (next != PEER_LATER)
        call_part(call, next);
}

static void closed(void *self, struct link *l, const struct fault *why)
{
    struct attempt *a = link_tag(l);
    struct call *call = a->call;
    (void)self;
    a->link = NULL;
    if (call->won && call->won != a) { /* one that was too late has not failed */
        a->tried = false;
        return;
    }
    if (call->won && is_older(call, link_session(l))) {
        call->version = WIRE_VERSION_FIRST;
        a->tried = false;
    } else if (!call->greeted) {
        call_note_failure(call, a, why);
    }
    if (call->won)
        lose_peer(call, why);
    else if (!call_under_way(call) && !call_untried(call))
        call_fail(call);
}

/* --- Answers ---------------------------------------------------------------------------------- */

static bool is_allowed(const struct client *c, const uint8_t account[ID_LEN])
{
    if (is_banned(c, account))
        return false;
    return !c->config->allows || is_ours(c, account) || c->config->allows(c->config->who, account);
}

static bool is_here_already(const struct client *c, const struct call *but)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        const struct call *call = c->calls[i];
        if (call && call != but && call->won && call->won->link && call->has_account &&
            memcmp(call->account, but->account, ID_LEN) == 0)
            return true;
    }
    return false;
}

/* Whether this key may answer there. 0, or -1 and a rule. */
static int check_account(struct client *c, struct attempt *a, struct fault *f)
{
    const struct call *call = a->call;
    const struct target *t = call->target;
    if (!call->has_account)
        return 0;
    if (t->has_key && memcmp(t->key, call->account, ID_LEN))
        return fault_rule(f, "a different key than expected answers there");
    if (is_ours(c, call->account) && !(t->operand && c->config->ourselves)) {
        a->ours = true;
        return fault_rule(f, "it is this node itself");
    }
    if (is_here_already(c, call) || is_connected(c, call->account)) {
        fault_rule(f, "it is already connected under another address");
        f->kind = FAULT_NONE; /* nobody's fault */
        return -1;
    }
    return is_allowed(c, call->account) ? 0 : fault_rule(f, "its key is not allowed");
}

/* The other addresses are let go; should this one say nothing, they are tried after it. */
static void win(struct attempt *a)
{
    struct call *call = a->call;
    struct fault late;
    fault_trouble(&late, "another address was faster");
    call->won = a;
    call->opened = loop_now();
    for (size_t i = 0; i < call->count; i++)
        if (call->attempts[i].link && &call->attempts[i] != a)
            link_close(call->attempts[i].link, NULL, &late);
}

static int opened(void *self, struct link *l, struct fault *f)
{
    struct client *c = self;
    const struct peer_owner *owner = c->config->owner;
    struct attempt *a = link_tag(l);
    struct call *call = a->call;
    struct session *session;
    const uint8_t *account = link_account(l);
    call->has_account = account != NULL;
    if (account)
        memcpy(call->account, account, ID_LEN);
    if (check_account(c, a, f))
        return -1;
    const struct peer_link link = {.address = call->target->address.text,
                                   .account = account,
                                   .dialed = true,
                                   .version = account ? link_version(l) : call->version};
    call->peer = owner->join(owner->self, &link, &session, loop_now(), f);
    if (!call->peer)
        return -1;
    link_attach(l, session, call);
    win(a);
    return 0;
}

static int greeted(void *self, struct session *s, int64_t now, struct fault *f)
{
    struct call *call = self;
    const struct session_role *role = &call->client->config->owner->role;
    call->greeted = true;
    call->greeted_at = now;
    call->client->online = true;
    dialer_greeted(call->client->dialer, call->target);
    candidates_note(call->client->candidates, call->target, OUTCOME_ANSWERED);
    if (call->feeler)
        return 0;
    return role->greeted(call->peer, s, now, f);
}

static int line(void *self, struct session *s, enum wire_word word, const char *text, size_t len,
                int64_t now, struct fault *f)
{
    struct call *call = self;
    if (call->feeler)
        return 0;
    if (!call->heard)
        dialer_answered(call->client->dialer, call->target, now);
    call->heard = true;
    return call->client->config->owner->role.line(call->peer, s, word, text, len, now, f);
}

struct link_owner call_link_owner(struct client *c)
{
    return (struct link_owner){
        .opened = opened, .closed = closed, .role = {.greeted = greeted, .line = line}, .self = c};
}

/* --- Hanging up ---------------------------------------------------------------------------- */

/* Closes all that is under way; the call may end with the last. */
static void close_links(struct call *call, const char *word, const struct fault *why)
{
    size_t left = call_under_way(call);
    for (size_t i = 0; left; i++)
        if (call->attempts[i].link) {
            left--;
            link_close(call->attempts[i].link, word, why);
        }
}

void call_hang_up(struct call *call, const char *word, const struct fault *why)
{
    call->ending = true;
    if (call_under_way(call)) {
        close_links(call, word, why);
    } else {
        call_note_failure(call, NULL, why);
        call_fail(call);
    }
}

/* --- Turns ------------------------------------------------------------------------------------ */

static bool takes_too_long(struct call *call, int64_t now)
{
    int64_t most = call->client->config->opening;
    if (call->greeted)
        return false;
    return (most && now - call->since > most) ||
           (call->won && call_untried(call) && now - call->opened > SILENCE);
}

/* Nobody has said hello in time. */
static void give_up(struct call *call)
{
    struct fault why;
    fault_trouble(&why, "does not answer");
    if (call_under_way(call)) {
        close_links(call, NULL, &why);
    } else {
        call_note_failure(call, NULL, &why);
        call_fail(call);
    }
}

/* Hangs up if necessary. Whether it did. */
static bool end_if_due(struct call *call, int64_t now)
{
    const struct client *c = call->client;
    const struct peer_owner *owner = c->config->owner;
    const struct fault *doom = call->peer ? owner->doomed(owner->self, call->peer) : NULL;
    struct fault why;
    if (doom) {
        why = *doom;
        const char *word = link_session(call->won->link)->word;
        call_hang_up(call, word ? word : "bad", &why);
    } else if (call->feeler && call->greeted) {
        fault_trouble(&why, "only asked whether it answers");
        call_hang_up(call, "done", &why);
    } else if (dialer_gone(c->dialer, call->target)) {
        fault_trouble(&why, "no longer among the peers");
        call_hang_up(call, "done", &why);
    } else if (takes_too_long(call, now)) {
        give_up(call);
    } else {
        return false;
    }
    return true;
}

bool call_has_left(const struct call *call)
{
    return call->won && !call->won->link;
}

/* The target is dialed again soon after the connection that its peer dialed has ended. */
static void return_from_elsewhere(struct call *call, int64_t now)
{
    struct dialer *d = call->client->dialer;
    if (!dialer_gone(d, call->target) && is_connected(call->client, call->account))
        return;
    dialer_answered(d, call->target, now);
    call_end(call, PEER_AGAIN);
}

void call_turn(struct client *c, size_t i, int64_t now)
{
    struct call *call = c->calls[i];
    if (call->elsewhere) {
        return_from_elsewhere(call, now);
        return;
    }
    if (call->resolve)
        call_go_on_resolving(call, now);
    if (c->calls[i] != call || call_has_left(call) || end_if_due(call, now))
        return;
    call_dial_on(call, now);
    for (size_t k = 0; c->calls[i] == call && k < call->count; k++) {
        struct link *l = call->attempts[k].link;
        if (l)
            link_push(l, now);
    }
}

int64_t call_wait(struct call *call, int64_t now)
{
    if (call->resolve)
        return 20;
    if (call->won || call->elsewhere || !call_untried(call))
        return LOOK_EVERY;
    return call_under_way(call) ? STAGGER - (now - call->since) : 0;
}
