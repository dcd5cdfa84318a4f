/* gossip: exchanges records with peers, over connections that it dials and that it accepts. */
#include "base/chance.h"
#include "base/hex.h"
#include "cli/allow.h"
#include "cli/cli.h"
#include "cli/events.h"
#include "cli/network.h"
#include "cli/receiver.h"
#include "cli/status_file.h"
#include "cli/terminal.h"
#include "net/inlet.h"
#include "net/server.h"
#include "record/mark.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct cli_option options[] = {
    {'k', "key", "KEY", "the key file of this node (default: a fresh key)"},
    {'l', "listen", "HOST:PORT", "accept connections at this address; port 0: any free port"},
    {'L', "ledger", "LEDGER", "know its blocks, and serve them to peers"},
    {'c', "chain", "CHAIN", "the genesis block's id (default: LEDGER's)"},
    {'a', "allow", "KEYS", "talk only to peers with these keys"},
    {'p', "plain", NULL, "without TLS, on loopback only"},
    {'s', "spool", "FILE", "keep the last records in FILE, and print them again at start"},
    {'w', "where", "FILE", "write HOST:PORT to FILE once it listens"},
    {'S', "status", "FILE", "write the connections to FILE every two seconds"},
    {'d', "dandelion", NULL, "send fresh transactions along a stem first"},
    {'r', "resolve", NULL, "also dial peer records whose address is a name"},
    {'T', "type", "TYPE", "also accept records of this type, of which only the form is checked"},
    {'f', "fanout", "COUNT", "the number of peers to dial (default: 8)"},
    {'n', "count", "COUNT", "maximum number of accepted connections (default: 1024)"},
    {'t', "seconds", "SECONDS",
     "at the end, give up if no peer takes anything for this long (default: 5)"},
    {'m', "memory", "BYTES", "memory for records that peers may request (default: 268435456)"},
    {'j', "threads", "COUNT", "threads that check signatures (default: all processors)"},
    {'v', "verbose", NULL, "log events to stderr"},
    {'P', "passphrase-fd", "FD", "the key's passphrase is the next line of FD"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "gossip",
    .operands = "[PEER...]",
    .about = "Sends the records on stdin to peers, and prints each new one that they send once.",
    .options = options,
};

enum {
    HOLD = 30000,  /* ms for which a record is kept for the first peer that takes it */
    UNREAD = 5000, /* ms after which stdout's reader is taken to have stopped, at the end */
    ABSENT = 30000 /* ms of silence on stdin after stdout was closed, until we end anyway */
};

struct run {
    const char *listen, *key, *keys, *where;
    size_t peers;
    bool plain, verbose;
    int passphrase_fd;
    int64_t wait; /* ms */
    int status;
    struct loop *loop;
    struct tls *tls;
    struct allow *allow;
    struct receiver receiver;
    struct sender_config sending;
    struct sender *sender;
    struct duplex_config connecting;
    struct duplex *duplex;
    struct client_owner owner;
    struct client_config dialing;
    struct client *client; /* NULL: there is nobody to dial */
    struct server_config serving;
    struct server *server; /* NULL: no connections are accepted */
    struct inlet inlet;
    struct watch stdin_watch;
    bool readable;
    struct status_file status_file;
    bool ending;   /* no more records are taken from peers */
    bool closed;   /* ... and all that were taken have been printed */
    size_t left;   /* bytes that wait for stdout */
    int64_t heard; /* when something was last read from stdin, or by stdout's reader */
};

/* --- Callbacks -------------------------------------------------------------------------------- */

static void refuse(void *self, uint64_t line, const char *why)
{
    struct run *r = self;
    cli_report("stdin", line, why);
    r->status = CLI_NO;
}

/* A record was dropped before anybody took it. Only at the end of stdin is that a failure. */
static void late(void *self, const uint8_t id[ID_LEN])
{
    struct run *r = self;
    if (r->verbose)
        cli_event("-", "late", id, NULL);
    if (!r->inlet.ended || loop_stopped(r->loop))
        return;
    cli_warn("not taken in time: %s", hex32(id).text);
    r->status = CLI_NO;
}

/* Tells the peer from which a record came first what our own programs did with it, and the log,
 * with the reason as a text in words. */
