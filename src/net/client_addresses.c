/* Dials one target: resolves its name, and tries its addresses one after the other, each a little
 * after the one before (RFC 8305, section 5). */
#include "net/client_parts.h"

#include "net/connect.h"

#include <stdlib.h>
#include <string.h>

static void start_attempt(struct attempt *a, int64_t now)
{
    struct dial *dial = a->dial;
    struct client *c = dial->client;
    struct fault f;
    struct channel *channel = channel_dial(c->config->tls, &a->to.at, a->to.len, &f);
    a->tried = true;
    dial->since = now;
    if (channel && !(a->link = link_new(c->config->loop, channel, &c->link_owner, a)))
        fault_memory(&f);
    if (!a->link)
        dial_note_failure(dial, a, &f);
}

void dial_next_address(struct dial *dial, int64_t now)
{
    struct attempt *a;
    if (dial->won || dial->resolve || dial->inbound)
        return;
    while ((a = dial_untried(dial)) && (!dial_links(dial) || now - dial->since >= STAGGER))
        start_attempt(a, now);
    if (!dial_links(dial))
        dial_fail(dial);
}

/* Whoever announces a name decides what it resolves to, such as an address of this machine. */
static bool may_dial(const struct target *t, const struct socket_address *to)
{
    return !t->announced || address_scope_of(&t->address, NULL) != ADDRESS_NAME ||
           address_scope((const struct sockaddr *)&to->at, NULL) == ADDRESS_GLOBAL;
}

static void take_addresses(struct dial *dial, const struct resolved *found)
{
    struct fault f;
    for (size_t i = 0; i < found->count; i++)
        if (may_dial(dial->target, &found->list[i]))
            dial->attempts[dial->count++] = (struct attempt){.dial = dial, .to = found->list[i]};
    if (dial->count)
        return;
    fault_trouble(&f, "no address of this name is globally reachable");
    dial_note_failure(dial, NULL, &f);
}

void dial_poll_name(struct dial *dial, int64_t now)
{
    struct fault f;
    struct resolved found;
    int done = resolve_poll(dial->resolve, &found, &f);
    if (done == 0)
        return;
    resolve_free(dial->resolve);
    dial->resolve = NULL;
    if (done < 0)
        dial_note_failure(dial, NULL, &f);
    else
        take_addresses(dial, &found);
    dial_next_address(dial, now);
}

void dial_start(struct client *c, const struct target *t, bool feeler, int64_t now)
{
    struct fault f;
    size_t i = 0;
    struct dial *dial = calloc(1, sizeof *dial);
    if (!dial) {
        dialer_over(c->dialer, t, now);
        return;
    }
    *dial = (struct dial){.client = c,
                          .target = t,
                          .feeler = feeler,
                          .since = now,
                          .version = c->config->tls || c->config->newest ? WIRE_VERSION
                                                                         : WIRE_VERSION_PLAIN};
    while (c->dials[i])
        i++;
    c->dials[i] = dial;
    dial->has_account = t->has_key;
    memcpy(dial->account, t->key, ID_LEN);
    if (dial_yield_to_inbound(dial))
        return;
    dial->has_account = false;
    dial->resolve = resolve_start(&t->address, &f);
    if (dial->resolve) {
        dial_poll_name(dial, now);
    } else {
        dial_note_failure(dial, NULL, &f);
        dial_fail(dial);
    }
}
