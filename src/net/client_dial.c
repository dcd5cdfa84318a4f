/* An outbound peer: who may answer, and what is due as long as it is dialed or connected. */
#include "net/client_parts.h"

#include <stdlib.h>
#include <string.h>

enum { SILENCE = 2000 }; /* ms that an address has for its hello while another one is untried */

const uint8_t *client_account(const struct client *c)
{
    return c->config->tls ? tls_account(c->config->tls) : NULL;
}

static bool is_ours(const struct client *c, const uint8_t account[ID_LEN])
{
    return client_account(c) && memcmp(account, client_account(c), ID_LEN) == 0;
}

/* --- Answers ---------------------------------------------------------------------------------- */

static bool is_allowed(const struct client *c, const uint8_t account[ID_LEN])
{
    if (client_is_banned(c, account))
        return false;
    return !c->config->allows || is_ours(c, account) || c->config->allows(c->config->who, account);
}

static bool is_here_already(const struct client *c, const struct dial *but)
{
    for (size_t i = 0; i < DIALS_MAX; i++) {
        const struct dial *dial = c->dials[i];
        if (dial && dial != but && dial->won && dial->won->link && dial->has_account &&
            memcmp(dial->account, but->account, ID_LEN) == 0)
            return true;
    }
    return false;
}

/* Whether this key may answer there. 0, or -1 and a rule. */
static int check_account(struct client *c, struct attempt *a, struct fault *f)
{
    const struct dial *dial = a->dial;
    const struct target *t = dial->target;
    if (!dial->has_account)
        return 0;
    if (t->has_key && memcmp(t->key, dial->account, ID_LEN))
        return fault_rule(f, "a different key than expected answers there");
    if (is_ours(c, dial->account) && !(t->operand && c->config->ourselves)) {
        a->ours = true;
        return fault_rule(f, "it is this node itself");
    }
    if (is_here_already(c, dial) || client_is_inbound(c, dial->account)) {
        fault_rule(f, "it is already connected under another address");
        f->kind = FAULT_NONE; /* nobody's fault */
        return -1;
    }
    return is_allowed(c, dial->account) ? 0 : fault_rule(f, "its key is not allowed");
}

/* Drops the attempts at the other addresses. If this one says nothing, they are tried after it. */
static void win(struct attempt *a)
{
    struct dial *dial = a->dial;
    struct fault late;
    fault_trouble(&late, "another address was faster");
    dial->won = a;
    dial->opened = loop_now();
    for (size_t i = 0; i < dial->count; i++)
        if (dial->attempts[i].link && &dial->attempts[i] != a)
            link_close(dial->attempts[i].link, NULL, &late);
}

static int opened(void *self, struct link *l, struct fault *f)
{
    struct client *c = self;
    const struct peer_owner *owner = c->config->owner;
    struct attempt *a = link_tag(l);
    struct dial *dial = a->dial;
    struct session *session;
    const uint8_t *account = link_account(l);
    dial->has_account = account != NULL;
    if (account)
        memcpy(dial->account, account, ID_LEN);
    if (check_account(c, a, f))
        return -1;
    const struct peer_link link = {.address = dial->target->address.text,
                                   .account = account,
                                   .dialed = true,
                                   .version = account ? link_version(l) : dial->version};
    dial->peer = owner->join(owner->self, &link, &session, loop_now(), f);
    if (!dial->peer)
        return -1;
    link_attach(l, session, dial);
    win(a);
    return 0;
}

static int greeted(void *self, struct session *s, int64_t now, struct fault *f)
{
    struct dial *dial = self;
    const struct session_role *role = &dial->client->config->owner->role;
    dial->greeted = true;
    dial->greeted_at = now;
    dial->client->online = true;
    dialer_greeted(dial->client->dialer, dial->target);
    candidates_note(dial->client->candidates, dial->target, OUTCOME_ANSWERED);
    if (dial->feeler)
        return 0;
    return role->greeted(dial->peer, s, now, f);
}

