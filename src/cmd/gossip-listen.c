/* gossip-listen: accepts the records that peers offer, and prints each new one once. */
#include "base/chance.h"
#include "base/hex.h"
#include "cli/allow.h"
#include "cli/cli.h"
#include "cli/network.h"
#include "cli/output.h"
#include "cli/view.h"
#include "ledger/known.h"
#include "net/server.h"
#include "net/spool.h"

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

enum {
    TYPES_MAX = 16,
    DRAIN = 5000, /* ms that a slow reader of stdout has for the rest, at the end */
};

struct run {
    const char *listen, *key, *ledger, *chain, *keys, *spool_path, *where, *threads;
    const char *types[TYPES_MAX + 1];
    size_t types_count, peers;
    bool plain, stems, verbose;
    int passphrase_fd;
    struct loop *loop;
    struct tls *tls;
    struct allow *allow;
    struct ledger_view *ledger_view;
    struct known *known; /* a cache of valid signatures, beside the ledger; NULL: no ledger */
    struct view view;
    struct listener_config listening;
    struct listener *listener;
    struct server_config serving;
    struct server *server;
    struct output output;
    struct spool spool;
    size_t spooled; /* how many of the bytes waiting for stdout are in the spool */
};

/* --- Starting --------------------------------------------------------------------------------- */

/* The chain: LEDGER's, or -c's if there is no ledger yet. */
static void find_chain(struct run *r)
{
    struct fault f;
    struct rules rules;
    uint8_t *chain = r->listening.chain;
    if (r->chain)
        cli_chain(r->chain, chain);
    if (!r->ledger)
        return;
    r->ledger_view = ledger_view_new(r->ledger, r->chain ? chain : NULL);
    if (!r->ledger_view)
        cli_die("out of memory");
    int known = ledger_view_chain(r->ledger_view, chain, &rules, &f);
    if (known < 0)
        cli_fail(r->ledger, &f);
    if (!known && !r->chain)
        cli_die("%s: no such ledger; give its chain with -c to start without one", r->ledger);
    r->view = ledger_view_table(r->ledger_view);
    r->listening.view = &r->view;
    r->known = known_new(r->ledger, NULL);
    if (!r->known)
        cli_die("out of memory");
    r->listening.recall = known_recall;
    r->listening.checked = known_remember;
    r->listening.known = r->known;
}

static void start_listener(struct run *r)
{
    r->listening.types = r->types;
    r->listening.stems = r->stems;
    r->listening.deflate = true;
    r->listening.pool = sigpool_new(cli_threads(r->threads));
    r->listening.seed = chance_seed();
    r->listening.clock = cli_clock;
    r->listening.log = r->verbose ? cli_log : NULL;
    r->listener = r->listening.pool ? listener_new(&r->listening) : NULL;
    if (!r->listener)
        cli_die("out of memory");
}

/* Prints again what an earlier run printed, since its reader may not have handled all of it. */
static void open_spool(struct run *r)
{
    struct fault f = {0};
    struct buf before = {0};
    r->spool.fd = -1;
    if (!r->spool_path)
        return;
    if (spool_open(&r->spool, r->spool_path, &before, &f) ||
        listener_replay(r->listener, before.data, before.len, loop_now(), &f))
        cli_fail(NULL, &f);
    buf_free(&before);
    r->spooled = listener_out(r->listener)->len;
}

static void write_where(const struct run *r)
{
    if (!r->where)
        return;
    FILE *file = fopen(r->where, "we");
    if (!file || fprintf(file, "%s\n", server_address(r->server)) < 0 || fclose(file))
        cli_die("%s: cannot be written", r->where);
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
                                        .listener = r->listener,
                                        .peers = r->peers,
                                        .allows = r->allow ? cli_allows : NULL,
                                        .who = r->allow,
                                        .log = r->verbose ? cli_log : NULL};
    r->server = server_new(&r->serving, &at, &f);
    if (!r->server)
        cli_fail(r->listen, &f);
    snprintf(words, sizeof words, "listen %s %s %s", server_address(r->server),
             r->tls ? hex32(tls_account(r->tls)).text : "-", hex32(r->listening.chain).text);
    if (r->verbose)
        cli_event("-", "start", NULL, words);
    write_where(r);
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
    find_chain(r);
    start_listener(r);
    r->loop = loop_new(&f);
    if (!r->loop || loop_catch_signals(r->loop, &f))
        cli_fail(NULL, &f);
    output_open(&r->output, r->loop, listener_out(r->listener));
    open_spool(r);
    start_server(r);
}