static void pass_verdict(struct run *r, const uint8_t id[ID_LEN], enum mark_kind kind,
                         const char *reason, const char *words)
{
    static const char *const events[] = {
        [MARK_ACCEPTED] = "accepted", [MARK_REFUSED] = "refused", [MARK_LATER] = "later"};
    static const enum listener_verdict verdicts[] = {[MARK_ACCEPTED] = LISTENER_ACCEPTED,
                                                     [MARK_REFUSED] = LISTENER_REFUSED,
                                                     [MARK_LATER] = LISTENER_LATER};
    struct inbound *g = listener_judged(r->receiver.listener, id, verdicts[kind], loop_now());
    struct buf line = {0};
    if (r->verbose)
        cli_event(g ? g->who : "-", events[kind], id, words);
    if (g &&
        (mark_format(kind, id, reason, &line) || duplex_tell(g->connection, line.data, line.len)))
        cli_die("out of memory");
    buf_free(&line);
}

static void judged(void *self, const struct mark *mark)
{
    char reason[TEXT_MAX + 1], words[TEXT_FORM_MAX + 1];
    bool refused = mark->kind == MARK_REFUSED;
    reason[refused ? text_decode(mark->reason, reason) : 0] = '\0';
    snprintf(words, sizeof words, "%.*s", (int)mark->reason.len, mark->reason.text);
    pass_verdict(self, mark->id, mark->kind, refused ? reason : NULL, *words ? words : NULL);
}

static void arrived(void *self, const uint8_t id[ID_LEN])
{
    struct run *r = self;
    listener_know(r->receiver.listener, id);
    pass_verdict(r, id, MARK_ACCEPTED, NULL, NULL);
}

/* A peer offers again what was accepted before. */
static void kept(void *connection, const uint8_t id[ID_LEN])
{
    struct buf line = {0};
    if (mark_format(MARK_ACCEPTED, id, NULL, &line) || duplex_tell(connection, line.data, line.len))
        cli_die("out of memory");
    buf_free(&line);
}

static void unreached(void *self, const char *address, const uint8_t *account,
                      const struct fault *why)
{
    struct run *r = self;
    (void)account;
    if (r->verbose)
        cli_event(address, "unreached", NULL, why->text);
}

static void complain(void *self, const char *words)
{
    const struct run *r = self;
    if (r->verbose)
        cli_event("-", "bad", NULL, words);
    else
        cli_warn("%s", words);
}

/* --- Starting --------------------------------------------------------------------------------- */

static void start_sender(struct run *r)
{
    memcpy(r->sending.chain, r->receiver.listening.chain, ID_LEN);
    r->sending.need = 1;
    r->sending.hold = HOLD;
    r->sending.deflate = true;
    r->sending.stems = r->receiver.listening.stems;
    r->sending.seed = chance_seed();
    r->sending.arrived = arrived;
    r->sending.judged = judged;
    r->sending.refuse = refuse;
    r->sending.late = late;
    r->sending.log = r->verbose ? cli_log : NULL;
    r->sending.self = r;
    r->sender = sender_new(&r->sending);
    if (!r->sender)
        cli_die("out of memory");
}

static void start_duplex(struct run *r)
{
    unsigned serves = r->receiver.ledger ? WIRE_BLOCKS | WIRE_HEADERS : 0U;
    r->connecting = (struct duplex_config){.listener = r->receiver.listener,
                                           .sender = r->sender,
                                           .roles = WIRE_SENDS | WIRE_LISTENS | WIRE_VERDICTS |
                                                    serves,
                                           .dialed = r->dialing.fanout,
                                           .account = r->tls ? tls_account(r->tls) : NULL,
                                           .log = r->verbose ? cli_log : NULL,
                                           .unreached = unreached,
                                           .complain = complain,
                                           .self = r};
    r->duplex = duplex_new(&r->connecting);
    if (!r->duplex)
        cli_die("out of memory");
}

static void start_client(struct run *r, char **operands, size_t count)
{
    struct fault f = {0};
    if (!count)
        return;
    r->owner = duplex_client_owner(r->duplex);
    r->dialing.loop = r->loop;
    r->dialing.tls = r->tls;
    memcpy(r->dialing.chain, r->sending.chain, ID_LEN);
    r->dialing.has_chain = true;
    r->dialing.operands = operands;
    r->dialing.operands_count = count;
    r->dialing.allows = r->allow ? cli_allows : NULL;
    r->dialing.who = r->allow;
    r->dialing.seed = r->sending.seed;
    r->dialing.owner = &r->owner;
    r->client = client_new(&r->dialing, &f);
    if (!r->client)
        cli_die("%s", f.text);
}

