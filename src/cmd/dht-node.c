/* dht-node: a node of Mainline's DHT, in a folder. */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "crypto/ed25519.h"
#include "dhtcli/dht_files.h"
#include "dhtcli/endpoint.h"
#include "netcli/output.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    QUERIES = 50,      /* a second, from one address */
    BACKLOG = 1 << 20, /* bytes of events that nobody reads; more are left out */
    EVENT_MAX = 512,
    ADDRESSES_MAX = 8, /* of one name */
};

struct run {
    struct dht_world world; /* first: see dht_world_start */
    struct cli_list listen;
    bool bound, fixed, verbose;
    int64_t queries;

    struct dht_files files;
    struct buf out;
    struct output output;
    uint64_t lost; /* events */
};

static const struct cli_option options[] = {
    {'l', "listen", "HOST:PORT",
     "listen at this address (default: 0.0.0.0:6881); twice: one of IPv4, one of IPv6",
     CLI_LIST(struct run, listen)},
    {'b', "bound-ids", NULL,
     "refuse contacts whose ids do not follow from their addresses (BEP 42)",
     CLI_FLAG(struct run, bound)},
    {'i', "keep-id", NULL, "keep our id, even if it does not follow from our address",
     CLI_FLAG(struct run, fixed)},
    {'r', "rate", "COUNT", "queries a second from one address; 0: any number (default: 50)",
     CLI_NUMBER(struct run, queries, 0, 1000000)},
    {'v', "verbose", NULL, "print an event for every query, too", CLI_FLAG(struct run, verbose)},
    {0},
};

static const struct cli program = {
    .name = "dht-node",
    .operands = "DIR [PEER...]",
    .about = "A node of Mainline's DHT, with what it knows in the files of DIR.",
    .options = options,
};

/* --- Events ----------------------------------------------------------------------------------- */

static void event(struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void event(struct run *r, const char *format, ...)
{
    char line[EVENT_MAX];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof line || r->out.len > BACKLOG ||
        buf_add(&r->out, line, (size_t)n))
        r->lost++;
}

static void tell_lost(struct run *r)
{
    uint64_t lost = r->lost;
    if (!lost || r->out.len > BACKLOG / 2)
        return;
    r->lost = 0;
    event(r, "lost %" PRIu64 "\n", lost);
}

static void ready(void *self, size_t contacts)
{
    event(self, "ready %zu\n", contacts);
}

static void announced(void *self, const struct node_id *key, const struct contact *peer)
{
    char where[ADDRESS_MAX];
    endpoint_format(peer, where);
    event(self, "announced %s %s\n", hex20(key).text, where);
}

static void stored(void *self, const struct dht_item *item)
{
    if (item->is_mutable)
        event(self, "stored %s %" PRId64 "\n", hex20(&item->target).text, item->seq);
    else
        event(self, "stored %s -\n", hex20(&item->target).text);
}

static void renamed(void *self, uint8_t host_len)
{
    struct run *r = self;
    const struct dht_node *n = r->world.node;
    const struct node_id ids[2] = {*dht_node_id(n, 4), *dht_node_id(n, 16)};
    dht_files_put_ids(&r->files, ids);
    event(r, "renamed %s\n", hex20(dht_node_id(n, host_len)).text);
}

static void queried(void *self, const struct contact *from, const struct krpc *query)
{
    char where[ADDRESS_MAX];
    endpoint_format(from, where);
    event(self, "query %s %s\n", query->method < KRPC_OTHER ? krpc_names[query->method] : "unknown",
          where);
}

/* --- Beginning and end ------------------------------------------------------------------------ */

static void listen_all(struct run *r)
{
    if (r->listen.count == 0)
        dht_world_listen(&r->world, "0.0.0.0:6881");
    for (size_t i = 0; i < r->listen.count; i++)
        dht_world_listen(&r->world, r->listen.items[i]);
    for (size_t i = 0; i < r->world.socket_count; i++)
        event(r, "listening %s\n", udp_address(r->world.sockets[i].udp));
}

static void start_node(struct run *r)
{
    struct dht_config config = {
        .bound_ids = r->bound, .is_bound = !r->fixed, .queries = r->queries};
    struct dht_host host = {.ready = ready,
                            .announced = announced,
                            .stored = stored,
                            .renamed = renamed,
                            .queried = r->verbose ? queried : NULL};
    struct timespec now;
    struct fault f;
    if (ed25519_load(&f) || clock_read(&now, &f))
        cli_fail(NULL, &f);
    config.wall_time = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - loop_now();
    dht_files_ids(&r->files, config.ids);
    dht_world_start(&r->world, &config, &host);
    dht_files_put_ids(&r->files, config.ids);
    event(r, "id %s\n", hex20(&config.ids[0]).text);
    if (!node_id_equal(&config.ids[0], &config.ids[1]))
        event(r, "id %s\n", hex20(&config.ids[1]).text);
}

static void meet(struct run *r, char **peers)
{
    for (; *peers; peers++) {
        struct contact list[ADDRESSES_MAX];
        size_t count = dht_world_resolve(&r->world, *peers, list, ADDRESSES_MAX);
        for (size_t i = 0; i < count; i++)
            if (!dht_node_meet(r->world.node, &list[i], loop_now()))
                cli_die("%.80s: more than %d addresses of peers", *peers, DHT_BOOTS_MAX);
    }
}

static void start(struct run *r, char **operands)
{
    struct fault f;
    dht_files_open(&r->files, operands[0]);
    r->world.loop = loop_new(&f);
    if (!r->world.loop || loop_catch_signals(r->world.loop, &f))
        cli_fail(NULL, &f);
    listen_all(r);
    start_node(r);
    meet(r, operands + 1);
    dht_files_load(&r->files, &r->world);
    output_open(&r->output, r->world.loop, &r->out);
    dht_files_put_where(&r->files, &r->world);
}

static void run(struct run *r)
{
    while (!loop_stopped(r->world.loop)) {
        tell_lost(r);
        output_push(&r->output);
        dht_files_save(&r->files, &r->world, false);
        dht_world_turn(&r->world, dht_files_wait(&r->files, &r->world));
    }
}

static void stop(struct run *r)
{
    dht_files_save(&r->files, &r->world, true);
    output_drain(&r->output, 1000);
    output_close(&r->output);
    buf_free(&r->out);
    dht_files_close(&r->files);
    dht_world_free(&r->world);
    cli_list_free(&r->listen);
}

int main(int argc, char **argv)
{
    struct run r = {.queries = QUERIES};
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 1, -1);
    start(&r, operands);
    run(&r);
    stop(&r);
    return CLI_YES;
}
