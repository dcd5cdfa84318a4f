#include "netcli/connections.h"

#include "base/chance.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "netcli/network.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void connections_secure(struct connections *c)
{
    struct fault f;
    if (c->plain && (c->key || c->keys))
        cli_misuse("-p: plain connections have no keys: leave out -k and -a");
    if (!c->plain)
        c->tls = cli_tls(c->key, c->passphrase_fd);
    if (c->keys && allow_read(c->keys, &c->allow, &f))
        cli_fail(c->keys, &f);
}

void connections_begin(struct connections *c)
{
    struct fault f;
    c->loop = loop_new(&f);
    if (!c->loop || loop_catch_signals(c->loop, &f))
        cli_fail(NULL, &f);
}

/* --- Callbacks of the duplex ------------------------------------------------------------------ */

static void unreached(void *self, const char *address, const uint8_t *account,
                      const struct fault *why)
{
    struct connections *c = self;
    (void)account;
    if (c->verbose)
        cli_event(address, "unreached", NULL, why->text);
    snprintf(c->unreached, sizeof c->unreached, "%s: %s", address, why->text);
}

/* Reports what is wrong with a peers file. */
static void complain(void *self, const char *words)
{
    const struct connections *c = self;
    if (c->verbose)
        cli_event("-", "bad", NULL, words);
    else
        cli_warn("%s", words);
}

/* --- Starting --------------------------------------------------------------------------------- */

static void start_duplex(struct connections *c, struct listener *listener, struct sender *sender,
                         unsigned roles)
{
    c->connecting = (struct duplex_config){.listener = listener,
                                           .sender = sender,
                                           .roles = roles,
                                           .dialed = c->dialing.fanout,
                                           .account = c->tls ? tls_account(c->tls) : NULL,
                                           .seed = chance_seed(),
                                           .log = c->verbose ? cli_log : NULL,
                                           .unreached = unreached,
                                           .complain = complain,
                                           .self = c};
    c->duplex = duplex_new(&c->connecting);
    cli_memory(!c->duplex);
    c->owner = duplex_owner(c->duplex);
}

static void start_client(struct connections *c, const uint8_t chain[ID_LEN], char **operands,
                         size_t count)
{
    struct fault f = {0};
    c->dialing.loop = c->loop;
    c->dialing.tls = c->tls;
    memcpy(c->dialing.chain, chain, ID_LEN);
    c->dialing.has_chain = true;
    c->dialing.operands = operands;
    c->dialing.operands_count = count;
    c->dialing.allows = c->allow ? cli_allows : NULL;
    c->dialing.who = c->allow;
    c->dialing.seed = chance_seed();
    c->dialing.owner = &c->owner;
    c->client = client_new(&c->dialing, &f);
    if (!c->client)
        cli_die("%s", f.text);
}

static void start_server(struct connections *c)
{
    struct address at;
    struct fault f = {0};
    if (address_parse(c->listen, strlen(c->listen), true, &at, &f))
        cli_die("-l: %s", f.text);
    c->serving = (struct server_config){.loop = c->loop,
                                        .tls = c->tls,
                                        .owner = &c->owner,
                                        .peers = c->accepted,
                                        .allows = c->allow ? cli_allows : NULL,
                                        .who = c->allow,
                                        .log = c->verbose ? cli_log : NULL};
    c->server = server_new(&c->serving, &at, &f);
    if (!c->server)
        cli_fail(c->listen, &f);
}

static void log_start(const struct connections *c, const uint8_t chain[ID_LEN])
{
    char start[CLI_START_MAX], words[CLI_START_MAX + ADDRESS_MAX + 16];
    cli_start_words(c->tls, chain, start);
    if (c->server)
        snprintf(words, sizeof words, "listen %s %s", server_address(c->server), start);
    else
        snprintf(words, sizeof words, "%s", start);
    cli_event("-", "start", NULL, words);
}

static void write_where(const char *path, const char *address)
{
    FILE *file = fopen(path, "we");
    if (!file || fprintf(file, "%s\n", address) < 0 || fclose(file))
        cli_die("%s: %s", path, strerror(errno));
}

void connections_start(struct connections *c, struct listener *listener, struct sender *sender,
                       unsigned roles, const uint8_t chain[ID_LEN], char **operands, size_t count)
{
    start_duplex(c, listener, sender, roles);
    if (count)
        start_client(c, chain, operands, count);
    if (c->listen)
        start_server(c);
    if (c->verbose)
        log_start(c, chain);
    if (c->server && c->where)
        write_where(c->where, server_address(c->server));
}

/* --- The end ---------------------------------------------------------------------------------- */

void connections_close(struct connections *c)
{
    if (c->server)
        server_free(c->server);
    if (c->client)
        client_free(c->client);
    c->server = NULL;
    c->client = NULL;
}

void connections_free(struct connections *c)
{
    duplex_free(c->duplex);
    allow_free(c->allow);
    tls_free(c->tls);
    loop_free(c->loop);
}