static void start_server(struct run *r)
{
    struct address at;
    struct fault f = {0};
    if (!r->listen)
        return;
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
}

static void log_start(const struct run *r)
{
    char start[CLI_START_MAX], words[CLI_START_MAX + ADDRESS_MAX + 16];
    cli_start_words(r->tls, r->sending.chain, start);
    if (r->server)
        snprintf(words, sizeof words, "listen %s %s", server_address(r->server), start);
    else
        snprintf(words, sizeof words, "%s", start);
    cli_event("-", "start", NULL, words);
}

static void readable(void *self, unsigned events)
{
    struct run *r = self;
    (void)events;
    r->readable = true;
}

static void start(struct run *r, char **operands, size_t count)
{
    struct fault f;
    cli_hold_events();
    cli_clock(NULL); /* so that an invalid one is reported now, not when the first record arrives */
    if (!r->plain)
        r->tls = cli_tls(r->key, r->passphrase_fd);
    if (r->keys && allow_read(r->keys, &r->allow, &f))
        cli_fail(r->keys, &f);
    r->receiver.verbose = r->verbose;
    r->receiver.listening.announced = duplex_announced;
    r->receiver.listening.kept = kept;
    receiver_find_chain(&r->receiver);
    r->loop = loop_new(&f);
    if (!r->loop || loop_catch_signals(r->loop, &f))
        cli_fail(NULL, &f);
    receiver_start(&r->receiver, r->loop);
    start_sender(r);
    start_duplex(r);
    start_client(r, operands, count);
    start_server(r);
    if (r->server)
        receiver_write_where(r->where, server_address(r->server));
    terminal_input("records");
    r->stdin_watch = (struct watch){.fd = STDIN_FILENO, .ready = readable, .self = r};
    if (loop_watch(r->loop, &r->stdin_watch, LOOP_READ, &f))
        cli_fail(NULL, &f);
    if (r->verbose)
        log_start(r);
}

/* --- Running ---------------------------------------------------------------------------------- */

/* Takes what has arrived on stdin, even if the sender is full: in a loop of programs, one that
 * stops reading blocks those before it, and in the end itself. */
static void take_records(struct run *r)
{
    struct fault f = {0};
    if (!r->readable || r->inlet.ended)
        return;
    r->readable = false;
    r->heard = loop_now();
    if (inlet_read(&r->inlet, &f) < 0 ||
        sender_take(r->sender, r->inlet.in.data, r->inlet.whole, r->heard, &f))
        cli_fail(NULL, &f);
    inlet_drop(&r->inlet);
    if (r->inlet.ended)
        loop_unwatch(&r->stdin_watch);
}

/* Once it is to end, or stdin has ended, peers are not listened to any more. When all that was
 * taken has been printed, stdout is closed, so the programs after it end, and with them stdin. */
static void end_intake(struct run *r)
{
    if (!r->ending && (loop_stopped(r->loop) || r->inlet.ended)) {
        r->ending = true;
        duplex_stop_listening(r->duplex);
        if (r->server)
            server_close(r->server);
    }
    size_t left = outlet_backlog(&r->receiver.output.outlet);
    if (left != r->left) {
        r->left = left;
        r->heard = loop_now();
    }
    if (!r->ending || r->closed || (left && loop_now() - r->heard < UNREAD))
        return;
    receiver_drain(&r->receiver);
    r->closed = true;
    r->heard = loop_now();
    output_close(&r->receiver.output);
    close(STDOUT_FILENO);
}

/* Whether everything is done, or can no longer be done. */
static bool is_over(struct run *r, int64_t now)
{
    int64_t progress = sender_progress(r->sender);
    if (!r->closed)
        return false;
    if (!r->inlet.ended)
        return now - r->heard > ABSENT;
    if (!sender_open(r->sender))
        return true;
    if (now - (progress > r->heard ? progress : r->heard) < r->wait)
        return false;
    sender_give_up(r->sender);
    return true;
}

