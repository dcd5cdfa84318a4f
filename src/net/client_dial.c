/* Dialing one target: its name, then its addresses, one after the other (RFC 8305). */
#include "net/client_parts.h"

#include "net/connect.h"

#include <stdlib.h>
#include <string.h>

static void start_attempt(struct attempt *a, int64_t now)
{
    struct call *call = a->call;
    struct client *c = call->client;
    struct fault f;
    struct channel *channel = channel_dial(c->config->tls, &a->to.at, a->to.len, &f);
    a->tried = true;
    call->since = now;
    if (channel && !(a->link = link_new(c->config->loop, channel, &c->link_owner, a)))
        fault_memory(&f);
    if (!a->link)
        call_note_failure(call, a, &f);
}

void call_dial_on(struct call *call, int64_t now)
{
    struct attempt *a;
    if (call->won || call->resolve || call->elsewhere)
        return;
    while ((a = call_untried(call)) && (!call_under_way(call) || now - call->since >= STAGGER))
        start_attempt(a, now);
    if (!call_under_way(call))
        call_fail(call);
}

/* A name in a stranger's record can stand for any address, such as this machine's. */
static bool may_dial(const struct target *t, const struct socket_address *to)
{
    return !t->announced || address_scope_of(&t->address, NULL) != ADDRESS_NAME ||
           address_scope((const struct sockaddr *)&to->at, NULL) == ADDRESS_GLOBAL;
}

static void take_addresses(struct call *call, const struct resolved *found)
{
    struct fault f;
    for (size_t i = 0; i < found->count; i++)
        if (may_dial(call->target, &found->list[i]))
            call->attempts[call->count++] = (struct attempt){.call = call, .to = found->list[i]};
    if (call->count)
        return;
    fault_trouble(&f, "no address of this name is globally reachable");
    call_note_failure(call, NULL, &f);
}

void call_go_on_resolving(struct call *call, int64_t now)
{
    struct fault f;
    struct resolved found;
    int done = resolve_poll(call->resolve, &found, &f);
    if (done == 0)
        return;
    resolve_free(call->resolve);
    call->resolve = NULL;
    if (done < 0)
        call_note_failure(call, NULL, &f);
    else
        take_addresses(call, &found);
    call_dial_on(call, now);
}

void call_start(struct client *c, const struct target *t, bool feeler, int64_t now)
{
    struct fault f;
    size_t i = 0;
    struct call *call = calloc(1, sizeof *call);
    if (!call) {
        dialer_over(c->dialer, t, now);
        return;
    }
    *call = (struct call){
        .client = c, .target = t, .feeler = feeler, .since = now, .version = WIRE_VERSION};
    while (c->calls[i])
        i++;
    c->calls[i] = call;
    call->has_account = t->has_key;
    memcpy(call->account, t->key, ID_LEN);
    if (call_rest_elsewhere(call))
        return;
    call->has_account = false;
    call->resolve = resolve_start(&t->address, &f);
    if (call->resolve) {
        call_go_on_resolving(call, now);
    } else {
        call_note_failure(call, NULL, &f);
        call_fail(call);
    }
}
