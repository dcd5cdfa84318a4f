/* ledger-pull: requests the blocks that a ledger lacks from peers, and prints the valid ones. */
#include "base/chance.h"
#include "base/waits.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "netcli/allow.h"
#include "netcli/light_pull.h"
#include "netcli/network.h"
#include "netcli/output.h"
#include "sync/sync.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    PEERS_ASKED = 3,   /* default of -n */
    INTERVAL = 2,      /* s, default of -i */
    PATIENCE = 60,     /* s, default of -t */
    LAST_WORDS = 1000, /* ms that stdout has, after a signal, to accept what is still buffered */
};

struct run {
    const char *ledger, *chain, *key, *keys;
    int threads;
    int passphrase_fd;
    bool plain, verbose;
    bool headers; /* fetches headers only, as a light client */
    struct light_pull light;
    bool told_wait;
    int64_t printed; /* when a block was last printed, or when the run began */
    struct allow *allow;
    struct sync_config config;
    struct sync *sync;
    struct output output; /* of the blocks that sync delivers */
};

/* -P: a descriptor, or the id of a record to prove. */
static void take_secret_or_id(const struct cli_option *o, const char *text, void *to)
{
    struct run *r = to;
    (void)o;
    if (cli_light_pull_id(&r->light, text))
        r->headers = true;
    else
        r->passphrase_fd = (int)cli_number("-P", text, 0, INT32_MAX);
}

/* -A */
static void take_account(const struct cli_option *o, const char *text, void *to)
{
    struct run *r = to;
    (void)o;
    cli_light_pull_account(&r->light, text);
    r->headers = true;
}

static const struct cli_option options[] = {
    {CLI_OPTION_LEDGER(struct run, ledger)},
    {'c', "chain", "CHAIN", "the genesis block's id, if there is no ledger yet",
     CLI_TEXT(struct run, chain)},
    {'k', "key", "KEY", "the key file of this node (default: a fresh key)",
     CLI_TEXT(struct run, key)},
    {'a', "allow", "KEYS", "talk only to peers with these keys", CLI_TEXT(struct run, keys)},
    {'p', "plain", NULL, "without TLS, on loopback only", CLI_FLAG(struct run, plain)},
    {'z', "deflate", NULL, "offer compression", CLI_FLAG(struct run, config.deflate)},
    {'r', "resolve", NULL, "also dial peer records whose address is a name",
     CLI_FLAG(struct run, config.dialing.names)},
    {'f', "follow", NULL, "follow: keep asking for new blocks",
     CLI_FLAG(struct run, config.follow)},
    {'i', "interval", "SECONDS", "with -f: the time between requests (default: 2)",
     CLI_SECONDS(struct run, config.interval, 1, 86400)},
    {'n', "count", "COUNT", "the number of peers to ask (default: 3)",
     CLI_NUMBER(struct run, config.dialing.fanout, 1, 64)},
    {'t', "seconds", "SECONDS", "give up if nothing new arrives for this long (default: 60)",
     CLI_SECONDS(struct run, config.patience, 1, 86400)},
    {CLI_OPTION_THREADS(struct run, threads)},
    {'v', "verbose", NULL, "log events to stderr", CLI_FLAG(struct run, verbose)},
    {'H', "headers", NULL, "fetch headers only, into the file of headers that -l names",
     CLI_FLAG(struct run, headers)},
    {'C', "checkpoints", "FILE", "with -H: agree with the checkpoints of the keys in FILE",
     CLI_TEXT(struct run, light.checkpoints.path)},
    {'w', "within", "SECONDS", "with -H: how long a header with votes is trusted",
     CLI_NUMBER(struct run, light.within, 1, INT64_MAX)},
    {'E', "evidence", "FILE", "with -H: append the votes of those who voted twice to FILE",
     CLI_TEXT(struct run, light.evidence)},
    {'A', "account", "ACCOUNT", "prove what ACCOUNT has, by the newest state line; implies -H",
     CLI_CALL(take_account)},
    {'P', "passphrase-fd", "FD|ID",
     "the key's passphrase is the next line of FD; or prove record ID",
     CLI_CALL(take_secret_or_id)},
    {0},
};