/* How long the next turn may wait, in ms. */
static int next_turn(const struct run *r, int64_t now)
{
    int wait = listener_wait(r->receiver.listener);
    int dials = r->client ? client_wait(r->client, now) : wait;
    if (r->status_file.path && (wait < 0 || wait > STATUS_FILE_EVERY))
        wait = STATUS_FILE_EVERY;
    return dials >= 0 && dials < wait ? dials : wait;
}

static void turn_connections(struct run *r, int64_t now)
{
    struct fault f;
    bool paused = !r->closed && receiver_is_full(&r->receiver);
    bool full = sender_full(r->sender, now);
    sender_settle(r->sender, now);
    duplex_turn(r->duplex, paused, full, now);
    if (r->server)
        server_pause(r->server, paused);
    for (const struct duplex_peer *p = duplex_first(r->duplex); p && r->client; p = p->next)
        if (p->dialed)
            client_pause(r->client, p, paused);
    if (r->server)
        server_turn(r->server, now);
    if (r->client && client_turn(r->client, now, &f))
        cli_fail(NULL, &f);
}

static void run(struct run *r)
{
    struct fault f;
    int64_t now = loop_now();
    turn_connections(r, now);
    while (!is_over(r, now)) {
        cli_flush_events();
        if (loop_turn(r->loop, next_turn(r, now), &f))
            cli_fail(NULL, &f);
        now = loop_now();
        take_records(r);
        if (!r->closed)
            receiver_settle(&r->receiver);
        turn_connections(r, now);
        status_file_write(&r->status_file, r->duplex, now);
        end_intake(r);
    }
}

static void stop(struct run *r)
{
    if (r->server)
        server_free(r->server);
    if (r->client)
        client_free(r->client);
    duplex_free(r->duplex);
    sender_free(r->sender);
    inlet_free(&r->inlet);
    loop_unwatch(&r->stdin_watch);
    receiver_free(&r->receiver);
    allow_free(r->allow);
    tls_free(r->tls);
    loop_free(r->loop);
}

static void take_number(struct run *r, int c)
{
    if (c == 'f')
        r->dialing.fanout = (size_t)cli_number("-f", optarg, 1, SENDER_PEERS_MAX);
    if (c == 'n')
        r->peers = (size_t)cli_number("-n", optarg, 1, LISTENER_PEERS_MAX);
    if (c == 't')
        r->wait = cli_number("-t", optarg, 0, 86400) * 1000;
    if (c == 'm')
        r->sending.bytes = (size_t)cli_number("-m", optarg, 1, 1LL << 40);
    if (c == 'P')
        r->passphrase_fd = (int)cli_number("-P", optarg, 0, 1 << 20);
}

static void take_option(struct run *r, int c)
{
    struct receiver *in = &r->receiver;
    const struct cli_value texts[] = {
        {'l', &r->listen}, {'k', &r->key},      {'L', &in->ledger},
        {'c', &in->chain}, {'a', &r->keys},     {'s', &in->spool_path},
        {'w', &r->where},  {'j', &in->threads}, {'S', &r->status_file.path},
        {0, NULL}};
    r->plain |= c == 'p';
    r->verbose |= c == 'v';
    in->listening.stems |= c == 'd';
    r->dialing.names |= c == 'r';
    cli_take(texts, c);
    if (c == 'T')
        receiver_type(in, "-T", optarg);
    take_number(r, c);
}

int main(int argc, char **argv)
{
    struct run r = {.peers = SERVER_PEERS, .passphrase_fd = -1, .wait = 5000, .status = CLI_YES};
    r.dialing.fanout = 8;
    r.sending.bytes = 256 << 20;
    for (int c; (c = cli_next(&program, argc, argv)) != -1;)
        take_option(&r, c);
    cli_operands(argc, argv, 0, -1);
    if (!r.receiver.chain && !r.receiver.ledger)
        cli_misuse("the chain is missing: give -L LEDGER or -c CHAIN");
    if (!r.listen && optind == argc)
        cli_misuse("neither -l HOST:PORT nor a PEER is given");
    if (r.plain && (r.key || r.keys))
        cli_die("-p: plain connections have no keys: leave out -k and -a");
    start(&r, argv + optind, (size_t)(argc - optind));
    run(&r);
    stop(&r);
    return r.status;
}
