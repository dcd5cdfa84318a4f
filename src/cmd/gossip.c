/* gossip: exchanges records with peers, over connections that it dials and that it accepts. */
#include "base/chance.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "gossip/duplex.h"
#include "net/record_reader.h"
#include "netcli/answers.h"
#include "netcli/connections.h"
#include "netcli/events.h"
#include "netcli/network.h"
#include "netcli/receiver.h"
#include "netcli/status_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    HOLD = 30000,  /* ms for which a record is kept for the first peer that takes it */
    UNREAD = 5000, /* ms after which stdout's reader is taken to have stopped, at the end */
    TURN = 1000,   /* ms between two turns at most */
    ABSENT = 30000 /* ms of silence on stdin after stdout was closed, until we end anyway */
};

struct run {
    int64_t wait; /* ms */
    int status;
    struct connections net;
    struct receiver receiver;
    struct sender_config sending;
    struct sender *sender;
    struct record_reader input;
    struct watch stdin_watch;
    bool readable;
    struct status_file status_file;
    bool ending;   /* no more records are taken from peers */
    bool closed;   /* ... and all that were taken have been printed */
    size_t left;   /* bytes that wait for stdout */
    int64_t heard; /* when something was last read from stdin, or by stdout's reader */
};

static const struct cli_option options[] = {
    {'k', "key", "KEY", "the key file of this node (default: a fresh key)",
     CLI_TEXT(struct run, net.key)},
    {'l', "listen", "HOST:PORT", "accept connections at this address; port 0: any free port",
     CLI_TEXT(struct run, net.listen)},
    {'L', "ledger", "LEDGER", "know its blocks, and serve them to peers",
     CLI_TEXT(struct run, receiver.ledger)},
    {'c', "chain", "CHAIN", "the genesis block's id (default: LEDGER's)",
     CLI_TEXT(struct run, receiver.chain)},
    {'a', "allow", "KEYS", "talk only to peers with these keys", CLI_TEXT(struct run, net.keys)},
    {'p', "plain", NULL, "without TLS, on loopback only", CLI_FLAG(struct run, net.plain)},
    {'s', "spool", "FILE", "keep the last records in FILE, and print them again at start",
     CLI_TEXT(struct run, receiver.spool_path)},
    {'w', "where", "FILE", "write HOST:PORT to FILE once it listens",
     CLI_TEXT(struct run, net.where)},
    {'S', "status", "FILE", "write the connections to FILE every two seconds",
     CLI_TEXT(struct run, status_file.path)},
    {'d', "dandelion", NULL, "send fresh transactions along a stem first",
     CLI_FLAG(struct run, receiver.listening.stems)},
    {'r', "resolve", NULL, "also dial peer records whose address is a name",
     CLI_FLAG(struct run, net.dialing.names)},
    {'T', "type", "TYPE", "also accept records of this type, such as checkpoint or vote",
     CLI_CALL(receiver_take_type), .at = offsetof(struct run, receiver)},
    {'f', "fanout", "COUNT", "the number of peers to dial (default: 8)",
     CLI_NUMBER(struct run, net.dialing.fanout, 1, DUPLEX_DIALED_MAX)},
    {'n', "count", "COUNT", "maximum number of accepted connections (default: 1024)",
     CLI_NUMBER(struct run, net.accepted, 1, LISTENER_PEERS_MAX)},
    {'t', "seconds", "SECONDS",
     "at the end, give up if no peer takes anything for this long (default: 5)",
     CLI_SECONDS(struct run, wait, 0, 86400)},
    {'m', "memory", "BYTES", "memory for records that peers may request (default: 268435456)",
     CLI_NUMBER(struct run, sending.bytes, 1, INT64_C(1) << 40)},
    {CLI_OPTION_THREADS(struct run, receiver.threads)},
    {'v', "verbose", NULL, "log events to stderr", CLI_FLAG(struct run, net.verbose)},
    {CLI_OPTION_PASSPHRASE(struct run, net.passphrase_fd)},
    {0},
};

static const struct cli program = {
    .name = "gossip",
    .operands = "[PEER...]",
    .about = "Sends the records on stdin to peers, and prints each new one that they send once.",
    .options = options,
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
    if (r->net.verbose)
        cli_event("-", "late", id, NULL);
    if (!r->input.ended || loop_stopped(r->net.loop))
        return;
    cli_warn("not taken in time: %s", hex32(id).text);
    r->status = CLI_NO;
}

static void judged(void *self, const struct mark *mark)
{
    struct run *r = self;
    answers_mark(&r->receiver, mark);
}

static void arrived(void *self, const uint8_t id[ID_LEN])
{
    struct run *r = self;
    answers_accepted(&r->receiver, id);
}

/* --- Starting --------------------------------------------------------------------------------- */