static int line(void *self, struct session *s, enum wire_word word, const char *text, size_t len,
                int64_t now, struct fault *f)
{
    struct dial *dial = self;
    if (dial->feeler)
        return 0;
    if (!dial->heard)
        dialer_answered(dial->client->dialer, dial->target, now);
    dial->heard = true;
    return dial->client->config->owner->role.line(dial->peer, s, word, text, len, now, f);
}

struct link_owner dial_link_owner(struct client *c)
{
    return (struct link_owner){.opened = opened,
                               .closed = dial_link_closed,
                               .role = {.greeted = greeted, .line = line},
                               .self = c};
}

/* --- Closing ---------------------------------------------------------------------------- */

/* The dial may end with its last link. */
static void close_links(struct dial *dial, const char *word, const struct fault *why)
{
    size_t left = dial_links(dial);
    for (size_t i = 0; left; i++)
        if (dial->attempts[i].link) {
            left--;
            link_close(dial->attempts[i].link, word, why);
        }
}

void dial_close(struct dial *dial, const char *word, const struct fault *why)
{
    dial->ending = true;
    if (dial_links(dial)) {
        close_links(dial, word, why);
    } else {
        dial_note_failure(dial, NULL, why);
        dial_fail(dial);
    }
}

/* --- Turns ------------------------------------------------------------------------------------ */

static bool takes_too_long(struct dial *dial, int64_t now)
{
    int64_t most = dial->client->config->opening;
    if (dial->greeted)
        return false;
    return (most && now - dial->since > most) ||
           (dial->won && dial_untried(dial) && now - dial->opened > SILENCE);
}

/* Nobody has said hello in time. */
static void give_up(struct dial *dial)
{
    struct fault why;
    fault_trouble(&why, "does not answer");
    if (dial_links(dial)) {
        close_links(dial, NULL, &why);
    } else {
        dial_note_failure(dial, NULL, &why);
        dial_fail(dial);
    }
}

/* Closes the dial if there is a reason to. Whether it did. */
static bool end_if_due(struct dial *dial, int64_t now)
{
    const struct client *c = dial->client;
    const struct peer_owner *owner = c->config->owner;
    const struct fault *doom = dial->peer ? owner->doomed(owner->self, dial->peer) : NULL;
    struct fault why;
    if (doom) {
        why = *doom;
        const char *word = link_session(dial->won->link)->word;
        dial_close(dial, word ? word : "bad", &why);
    } else if (dial->feeler && dial->greeted) {
        fault_trouble(&why, "only asked whether it answers");
        dial_close(dial, "done", &why);
    } else if (dialer_gone(c->dialer, dial->target)) {
        fault_trouble(&why, "no longer among the peers");
        dial_close(dial, "done", &why);
    } else if (takes_too_long(dial, now)) {
        give_up(dial);
    } else {
        return false;
    }
    return true;
}

bool dial_has_left(const struct dial *dial)
{
    return dial->won && !dial->won->link;
}

/* Once the inbound connection of its peer has ended, the target may be dialed again soon. */
static void end_with_inbound(struct dial *dial, int64_t now)
{
    struct dialer *d = dial->client->dialer;
    if (!dialer_gone(d, dial->target) && client_is_inbound(dial->client, dial->account))
        return;
    dialer_answered(d, dial->target, now);
    dial_end(dial, PEER_AGAIN);
}

void dial_turn(struct client *c, size_t i, int64_t now)
{
    struct dial *dial = c->dials[i];
    if (dial->inbound) {
        end_with_inbound(dial, now);
        return;
    }
    if (dial->resolve)
        dial_poll_name(dial, now);
    if (c->dials[i] != dial || dial_has_left(dial) || end_if_due(dial, now))
        return;
    dial_next_address(dial, now);
    for (size_t k = 0; c->dials[i] == dial && k < dial->count; k++) {
        struct link *l = dial->attempts[k].link;
        if (l)
            link_push(l, now);
    }
}

int64_t dial_wait(struct dial *dial, int64_t now)
{
    if (dial->resolve)
        return 20;
    if (dial->won || dial->inbound || !dial_untried(dial))
        return LOOK_EVERY;
    return dial_links(dial) ? STAGGER - (now - dial->since) : 0;
}