/* --- Running ---------------------------------------------------------------------------------- */

/* Input becomes records: they are written to the spool, then printed, and only then acknowledged.
 */
static void settle(struct run *r)
{
    struct fault f = {0};
    const struct buf *out = listener_out(r->listener);
    if (listener_settle(r->listener, loop_now(), &f))
        cli_fail(NULL, &f);
    if (r->spool_path && out->len > r->spooled &&
        spool_add(&r->spool, out->data + r->spooled, out->len - r->spooled, &f))
        cli_fail(NULL, &f);
    cli_flush_events(); /* so whoever sees a record finds its events */
    output_push(&r->output);
    r->spooled = out->len;
}

static void run(struct run *r)
{
    struct fault f;
    while (!loop_stopped(r->loop)) {
        cli_flush_events();
        if (loop_turn(r->loop, listener_wait(r->listener), &f))
            cli_fail(NULL, &f);
        settle(r);
        server_pause(r->server, outlet_backlog(&r->output.outlet) > LISTENER_OUT_MAX, loop_now());
        server_turn(r->server, loop_now());
    }
}

/* Records that were acknowledged and wait for a slow reader: unless there is a spool, nobody else
 * has them. */
static void drain(struct run *r)
{
    output_drain(&r->output, DRAIN);
    size_t left = outlet_backlog(&r->output.outlet);
    if (left && !r->spool_path)
        cli_die("stdout: nobody read the last %zu bytes", left);
}

static void stop(struct run *r)
{
    server_free(r->server);
    settle(r);
    drain(r);
    output_close(&r->output);
    listener_free(r->listener);
    sigpool_free(r->listening.pool);
    known_free(r->known);
    ledger_view_free(r->ledger_view);
    spool_close(&r->spool);
    allow_free(r->allow);
    tls_free(r->tls);
    loop_free(r->loop);
}

static void take_option(struct run *r, int c)
{
    const struct cli_value texts[] = {{'l', &r->listen}, {'k', &r->key},     {'L', &r->ledger},
                                      {'c', &r->chain},  {'a', &r->keys},    {'s', &r->spool_path},
                                      {'w', &r->where},  {'j', &r->threads}, {0, NULL}};
    r->plain |= c == 'p';
    r->stems |= c == 'd';
    r->verbose |= c == 'v';
    cli_take(texts, c);
    if (c == 'n')
        r->peers = (size_t)cli_number("-n", optarg, 1, LISTENER_PEERS_MAX);
    if (c == 'P')
        r->passphrase_fd = (int)cli_number("-P", optarg, 0, 1 << 20);
    if (c == 't' && r->types_count == TYPES_MAX)
        cli_die("-t: more than %d types", TYPES_MAX);
    if (c == 't')
        r->types[r->types_count++] = optarg;
}

int main(int argc, char **argv)
{
    struct run r = {.peers = SERVER_PEERS, .passphrase_fd = -1};
    for (int c; (c = cli_next(&program, argc, argv)) != -1;)
        take_option(&r, c);
    cli_operands(argc, argv, 0, 0);
    if (!r.chain && !r.ledger)
        cli_misuse("the chain is missing: give -L LEDGER or -c CHAIN");
    if (r.plain && (r.key || r.keys))
        cli_die("-p: plain connections have no keys: leave out -k and -a");
    start(&r);
    run(&r);
    stop(&r);
    return CLI_YES;
}