static void start_sender(struct run *r)
{
    memcpy(r->sending.chain, r->receiver.listening.chain, ID_LEN);
    r->sending.need = 1;
    r->sending.hold = HOLD;
    r->sending.deflate = true;
    r->sending.stems = r->receiver.listening.stems;
    r->sending.origins = true;
    r->sending.seed = chance_seed();
    r->sending.arrived = arrived;
    r->sending.judged = judged;
    r->sending.refuse = refuse;
    r->sending.late = late;
    r->sending.log = r->net.verbose ? cli_log : NULL;
    r->sending.self = r;
    r->sender = sender_new(&r->sending);
    cli_memory(!r->sender);
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
    unsigned serves = r->receiver.ledger ? WIRE_BLOCKS | WIRE_HEADERS : 0U;
    cli_hold_events();
    cli_clock(NULL); /* so that an invalid one is reported now, not when the first record arrives */
    connections_secure(&r->net);
    r->receiver.verbose = r->net.verbose;
    r->receiver.listening.announced = duplex_announced;
    r->receiver.listening.kept = answers_kept;
    r->receiver.listening.judged = true;
    receiver_find_chain(&r->receiver);
    connections_begin(&r->net);
    receiver_start(&r->receiver, r->net.loop);
    start_sender(r);
    connections_start(&r->net, r->receiver.listener, r->sender,
                      WIRE_SENDS | WIRE_LISTENS | WIRE_VERDICTS | serves, r->sending.chain,
                      operands, count);
    terminal_input("records");
    r->stdin_watch = (struct watch){.fd = STDIN_FILENO, .ready = readable, .self = r};
    if (loop_watch(r->net.loop, &r->stdin_watch, LOOP_READ, &f))
        cli_fail(NULL, &f);
}

/* --- Running ---------------------------------------------------------------------------------- */

/* Takes what has arrived on stdin, even if the sender is full: in a loop of programs, one that
 * stops reading blocks those before it, and in the end itself. */
static void take_records(struct run *r)
{
    struct fault f = {0};
    if (!r->readable || r->input.ended)
        return;
    r->readable = false;
    r->heard = loop_now();
    if (record_reader_read(&r->input, &f) < 0 ||
        sender_take(r->sender, r->input.in.data, r->input.whole, r->heard, &f))
        cli_fail(NULL, &f);
    record_reader_drop(&r->input);
    if (r->input.ended) {
        loop_unwatch(&r->stdin_watch);
        sender_hurry(r->sender);
    }
}

/* Once it is to end, or stdin has ended, peers are not listened to any more. When all that was
 * taken has been printed, stdout is closed, so the programs after it end, and with them stdin. */
static void end_intake(struct run *r)
{
    if (!r->ending && (loop_stopped(r->net.loop) || r->input.ended)) {
        r->ending = true;
        duplex_stop_listening(r->net.duplex);
        if (r->net.server)
            server_close(r->net.server);
    }
    size_t left = async_writer_backlog(&r->receiver.output.writer);
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

/* Whether nobody is there, nor being dialed, who lacks a record that no peer has taken. After a
 * signal, nothing is gained by waiting for others to come. */
static bool is_alone(const struct run *r, int64_t now)
{
    return loop_stopped(r->net.loop) && !sender_is_wanted(r->sender) &&
           !duplex_expects(r->net.duplex) &&
           !(r->net.client && client_is_dialing(r->net.client, now));
}

/* Whether everything is done, or can no longer be done. */
static bool is_over(struct run *r, int64_t now)
{
    int64_t progress = sender_progress(r->sender);
    if (!r->closed)
        return false;
    if (!r->input.ended)
        return now - r->heard > ABSENT;
    if (!sender_open(r->sender))
        return true;
    if (now - (progress > r->heard ? progress : r->heard) < r->wait && !is_alone(r, now))
        return false;
    sender_give_up(r->sender);
    return true;
}

/* How long the next turn may wait, in ms. What the listener has left when stdout is closed is done
 * no more. */
static int next_turn(const struct run *r, int64_t now)
{
    const int most = r->closed ? TURN : listener_wait(r->receiver.listener, now);
    int wait = sender_wait(r->sender, now, most);
    int dials = r->net.client ? client_wait(r->net.client, now) : wait;
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
    duplex_turn(r->net.duplex, paused, full, now);
    if (r->net.server)
        server_pause(r->net.server, paused);
    for (const struct duplex_peer *p = duplex_first(r->net.duplex); p && r->net.client; p = p->next)
        if (p->dialed)
            client_pause(r->net.client, p, paused);
    if (r->net.server)
        server_turn(r->net.server, now);
    if (r->net.client && client_turn(r->net.client, now, &f))
        cli_fail(NULL, &f);
}

static void run(struct run *r)
{
    struct fault f;
    int64_t now = loop_now();
    turn_connections(r, now);
    while (!is_over(r, now)) {
        cli_flush_events();
        if (loop_turn(r->net.loop, next_turn(r, now), &f))
            cli_fail(NULL, &f);
        now = loop_now();
        take_records(r);
        if (!r->closed)
            receiver_settle(&r->receiver);
        turn_connections(r, now);
        status_file_write(&r->status_file, r->net.duplex, now);
        end_intake(r);
    }
}

static void stop(struct run *r)
{
    connections_close(&r->net);
    sender_free(r->sender);
    record_reader_free(&r->input);
    loop_unwatch(&r->stdin_watch);
    receiver_free(&r->receiver);
    connections_free(&r->net);
}

int main(int argc, char **argv)
{
    struct run r = {.wait = 5000, .status = CLI_YES};
    r.net.passphrase_fd = -1;
    r.net.accepted = SERVER_PEERS;
    r.net.dialing.fanout = 8;
    r.sending.bytes = 256 << 20;
    char **operands = cli_options(&program, argc, argv, &r);
    size_t count = cli_count_operands(operands, 0, -1);
    if (!r.receiver.chain && !r.receiver.ledger)
        cli_misuse("the chain is missing: give -L LEDGER or -c CHAIN");
    if (!r.net.listen && !count)
        cli_misuse("neither -l HOST:PORT nor a PEER is given");
    start(&r, operands, count);
    run(&r);
    stop(&r);
    return r.status;
}
