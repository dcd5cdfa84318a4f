/* ledger-pull -H, -P and -A: keeps a file of headers, and fetches proofs, as a light client does.
 * Only programs use this: it exits. */
#ifndef NETCLI_LIGHT_PULL_H
#define NETCLI_LIGHT_PULL_H

#include "ledgercli/checkpoints.h"
#include "sync/light_sync.h"

#define LIGHT_PULL_IDS_MAX 256

struct light_pull {
    const char *path; /* of the file of headers */
    bool has_chain;
    uint8_t chain[ID_LEN];
    struct cli_checkpoints checkpoints; /* as cli_checkpoints_open takes them */
    uint8_t ids[LIGHT_PULL_IDS_MAX][ID_LEN];
    size_t ids_count;
    const char *names[LIGHT_PULL_IDS_MAX]; /* -A, as given, */
    struct account accounts[LIGHT_PULL_IDS_MAX];
    size_t accounts_count;
    bool verbose;
    int64_t within;       /* as light_period takes it */
    const char *evidence; /* as cli_put_evidence takes it */
    /* Everything but file, set, ids and accounts. */
    struct light_sync_config config;
};

/* Notes the argument of -P if it is an id, and gives whether it is. Exits if there are too many. */
bool cli_light_pull_id(struct light_pull *p, const char *text);

/* Notes the argument of -A. Exits if there are too many. */
void cli_light_pull_account(struct light_pull *p, const char *name);

/* Brings the file up to date and prints the proofs. Gives the exit status, or -1 if a signal came.
 */
int cli_light_pull_run(struct light_pull *p);

#endif
