/* gossip-listen: accepts the records that peers offer, and prints each new one once. */
#include "base/hex.h"
#include "cli/allow.h"
#include "cli/cli.h"
#include "cli/network.h"
#include "cli/receiver.h"
#include "net/server.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct cli_option options[] = {
    {'l', "listen", "HOST:PORT", "listen at this address; port 0: any free port"},
    {'k', "key", "KEY", "the key file of this node (default: a fresh key)"},
    {'L', "ledger", "LEDGER", "know its blocks, and serve them to peers that pull"},
    {'c', "chain", "CHAIN", "the genesis block's id (default: LEDGER's)"},
    {'a', "allow", "KEYS", "accept only peers with these keys"},
    {'p', "plain", NULL, "without TLS, on loopback only"},
    {'s', "spool", "FILE", "keep the last records in FILE, and print them again at start"},
    {'w', "where", "FILE", "write HOST:PORT to FILE once it listens"},
    {'d', "dandelion", NULL, "print `fluff ID' before transactions that are past their stem phase"},
    {'t', "type", "TYPE", "also accept records of this type, of which only the form is checked"},
    {'n', "count", "COUNT", "maximum number of connections (default: 1024)"},
    {'j', "threads", "COUNT", "threads that check signatures (default: all processors)"},
    {'v', "verbose", NULL, "log events to stderr"},
    {'P', "passphrase-fd", "FD", "the key's passphrase is the next line of FD"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "gossip-listen",
    .operands = "",
    .about = "Accepts the records that peers offer, and prints each new one once.",
    .options = options,
    .required = "l",
};

struct run {
    const char *listen, *key, *keys, *where;
    size_t peers;
    bool plain, verbose;
    int passphrase_fd;
    struct loop *loop;
    struct tls *tls;
    struct allow *allow;
    struct receiver receiver;
    struct duplex_config connecting;
    struct duplex *duplex;
    struct server_config serving;
    struct server *server;
};

/* --- Starting --------------------------------------------------------------------------------- */

static void start_duplex(struct run *r)
{
    r->connecting = (struct duplex_config){
        .listener = r->receiver.listener,
        .roles = WIRE_LISTENS | (r->receiver.ledger ? WIRE_BLOCKS | WIRE_HEADERS : 0U),
        .account = r->tls ? tls_account(r->tls) : NULL,
        .log = r->verbose ? cli_log : NULL};
    r->duplex = duplex_new(&r->connecting);
    if (!r->duplex)
        cli_die("out of memory");
}

static void start_server(struct run *r)
{
    struct address at;
    struct fault f = {0};
    char words[ADDRESS_MAX + 160];
    if (address_parse(r->listen, strlen(r->listen), true, &at, &f))
        cli_die("-l: %s", f.text);
    r->serving = (struct server_config){.loop = r->loop,
                                        .tls = r->tls,
                                        .duplex = r->duplex,
                                        .peers = r->peers,
                                        .allows = r->allow ? cli_allows : NULL,
                                        .who = r->allow,
                                        .log = r->verbose ? cli_log : NULL};
    r->server = server_new(&r->serving, &at, &f);
    if (!r->server)
        cli_fail(r->listen, &f);
    snprintf(words, sizeof words, "listen %s %s %s", server_address(r->server),
             r->tls ? hex32(tls_account(r->tls)).text : "-",
             hex32(r->receiver.listening.chain).text);
    if (r->verbose)
        cli_event("-", "start", NULL, words);
    receiver_write_where(r->where, server_address(r->server));
}

static void start(struct run *r)
{
    struct fault f;
    cli_hold_events();
    cli_clock(NULL); /* so that an invalid one is reported now, not when the first record arrives */
    if (!r->plain)
        r->tls = cli_tls(r->key, r->passphrase_fd);
    if (r->keys && allow_read(r->keys, &r->allow, &f))
        cli_fail(r->keys, &f);
    r->receiver.verbose = r->verbose;
    receiver_find_chain(&r->receiver);
    r->loop = loop_new(&f);
    if (!r->loop || loop_catch_signals(r->loop, &f))
        cli_fail(NULL, &f);
    receiver_start(&r->receiver, r->loop);
    start_duplex(r);
    start_server(r);
}

/* --- Running ---------------------------------------------------------------------------------- */

static void run(struct run *r)
{
    struct fault f;
    while (!loop_stopped(r->loop)) {
        cli_flush_events();
        if (loop_turn(r->loop, listener_wait(r->receiver.listener), &f))
            cli_fail(NULL, &f);
        receiver_settle(&r->receiver);
        bool paused = receiver_is_full(&r->receiver);
        server_pause(r->server, paused);
        duplex_turn(r->duplex, paused, false, loop_now());
        server_turn(r->server, loop_now());
    }
}

static void stop(struct run *r)
{
    server_free(r->server);
    receiver_settle(&r->receiver);
    receiver_drain(&r->receiver);
    duplex_free(r->duplex);
    receiver_free(&r->receiver);
    allow_free(r->allow);
    tls_free(r->tls);
    loop_free(r->loop);
}

static void take_option(struct run *r, int c)
{
    const struct cli_value texts[] = {{'l', &r->listen},
                                      {'k', &r->key},
                                      {'L', &r->receiver.ledger},
                                      {'c', &r->receiver.chain},
                                      {'a', &r->keys},
                                      {'s', &r->receiver.spool_path},
                                      {'w', &r->where},
                                      {'j', &r->receiver.threads},
                                      {0, NULL}};
    r->plain |= c == 'p';
    r->receiver.listening.stems |= c == 'd';
    r->verbose |= c == 'v';
    cli_take(texts, c);
    if (c == 'n')
        r->peers = (size_t)cli_number("-n", optarg, 1, LISTENER_PEERS_MAX);
    if (c == 'P')
        r->passphrase_fd = (int)cli_number("-P", optarg, 0, 1 << 20);
    if (c == 't')
        receiver_type(&r->receiver, "-t", optarg);
}

int main(int argc, char **argv)
{
    struct run r = {.peers = SERVER_PEERS, .passphrase_fd = -1};
    for (int c; (c = cli_next(&program, argc, argv)) != -1;)
        take_option(&r, c);
    cli_operands(argc, argv, 0, 0);
    if (!r.receiver.chain && !r.receiver.ledger)
        cli_misuse("the chain is missing: give -L LEDGER or -c CHAIN");
    if (r.plain && (r.key || r.keys))
        cli_die("-p: plain connections have no keys: leave out -k and -a");
    start(&r);
    run(&r);
    stop(&r);
    return CLI_YES;
}
