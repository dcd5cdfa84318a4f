/* gossip-send: offers the records on stdin to peers. */
#include "base/chance.h"
#include "base/hex.h"
#include "base/waits.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "ledgercli/ledger.h"
#include "net/record_reader.h"
#include "netcli/connections.h"
#include "netcli/network.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OTHERS_MAX = 3000 }; /* ms that other peers have to answer */

struct run {
    const char *chain, *ledger;
    int64_t wait; /* ms */
    bool told_wait;
    int status;
    struct connections net;
    struct sender_config sending;
    struct sender *sender;
    struct record_reader input;
    struct watch stdin_watch;
    bool readable;
    int64_t ended; /* when stdin ended */
};

static const struct cli_option options[] = {
    {'k', "key", "KEY", "the key file of this node (default: a fresh key)",
     CLI_TEXT(struct run, net.key)},
    {'c', "chain", "CHAIN", "the genesis block's id", CLI_TEXT(struct run, chain)},
    {'L', "ledger", "LEDGER", "take the chain from this ledger (default: $LEDGER, else `ledger`)",
     CLI_TEXT(struct run, ledger)},
    {'a', "allow", "KEYS", "talk only to peers with these keys", CLI_TEXT(struct run, net.keys)},
    {'p', "plain", NULL, "without TLS, on loopback only", CLI_FLAG(struct run, net.plain)},
    {'z', "deflate", NULL, "offer compression", CLI_FLAG(struct run, sending.deflate)},
    {'d', "dandelion", NULL, "send fresh transactions along a stem first",
     CLI_FLAG(struct run, sending.stems)},
    {'r', "resolve", NULL, "also dial peer records whose address is a name",
     CLI_FLAG(struct run, net.dialing.names)},
    {'f', "fanout", "COUNT", "the number of peers to dial (default: 8)",
     CLI_NUMBER(struct run, net.dialing.fanout, 1, SENDER_PEERS_MAX)},
    {'n', "count", "COUNT", "peers that must take each record (default: 1)",
     CLI_NUMBER(struct run, sending.need, 1, SENDER_PEERS_MAX)},
    {'t', "seconds", "SECONDS", "give up if no peer takes anything for this long (default: 30)",
     CLI_SECONDS(struct run, wait, 0, 86400)},
    {'m', "memory", "BYTES", "memory for records that later peers may request (default: 16777216)",
     CLI_NUMBER(struct run, sending.bytes, 1, INT64_C(1) << 40)},
    {'v', "verbose", NULL, "log events to stderr", CLI_FLAG(struct run, net.verbose)},
    {CLI_OPTION_PASSPHRASE(struct run, net.passphrase_fd)},
    {0},
};

static const struct cli program = {
    .name = "gossip-send",
    .operands = "PEER...",
    .about = "Offers the records on stdin to peers, and ends when each has been taken.",
    .options = options,
};

/* --- Callbacks of the sender ------------------------------------------------------------------ */

static void refuse(void *self, uint64_t line, const char *why)
{
    struct run *r = self;
    cli_report("stdin", line, why);
    r->status = CLI_NO;
}

static void late(void *self, const uint8_t id[ID_LEN])
{
    struct run *r = self;
    cli_warn("not taken in time: %s", hex32(id).text);
    r->status = CLI_NO;
}

/* The node that took the record has not said in time that its programs accept it. */
static void unjudged(void *self, const uint8_t id[ID_LEN], bool postponed)
{
    struct run *r = self;
    cli_warn("no verdict: %s%s", hex32(id).text, postponed ? ": the peer cannot use it yet" : "");
    r->status = CLI_NO;
}

/* The node that took the record has refused it. */
static void refused(void *self, const uint8_t id[ID_LEN], const struct field *reason)
{
    struct run *r = self;
    char words[TEXT_MAX];
    size_t n = text_decode(*reason, words);
    for (size_t i = 0; i < n; i++) /* it is the peer's, and goes to a terminal */
        if (words[i] < ' ' || words[i] > '~')
            words[i] = '?';
    cli_warn("refused: %s: %.*s", hex32(id).text, (int)n, words);
    r->status = CLI_NO;
}

/* --- Starting --------------------------------------------------------------------------------- */

static void find_chain(struct run *r)
{
    struct ledger l;
    if (r->chain) {
        cli_chain(r->chain, r->sending.chain);
        return;
    }
    cli_open_ledger(&l, r->ledger);
    memcpy(r->sending.chain, l.tree.genesis.id, ID_LEN);
    ledger_close(&l);
}

