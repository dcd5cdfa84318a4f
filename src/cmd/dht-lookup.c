/* dht-lookup: finds and stores things in a DHT, without being a node of it. */
#include "base/lines.h"
#include "cli/cli.h"
#include "cli/key.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "dhtcli/dht_job.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { ADDRESSES_MAX = 8 }; /* of one name */

struct run {
    struct dht_jobs jobs; /* first: see dht_world_start */
    const char *listen, *key, *salt;
    int64_t port; /* -1: not given */
    int only, passphrase_fd;

    struct secret_key secret;
    struct lines *lines;
    struct watch watch;
    bool ended; /* stdin has */
};

static const char *const kinds[] = {"peers", "items", "both", NULL};

static const struct cli_option options[] = {
    {'l', "listen", "HOST:PORT", "send from this address (default: any, of the peers' family)",
     CLI_TEXT(struct run, listen)},
    {'a', "announce", "PORT", "announce a peer with our address and this port, for each key",
     CLI_NUMBER(struct run, port, 1, UINT16_MAX)},
    {'P', "put", NULL, "put the lines, as items", CLI_FLAG(struct run, jobs.puts)},
    {'j', "json", NULL, "with -P: the lines are JSON, as bencode prints it",
     CLI_FLAG(struct run, jobs.json)},
    {'k', "key", "KEY", "with -P: one mutable item, signed with this secret key",
     CLI_TEXT(struct run, key)},
    {'S', "salt", "SALT", "with -k: the item's salt", CLI_TEXT(struct run, salt)},
    {'s', "seq", "SEQ", "with -k: the item's number (default: the one after what is there)",
     CLI_NUMBER(struct run, jobs.seq, 0, INT64_MAX)},
    {'o', "only", "KIND", "look only for peers, or only for items (default: both)",
     CLI_CHOICE(struct run, only, kinds)},
    {'v', "verbose", NULL, "say on stderr whom it asks", CLI_FLAG(struct run, jobs.verbose)},
    {'p', "passphrase-fd", "FD", "the key's passphrase is the next line of FD",
     CLI_NUMBER(struct run, passphrase_fd, 0, INT_MAX)},
    {0},
};

static const struct cli program = {
    .name = "dht-lookup",
    .operands = "PEER...",
    .about = "Finds the peers and items of the keys on stdin in a DHT, announces and puts.",
    .options = options,
};

/* --- Input ------------------------------------------------------------------------------------ */

static void take_line(struct run *r, const struct line *line)
{
    struct fault f;
    if (line->state == LINE_LONG)
        fault_rule(&f, "longer than %d bytes", LINE_MAX_LEN);
    else if (dht_job_start(&r->jobs, line->text, line->len, &f) == 0)
        return;
    r->jobs.status = CLI_NO;
    cli_report("stdin", line->number, f.text);
}

static void ready(void *self, unsigned events)
{
    struct run *r = self;
    struct line line;
    struct fault f;
    (void)events;
    do {
        int got = lines_next(r->lines, &line, &f);
        if (got < 0)
            cli_fail("stdin", &f);
        r->ended = got == 0;
        if (!r->ended)
            take_line(r, &line);
    } while (!r->ended && r->jobs.active < DHT_JOBS_MAX && lines_ready(r->lines));
}

/* Lines that have been read already wait in the reader, where no descriptor tells of them. */
static void watch_input(struct run *r)
{
    struct fault f;
    while (!r->ended && r->jobs.active < DHT_JOBS_MAX && lines_ready(r->lines))
        ready(r, LOOP_READ);
    if (r->ended || r->jobs.active >= DHT_JOBS_MAX)
        loop_unwatch(&r->watch);
    else if (loop_watch(r->jobs.world.loop, &r->watch, LOOP_READ, &f))
        cli_fail(NULL, &f);
}

/* --- Beginning -------------------------------------------------------------------------------- */

static void check_options(struct run *r)
{
    if (r->jobs.puts && (r->port >= 0 || r->only >= 0))
        cli_misuse("-P: not with -a or -o");
    if (!r->jobs.puts && (r->key || r->jobs.json))
        cli_misuse("-k and -j go with -P");
    if (!r->key && (r->salt || r->jobs.seq >= 0))
        cli_misuse("-S and -s go with -k");
    if (r->salt && strlen(r->salt) > ITEM_SALT_MAX)
        cli_misuse("-S: more than %d bytes", ITEM_SALT_MAX);
    r->jobs.salt = r->salt ? r->salt : "";
    r->jobs.announces = r->port >= 0;
    r->jobs.port = r->port >= 0 ? (uint16_t)r->port : 0;
    r->jobs.want = r->only == 0   ? DHT_WANT_PEERS
                   : r->only == 1 ? DHT_WANT_ITEMS
                                  : DHT_WANT_PEERS | DHT_WANT_ITEMS;
}

/* A socket of IPv6 reaches addresses of IPv4, too, but not every machine has one. */
static void listen_any(struct run *r, char **peers)
{
    const char *any = "0.0.0.0:0";
    for (; *peers; peers++)
        if (**peers == '[')
            any = "[::]:0";
    dht_world_listen(&r->jobs.world, r->listen ? r->listen : any);
}

static void start_node(struct run *r)
{
    struct dht_config config = {.read_only = true};
    struct dht_host host = {0};
    struct fault f;
    if (ed25519_load(&f) || secret_random(config.ids[0].bytes, NODE_ID_LEN, &f))
        cli_fail(NULL, &f);
    config.ids[1] = config.ids[0];
    dht_world_start(&r->jobs.world, &config, &host);
}

static void meet(struct run *r, char **peers)
{
    struct dht_world *w = &r->jobs.world;
    for (; *peers; peers++) {
        struct contact list[ADDRESSES_MAX];
        size_t count = dht_world_resolve(w, *peers, list, ADDRESSES_MAX);
        for (size_t i = 0; i < count; i++) {
            r->jobs.families[list[i].host_len == 16] = true;
            if (!dht_node_meet(w->node, &list[i], loop_now()))
                cli_die("%.80s: more than %d addresses of peers", *peers, DHT_BOOTS_MAX);
        }
    }
}

static void start(struct run *r, char **peers)
{
    struct fault f;
    if (r->key) {
        cli_read_key(r->key, r->passphrase_fd, &r->secret);
        r->jobs.key = &r->secret;
    }
    r->jobs.world.loop = loop_new(&f);
    if (!r->jobs.world.loop)
        cli_fail(NULL, &f);
    listen_any(r, peers);
    start_node(r);
    meet(r, peers);
    terminal_input(r->jobs.puts ? "values" : "keys");
    r->lines = lines_new(source_fd(STDIN_FILENO), 1, 0);
    cli_memory(!r->lines);
    r->watch = (struct watch){.fd = STDIN_FILENO, .ready = ready, .self = r};
}

int main(int argc, char **argv)
{
    struct run r = {.port = -1, .only = -1, .passphrase_fd = -1, .jobs = {.seq = -1}};
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 1, -1);
    check_options(&r);
    start(&r, operands);
    for (;;) {
        watch_input(&r);
        if (r.ended && r.jobs.active == 0)
            break;
        dht_world_turn(&r.jobs.world, -1);
    }
    lines_free(r.lines);
    secret_key_wipe(&r.secret);
    dht_world_free(&r.jobs.world);
    cli_exit(r.jobs.status);
}