static const struct cli program = {
    .name = "ledger-pull",
    .operands = "PEER...",
    .about = "Prints the blocks that peers have and this ledger lacks, for ledger-append.",
    .options = options,
};

/* --- Callbacks of sync ------------------------------------------------------------------------ */

static void log_event(void *self, const char *who, const char *event, const uint8_t *id,
                      const char *words)
{
    const struct run *r = self;
    if (r->verbose)
        cli_event(who, event, id, words);
}

/* What concerns a peer is in the log already. */
static void warn(void *self, const char *who, const char *words)
{
    const struct run *r = self;
    if (!who)
        cli_warn("%s", words);
    else if (!r->verbose)
        cli_warn("%s: %s", who, words);
}

/* A fault with a line number is the ledger's. */
static _Noreturn void fail(const struct run *r, const struct fault *f)
{
    cli_fail(f->line ? r->ledger : NULL, f);
}

/* --- Starting --------------------------------------------------------------------------------- */

static void start_trial(struct run *r)
{
    uint8_t chain[ID_LEN];
    struct fault f;
    if (r->chain)
        cli_chain(r->chain, chain);
    r->config.overlay = overlay_new(r->ledger, r->chain ? chain : NULL, &f);
    if (!r->config.overlay)
        fail(r, &f);
}

static void start_dialing(struct run *r, char **operands, size_t count)
{
    struct client_config *dialing = &r->config.dialing;
    struct fault f;
    if (!r->plain)
        dialing->tls = cli_tls(r->key, r->passphrase_fd);
    if (r->keys && allow_read(r->keys, &r->allow, &f))
        cli_fail(r->keys, &f);
    dialing->allows = r->allow ? cli_allows : NULL;
    dialing->who = r->allow;
    dialing->operands = operands;
    dialing->operands_count = count;
    dialing->seed = chance_seed();
    dialing->no_feelers = true; /* of the node's programs, one does it */
    dialing->loop = loop_new(&f);
    if (!dialing->loop || loop_catch_signals(dialing->loop, &f))
        cli_fail(NULL, &f);
}

static void log_start(struct run *r)
{
    char words[CLI_START_MAX];
    cli_start_words(r->config.dialing.tls, overlay_chain(r->config.overlay), words);
    log_event(r, "-", "start", NULL, words);
}

static void start(struct run *r, char **operands, size_t count)
{
    struct fault f;
    cli_clock(NULL); /* so that an invalid one is reported now, not when the first block arrives */
    start_dialing(r, operands, count);
    r->config.pool = sigpool_new(cli_thread_count(r->threads));
    cli_memory(!r->config.pool);
    start_trial(r);
    r->config.sigcache = sigcache_new(r->ledger, NULL);
    cli_memory(!r->config.sigcache);
    r->config.clock = cli_clock;
    r->config.log = log_event;
    r->config.warn = warn;
    r->config.self = r;
    r->sync = sync_new(&r->config, loop_now(), &f);
    if (!r->sync)
        cli_fail(NULL, &f);
    output_open(&r->output, r->config.dialing.loop, sync_out(r->sync));
    log_start(r);
}

/* --- Running ---------------------------------------------------------------------------------- */

/* Says what it is waiting for, unless something is sure to happen soon. */
static void tell_wait(struct run *r, int64_t now)
{
    if (sync_out(r->sync)->len)
        r->printed = now;
    if (r->told_wait || r->verbose || r->config.follow || r->config.patience <= WAITS_TOLD_AFTER ||
        now - r->printed < WAITS_TOLD_AFTER)
        return;
    cli_warn("waiting for peers; giving up after %" PRId64 " s without a new block",
             r->config.patience / 1000);
    r->told_wait = true;
}

