/* gossip-listen: accepts the records that peers offer, and prints each new one once. */
#include "cli/cli.h"
#include "cli/options.h"
#include "netcli/connections.h"
#include "netcli/network.h"
#include "netcli/receiver.h"

struct run {
    struct connections net;
    struct receiver receiver;
};

static const struct cli_option options[] = {
    {'l', "listen", "HOST:PORT", "listen at this address; port 0: any free port",
     CLI_TEXT(struct run, net.listen)},
    {'k', "key", "KEY", "the key file of this node (default: a fresh key)",
     CLI_TEXT(struct run, net.key)},
    {'L', "ledger", "LEDGER", "know its blocks, and serve them to peers that pull",
     CLI_TEXT(struct run, receiver.ledger)},
    {'c', "chain", "CHAIN", "the genesis block's id (default: LEDGER's)",
     CLI_TEXT(struct run, receiver.chain)},
    {'a', "allow", "KEYS", "accept only peers with these keys", CLI_TEXT(struct run, net.keys)},
    {'p', "plain", NULL, "without TLS, on loopback only", CLI_FLAG(struct run, net.plain)},
    {'s', "spool", "FILE", "keep the last records in FILE, and print them again at start",
     CLI_TEXT(struct run, receiver.spool_path)},
    {'w', "where", "FILE", "write HOST:PORT to FILE once it listens",
     CLI_TEXT(struct run, net.where)},
    {'d', "dandelion", NULL, "print `fluff ID' before transactions that are past their stem phase",
     CLI_FLAG(struct run, receiver.listening.stems)},
    {'t', "type", "TYPE", "also accept records of this type, such as checkpoint or vote",
     CLI_CALL(receiver_take_type), .at = offsetof(struct run, receiver)},
    {'n', "count", "COUNT", "maximum number of connections (default: 1024)",
     CLI_NUMBER(struct run, net.accepted, 1, LISTENER_PEERS_MAX)},
    {CLI_OPTION_THREADS(struct run, receiver.threads)},
    {'v', "verbose", NULL, "log events to stderr", CLI_FLAG(struct run, net.verbose)},
    {CLI_OPTION_PASSPHRASE(struct run, net.passphrase_fd)},
    {0},
};

static const struct cli program = {
    .name = "gossip-listen",
    .operands = "",
    .about = "Accepts the records that peers offer, and prints each new one once.",
    .options = options,
    .required = "l",
};

static void start(struct run *r)
{
    unsigned serves = r->receiver.ledger ? WIRE_BLOCKS | WIRE_HEADERS : 0U;
    cli_hold_events();
    cli_clock(NULL); /* so that an invalid one is reported now, not when the first record arrives */
    connections_secure(&r->net);
    r->receiver.verbose = r->net.verbose;
    receiver_find_chain(&r->receiver);
    connections_begin(&r->net);
    receiver_start(&r->receiver, r->net.loop);
    connections_start(&r->net, r->receiver.listener, NULL, WIRE_LISTENS | serves,
                      r->receiver.listening.chain, NULL, 0);
}

static void run(struct run *r)
{
    struct fault f;
    while (!loop_stopped(r->net.loop)) {
        cli_flush_events();
        if (loop_turn(r->net.loop, listener_wait(r->receiver.listener, loop_now()), &f))
            cli_fail(NULL, &f);
        receiver_settle(&r->receiver);
        bool paused = receiver_is_full(&r->receiver);
        server_pause(r->net.server, paused);
        duplex_turn(r->net.duplex, paused, false, loop_now());
        server_turn(r->net.server, loop_now());
    }
}

static void stop(struct run *r)
{
    connections_close(&r->net);
    receiver_settle(&r->receiver);
    receiver_drain(&r->receiver);
    receiver_free(&r->receiver);
    connections_free(&r->net);
}

int main(int argc, char **argv)
{
    struct run r = {.net = {.accepted = SERVER_PEERS, .passphrase_fd = -1}};
    cli_count_operands(cli_options(&program, argc, argv, &r), 0, 0);
    if (!r.receiver.chain && !r.receiver.ledger)
        cli_misuse("the chain is missing: give -L LEDGER or -c CHAIN");
    start(&r);
    run(&r);
    stop(&r);
    return CLI_YES;
}
