/* What programs that take records from peers and print them have in common: the ledger they know,
 * the listener, stdout and the spool. Only programs use this: it exits. */
#ifndef NETCLI_RECEIVER_H
#define NETCLI_RECEIVER_H

#include "cli/options.h"
#include "gossip/listener.h"
#include "ledger/sigcache.h"
#include "net/spool.h"
#include "netcli/output.h"
#include "netcli/view.h"

#define RECEIVER_TYPES_MAX 16

struct receiver {
    /* Set these before receiver_start. */
    const char *ledger, *chain, *spool_path;                 /* arguments of options, or NULL */
    int threads;                                             /* as cli_thread_count takes it */
    const struct record_type *types[RECEIVER_TYPES_MAX + 1]; /* taken besides those that all take */
    size_t types_count;
    bool verbose;
    struct listener_config listening; /* stems and announced; the rest is filled in */

    struct listener *listener;
    struct output output;
    struct ledger_view *ledger_view;
    struct sigcache *sigcache; /* a cache of valid signatures, beside the ledger; NULL: no ledger */
    struct view view;
    struct spool spool;
    size_t spooled; /* how many of the bytes waiting for stdout are in the spool */
};

/* Takes an option (cli/options.h): adds a record type to the struct receiver at `to`. */
void receiver_take_type(const struct cli_option *o, const char *type, void *to);

/* Finds the chain and sets listening.chain: the ledger's or, if there is no ledger yet, the given
 * one. */
void receiver_find_chain(struct receiver *r);

/* Makes the listener, opens stdout, and prints the contents of the spool again. */
void receiver_start(struct receiver *r, struct loop *loop);

/* Turns input into records: they are written to the spool, then printed, and only then
 * acknowledged. */
void receiver_settle(struct receiver *r);

/* Whether so much waits for stdout that no more should be read. */
bool receiver_is_full(const struct receiver *r);

/* Waits a few seconds for the rest to be read. If it is not read and there is no spool, the rest is
 * lost: exits with 2. */
void receiver_drain(struct receiver *r);

void receiver_free(struct receiver *r);

#endif