/* Whether it ended by itself, not by a signal. */
static bool run(struct run *r)
{
    struct loop *loop = r->config.dialing.loop;
    struct fault f;
    r->printed = loop_now();
    while (!loop_stopped(loop)) {
        if (sync_turn(r->sync, loop_now(), &f))
            fail(r, &f);
        tell_wait(r, loop_now());
        output_push(&r->output);
        if (sync_over(r->sync, loop_now()))
            return true;
        if (loop_turn(loop, sync_wait(r->sync, loop_now()), &f))
            cli_fail(NULL, &f);
        output_push(&r->output);
    }
    return false;
}

static int verdict(struct run *r)
{
    struct fault f;
    int level = sync_verdict(r->sync, &f);
    if (level < 0)
        fail(r, &f);
    return level ? CLI_YES : CLI_NO;
}

static void stop(struct run *r)
{
    output_close(&r->output);
    sync_free(r->sync);
    overlay_free(r->config.overlay);
    allow_free(r->allow);
    sigcache_free(r->config.sigcache);
    sigpool_free(r->config.pool);
    tls_free(r->config.dialing.tls);
    loop_free(r->config.dialing.loop);
}

/* --- Headers only ----------------------------------------------------------------------------- */

/* Gives the exit status. */
static int pull_headers(struct run *r, char **operands, size_t count)
{
    struct light_pull *p = &r->light;
    cli_clock(NULL);
    start_dialing(r, operands, count);
    p->path = r->ledger ? r->ledger : "headers";
    p->has_chain = r->chain;
    if (r->chain)
        cli_chain(r->chain, p->chain);
    p->config = (struct light_sync_config){.dialing = r->config.dialing,
                                           .deflate = r->config.deflate,
                                           .patience = r->config.patience,
                                           .clock = cli_clock,
                                           .log = log_event,
                                           .warn = warn,
                                           .self = r};
    return cli_light_pull_run(p);
}

/* With -f, a signal is a normal end; otherwise it acts as usual. */
static _Noreturn void end_by_signal(struct run *r)
{
    int number = loop_stopped(r->config.dialing.loop);
    output_drain(&r->output, LAST_WORDS);
    stop(r);
    if (r->config.follow)
        cli_exit(CLI_YES);
    cli_end_by(number);
}

static _Noreturn void end_headers(struct run *r, int status)
{
    if (status < 0)
        cli_end_by(loop_stopped(r->config.dialing.loop));
    allow_free(r->allow);
    tls_free(r->config.dialing.tls);
    loop_free(r->config.dialing.loop);
    cli_exit(status);
}

int main(int argc, char **argv)
{
    struct run r = {.passphrase_fd = -1,
                    .light.within = -1,
                    .config = {.interval = 1000 * INTERVAL,
                               .patience = 1000 * PATIENCE,
                               .dialing = {.fanout = PEERS_ASKED}}};
    char **operands = cli_options(&program, argc, argv, &r);
    size_t count = cli_count_operands(operands, 1, -1);
    if (r.passphrase_fd >= 0 && !r.key)
        cli_misuse("-P is the passphrase of a key: it goes with -k");
    if (r.plain && (r.key || r.keys))
        cli_misuse("-p: plain connections have no keys: leave out -k and -a");
    if (r.headers && r.config.follow)
        cli_misuse("-f follows blocks: not with -H");
    if (!r.headers && (r.light.checkpoints.path || r.light.within >= 0 || r.light.evidence))
        cli_misuse("-C, -w and -E go with -H");
    if (r.headers)
        end_headers(&r, pull_headers(&r, operands, count));
    r.ledger = cli_ledger(r.ledger);
    start(&r, operands, count);
    if (!run(&r))
        end_by_signal(&r);
    int status = verdict(&r);
    stop(&r);
    cli_exit(status);
}
