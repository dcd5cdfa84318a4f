#include "netcli/receiver.h"

#include "base/chance.h"
#include "cli/cli.h"
#include "netcli/events.h"
#include "netcli/network.h"

#include <stdio.h>
#include <string.h>

enum { DRAIN = 5000 /* ms that a slow reader of stdout has for the rest, at the end */ };

void receiver_take_type(const struct cli_option *o, const char *name, void *to)
{
    struct receiver *r = to;
    char known[256] = "";
    const struct record_type *type;
    if (r->types_count == RECEIVER_TYPES_MAX)
        cli_die("-%c: more than %d types", o->letter, RECEIVER_TYPES_MAX);
    for (size_t i = 0; (type = record_type_at(i)); i++) {
        size_t n = strlen(known);
        if (!record_may_travel(type))
            continue;
        if (strcmp(type->name, name) == 0) {
            r->types[r->types_count++] = type;
            return;
        }
        snprintf(known + n, sizeof known - n, " %s", type->name);
    }
    cli_die("-%c: '%s' is not a type of record that nodes take from each other:%s", o->letter, name,
            known);
}

void receiver_find_chain(struct receiver *r)
{
    struct fault f;
    struct rules rules;
    uint8_t *chain = r->listening.chain;
    if (r->chain)
        cli_chain(r->chain, chain);
    if (!r->ledger)
        return;
    r->ledger_view = ledger_view_new(r->ledger, r->chain ? chain : NULL,
                                     (struct ledger_view_times){loop_now, cli_clock});
    cli_memory(!r->ledger_view);
    int known = ledger_view_chain(r->ledger_view, chain, &rules, &f);
    if (known < 0)
        cli_fail(r->ledger, &f);
    if (!known && !r->chain)
        cli_die("%s: no such ledger; give its chain with -c to start without one", r->ledger);
    r->view = ledger_view_table(r->ledger_view);
    r->listening.view = &r->view;
    r->sigcache = sigcache_new(r->ledger, NULL);
    cli_memory(!r->sigcache);
    r->listening.recall = sigcache_look_up;
    r->listening.checked = sigcache_note;
    r->listening.known = r->sigcache;
}

static void start_listener(struct receiver *r)
{
    r->listening.types = r->types;
    r->listening.deflate = true;
    r->listening.pool = sigpool_new(cli_thread_count(r->threads));
    r->listening.seed = chance_seed();
    r->listening.clock = cli_clock;
    r->listening.log = r->verbose ? cli_log : NULL;
    r->listener = r->listening.pool ? listener_new(&r->listening) : NULL;
    cli_memory(!r->listener);
}

/* Prints again what an earlier run printed, since its reader may not have handled all of it. */
static void open_spool(struct receiver *r)
{
    struct fault f = {0};
    struct buf before = {0};
    r->spool.file = LINEFILE(r->spool_path);
    if (!r->spool_path)
        return;
    if (spool_open(&r->spool, r->spool_path, &before, &f) ||
        listener_replay(r->listener, before.data, before.len, loop_now(), &f))
        cli_fail(NULL, &f);
    buf_free(&before);
    r->spooled = listener_out(r->listener)->len;
}

void receiver_start(struct receiver *r, struct loop *loop)
{
    start_listener(r);
    output_open(&r->output, loop, listener_out(r->listener));
    open_spool(r);
}

/* Hands on what the listener has put out. */
static void pass_on(struct receiver *r)
{
    struct fault f = {0};
    const struct buf *out = listener_out(r->listener);
    if (r->spool_path && out->len > r->spooled &&
        spool_add(&r->spool, out->data + r->spooled, out->len - r->spooled, &f))
        cli_fail(NULL, &f);
    cli_flush_events(); /* so a record's events are in the log before the record is seen */
    output_push(&r->output);
    r->spooled = out->len;
    if (r->sigcache)
        sigcache_write(r->sigcache); /* nobody waits for that */
}

void receiver_settle(struct receiver *r)
{
    struct fault f = {0};
    if (listener_settle(r->listener, loop_now(), &f))
        cli_fail(NULL, &f);
    pass_on(r);
}

bool receiver_is_full(const struct receiver *r)
{
    return async_writer_backlog(&r->output.writer) > LISTENER_OUT_MAX;
}

void receiver_drain(struct receiver *r)
{
    struct fault f = {0};
    if (listener_settle_all(r->listener, loop_now(), &f))
        cli_fail(NULL, &f);
    pass_on(r);
    output_drain(&r->output, DRAIN);
    size_t left = async_writer_backlog(&r->output.writer);
    if (left && !r->spool_path)
        cli_die("stdout: nobody read the last %zu bytes", left);
}

void receiver_free(struct receiver *r)
{
    output_close(&r->output);
    listener_free(r->listener);
    sigpool_free(r->listening.pool);
    sigcache_free(r->sigcache);
    ledger_view_free(r->ledger_view);
    spool_close(&r->spool);
}