static void start_sender(struct run *r)
{
    r->sending.hold = r->wait;
    r->sending.seed = chance_seed();
    r->sending.refuse = refuse;
    r->sending.late = late;
    r->sending.unjudged = unjudged;
    r->sending.refused = refused;
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
    cli_hold_events();
    connections_secure(&r->net);
    find_chain(r);
    start_sender(r);
    connections_begin(&r->net);
    connections_start(&r->net, NULL, r->sender, WIRE_SENDS, r->sending.chain, operands, count);
    terminal_input("records");
    r->stdin_watch = (struct watch){.fd = STDIN_FILENO, .ready = readable, .self = r};
}

/* --- Running ---------------------------------------------------------------------------------- */

/* Takes what has arrived on stdin. */
static void take_records(struct run *r)
{
    struct fault f = {0};
    if (!r->readable || r->input.ended)
        return;
    r->readable = false;
    if (record_reader_read(&r->input, &f) < 0 ||
        sender_take(r->sender, r->input.in.data, r->input.whole, loop_now(), &f))
        cli_fail(NULL, &f);
    record_reader_drop(&r->input);
    if (r->input.ended)
        r->ended = loop_now();
}

/* Waits for more on stdin, unless the sender is full or stdin has ended. */
static void watch_stdin(struct run *r)
{
    struct fault f;
    if (r->input.ended || sender_full(r->sender, loop_now()))
        loop_unwatch(&r->stdin_watch);
    else if (loop_watch(r->net.loop, &r->stdin_watch, LOOP_READ, &f))
        cli_fail(NULL, &f);
}

/* A peer may say that it has a record which it never asked for, and lie. So others get the time to
 * ask for it. */
static bool all_have_answered(const struct run *r)
{
    int64_t now = loop_now(), progress = sender_progress(r->sender);
    return now - (progress > r->ended ? progress : r->ended) >= OTHERS_MAX ||
           (!sender_waits(r->sender) && !client_is_dialing(r->net.client, now));
}

/* Whether everything is done, or can no longer be done. */
static bool is_over(struct run *r)
{
    int64_t progress = sender_progress(r->sender);
    if (!r->input.ended)
        return false;
    if (!sender_open(r->sender) && !sender_unjudged(r->sender))
        return !sender_unsure(r->sender) || all_have_answered(r);
    if (loop_now() - (progress > r->ended ? progress : r->ended) < r->wait)
        return false;
    sender_give_up(r->sender);
    if (*r->net.unreached)
        cli_warn("not reached: %s", r->net.unreached);
    return true;
}

/* Says how many records are only known to have been received. */
static void tell_untold(const struct run *r)
{
    uint64_t n = sender_untold(r->sender);
    if (n && !r->net.verbose) /* its events say so */
        cli_warn("%" PRIu64 " record%s taken by peers that do not say whether they accept %s", n,
                 n == 1 ? "" : "s", n == 1 ? "it" : "them");
}

/* Once all input has arrived, says what it is waiting for, unless something is sure to happen soon.
 */
static void tell_wait(struct run *r, int64_t now)
{
    size_t open = sender_open(r->sender) + sender_unjudged(r->sender);
    bool is_long = r->input.ended && now - r->ended >= WAITS_TOLD_AFTER;
    if (r->told_wait || r->net.verbose || r->wait <= WAITS_TOLD_AFTER || !is_long || !open)
        return;
    cli_warn("waiting for peers to take %zu record%s; giving up if they take none for %" PRId64
             " s",
             open, open == 1 ? "" : "s", r->wait / 1000);
    r->told_wait = true;
}

static void run(struct run *r)
{
    struct fault f;
    int64_t now;
    do {
        now = loop_now();
        sender_settle(r->sender, now);
        duplex_turn(r->net.duplex, false, false, now);
        if (client_turn(r->net.client, now, &f))
            cli_fail(NULL, &f);
        watch_stdin(r);
        if (is_over(r)) {
            tell_untold(r);
            return;
        }
        tell_wait(r, now);
        cli_flush_events();
        if (loop_turn(r->net.loop, client_wait(r->net.client, now), &f))
            cli_fail(NULL, &f);
        take_records(r);
    } while (!loop_stopped(r->net.loop));
}

static void stop(struct run *r)
{
    connections_close(&r->net);
    sender_free(r->sender);
    record_reader_free(&r->input);
    loop_unwatch(&r->stdin_watch);
    connections_free(&r->net);
}

int main(int argc, char **argv)
{
    struct run r = {.wait = 30000, .status = CLI_YES};
    r.net.passphrase_fd = -1;
    r.net.dialing.fanout = 8;
    r.net.dialing.ourselves = true;
    r.sending.need = 1;
    r.sending.bytes = 16 << 20;
    char **operands = cli_options(&program, argc, argv, &r);
    size_t count = cli_count_operands(operands, 1, -1);
    start(&r, operands, count);
    run(&r);
    stop(&r);
    return r.status;
}
