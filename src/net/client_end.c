/* The end of a dial: of a peer that is gone, or of a target that was not reached. */
#include "net/client_parts.h"

#include <stdlib.h>
#include <string.h>

enum { BANNED_MAX = 4096 };

static bool is_anyone_connected(const struct client *c)
{
    for (size_t i = 0; i < DIALS_MAX; i++)
        if (c->dials[i] && c->dials[i]->greeted)
            return true;
    return false;
}

/* Keys beyond the limit, or beyond memory, are not remembered. */
static void ban(struct client *c, const struct dial *dial)
{
    if (dial->has_account && c->banned.len < BANNED_MAX * ID_LEN)
        buf_add(&c->banned, dial->account, ID_LEN);
}

bool client_is_banned(const struct client *c, const uint8_t account[ID_LEN])
{
    for (size_t i = 0; i < c->banned.len; i += ID_LEN)
        if (memcmp(c->banned.data + i, account, ID_LEN) == 0)
            return true;
    return false;
}

size_t dial_links(const struct dial *dial)
{
    size_t n = 0;
    for (size_t i = 0; i < dial->count; i++)
        n += dial->attempts[i].link != NULL;
    return n;
}

struct attempt *dial_untried(struct dial *dial)
{
    for (size_t i = 0; i < dial->count && !dial->ending; i++)
        if (!dial->attempts[i].tried)
            return &dial->attempts[i];
    return NULL;
}

static bool leads_to_ourselves(const struct dial *dial)
{
    size_t ours = 0;
    for (size_t i = 0; i < dial->count; i++)
        ours += dial->attempts[i].ours;
    return ours && ours == dial->count;
}

bool client_is_inbound(const struct client *c, const uint8_t account[ID_LEN])
{
    const struct peer_owner *owner = c->config->owner;
    return owner->connected && owner->connected(owner->self, account);
}

bool dial_yield_to_inbound(struct dial *dial)
{
    struct client *c = dial->client;
    if (!dial->has_account || dialer_gone(c->dialer, dial->target) ||
        !client_is_inbound(c, dial->account))
        return false;
    dial->inbound = true;
    dial->ending = dial->greeted = dial->heard = false;
    dial->peer = NULL;
    dial->won = NULL;
    return true;
}

void dial_end(struct dial *dial, enum peer_next next)
{
    struct client *c = dial->client;
    if (next == PEER_AGAIN && dial_yield_to_inbound(dial))
        return;
    c->done += next == PEER_DONE;
    if (next == PEER_BAN)
        ban(c, dial);
    if (next != PEER_AGAIN || leads_to_ourselves(dial))
        dialer_never(c->dialer, dial->target);
    for (size_t i = 0; i < DIALS_MAX; i++)
        if (c->dials[i] == dial)
            c->dials[i] = NULL;
    resolve_free(dial->resolve);
    dialer_over(c->dialer, dial->target, loop_now());
    free(dial);
}

/* If no peer answers any more, this machine is offline, and the failure says nothing about the
 * target. */
static void note_unreached(struct dial *dial)
{
    struct client *c = dial->client;
    bool let_go = dial->ending || !*dial->why.text || dial->why.kind == FAULT_NONE;
    bool cut_off = c->online && !dial->has_account && !is_anyone_connected(c);
    if (!let_go && !cut_off && !leads_to_ourselves(dial))
        candidates_note(c->candidates, dial->target,
                        dial->has_account ? OUTCOME_OTHER_KEY : OUTCOME_NOBODY);
    c->online |= dial->has_account;
}

static void tell_unreached(struct dial *dial)
{
    note_unreached(dial);
    const struct peer_owner *owner = dial->client->config->owner;
    if (owner->unreached)
        owner->unreached(owner->self, dial->target->address.text,
                         dial->has_account ? dial->account : NULL, &dial->why);
}

/* "Connected already" overrides all other reasons, and a broken rule overrides trouble. */
void dial_note_failure(struct dial *dial, const struct attempt *a, const struct fault *why)
{
    struct fault before = dial->why;
    char address[ADDRESS_MAX] = "";
    if (a)
        address_format((const struct sockaddr *)&a->to.at, address);
    dial->why = *why;
    if (!a || dial->count == 1)
        return;
    bool first = !*before.text;
    fault_trouble(&dial->why, "%s%s%s: %s", before.text, first ? "" : "; ", address, why->text);
    dial->why.kind = first || why->kind < before.kind ? why->kind : before.kind;
}

static enum peer_next next_of_unjoined(const struct client *c)
{
    return c->config->once ? PEER_NEVER : PEER_AGAIN;
}

void dial_fail(struct dial *dial)
{
    if (dial_yield_to_inbound(dial))
        return;
    tell_unreached(dial);
    dial_end(dial, next_of_unjoined(dial->client));
}

void dial_part(struct dial *dial, enum peer_next next)
{
    if (dial->greeted || !dial_untried(dial)) {
        dial_end(dial, next);
        return;
    }
    dial->peer = NULL;
    dial->won = NULL;
    dial->has_account = false;
}

/* Whether the peer of a plain connection has refused the version of our hello. It is then dialed
 * again with an older one. */
static bool is_older(const struct dial *dial, const struct session *s)
{
    return !dial->client->config->tls && dial->version > WIRE_VERSION_FIRST && !dial->greeted &&
           ((s->word && strcmp(s->word, "version") == 0) || strcmp(s->their_word, "version") == 0);
}

/* The peer is gone. */
static void lose_peer(struct dial *dial, const struct fault *why)
{
    const struct peer_owner *owner = dial->client->config->owner;
    enum peer_next next = owner->leave(owner->self, dial->peer, why, loop_now());
    if (!dial->greeted && !dial_untried(dial))
        tell_unreached(dial);
    if (next != PEER_LATER)
        dial_part(dial, next);
}

void dial_link_closed(void *self, struct link *l, const struct fault *why)
{
    struct attempt *a = link_tag(l);
    struct dial *dial = a->dial;
    (void)self;
    a->link = NULL;
    if (dial->won && dial->won != a) { /* it was only slower than another address */
        a->tried = false;
        return;
    }
    if (dial->won && is_older(dial, link_session(l))) {
        dial->version = dial->version > WIRE_VERSION_PLAIN ? WIRE_VERSION_PLAIN
                                                           : WIRE_VERSION_FIRST;
        a->tried = false;
    } else if (!dial->greeted) {
        dial_note_failure(dial, a, why);
    }
    if (dial->won)
        lose_peer(dial, why);
    else if (!dial_links(dial) && !dial_untried(dial))
        dial_fail(dial);
}
