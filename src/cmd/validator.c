/* validator: a member's part in a node's pipeline: what it signs so that blocks become final. */
#include "blockcli/agreeing.h"
#include "blockcli/attesting.h"
#include "blockcli/interchange.h"
#include "cli/cli.h"
#include "cli/key.h"
#include "cli/options.h"
#include "ledgercli/ledger.h"
#include "validator/said.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

struct run {
    /* Options: */
    const char *key, *path, *record, *import;
    bool history;
    int passphrase_fd;
    struct agreeing agreeing;

    struct ledger ledger;
    struct secret_key secret;
    struct said said;
    struct buf beside; /* the path of its file, if none is given; */
    struct buf turns;  /* ... and of the one with the rotation */
};

static const struct cli_option options[] = {
    {'k', "key", "KEY", "the member's secret key file", CLI_TEXT(struct run, key)},
    {CLI_OPTION_PASSPHRASE(struct run, passphrase_fd)},
    {CLI_OPTION_LEDGER(struct run, path)},
    {'r', "record", "FILE", "what the key has signed (default: KEY.history)",
     CLI_TEXT(struct run, record)},
    {'H', "history", NULL, "print what the key has signed, as EIP-3076 writes it, and end",
     CLI_FLAG(struct run, history)},
    {'I', "import", "FILE", "add what another machine has signed with the key, and end",
     CLI_TEXT(struct run, import)},
    {'p', "pool", "POOL", "propose the transactions of this pool",
     CLI_TEXT(struct run, agreeing.pool)},
    {'w', "wait", "COUNT", "milliseconds that a step of a round may take (default: 1000)",
     CLI_NUMBER(struct run, agreeing.wait, 1, 3600000)},
    {'g', "grow", "COUNT", "... and so many more in each further round (default: 500)",
     CLI_NUMBER(struct run, agreeing.grow, 0, 3600000)},
    {'e', "early", NULL, "propose blocks of the past at once: a spacing after the one before",
     CLI_FLAG(struct run, agreeing.early)},
    {'v', "verbose", NULL, "log rounds and decisions to stderr",
     CLI_FLAG(struct run, agreeing.verbose)},
    {0},
};

static const struct cli program = {
    .name = "validator",
    .operands = "[LEDGER]",
    .about =
        "A member's filter in the pipeline of its node: proposes, votes, attests, never twice.",
    .options = options,
    .required = "k",
};

static void read_options(struct run *r, int argc, char **argv)
{
    char **operands = cli_options(&program, argc, argv, r);
    size_t count = cli_count_operands(operands, 0, 1);
    if (count && r->path)
        cli_misuse("-l and an operand name the ledger twice");
    r->path = count ? operands[0] : r->path;
}

static void unpruned(const char *why)
{
    cli_warn("cannot be pruned, so it grows: %s", why);
}

/* Opens the file of what the key has signed on this chain. Who only asks for it makes none. */
static void open_record(struct run *r)
{
    struct fault f = {0};
    if (!r->record) {
        cli_memory(buf_add_string(&r->beside, r->key) ||
                   buf_add(&r->beside, ".history", sizeof ".history"));
        r->record = r->beside.data;
    }
    if (r->history && !r->import && access(r->record, F_OK))
        cli_die("%s: %s", r->record, strerror(errno));
    if (said_open(&r->said, r->record, r->ledger.tree.genesis.id, r->secret.public, &f) == 0) {
        r->said.unpruned = unpruned;
        if (!r->said.begun)
            cli_warn("%s: begins a new history", r->record);
        return;
    }
    if (f.kind == FAULT_RULE)
        cli_die("%s:%" PRIu64 ": %s", r->record, f.line, f.text);
    cli_die("%s", f.text);
}

/* The history in and out; or the member's part in what its chain asks of members. */
static void do_part(struct run *r)
{
    const struct seal *seal = r->ledger.tree.anchor.seal;
    if (r->import)
        cli_interchange_in(&r->said, r->import);
    if (r->history)
        cli_interchange_out(&r->said);
    if (r->import || r->history)
        return;
    cli_memory(buf_add_string(&r->turns, r->record) ||
               buf_add(&r->turns, ".turns", sizeof ".turns"));
    r->agreeing.turns = r->turns.data;
    if (seal->has_votes)
        cli_agree(&r->agreeing, &r->ledger, &r->secret, &r->said);
    else
        cli_attest(&r->ledger, &r->secret, &r->said);
}

int main(int argc, char **argv)
{
    struct run r = {.passphrase_fd = -1, .agreeing = {.wait = 1000, .grow = 500}};
    read_options(&r, argc, argv);
    cli_open_ledger(&r.ledger, r.path);
    const struct seal *seal = r.ledger.tree.anchor.seal;
    if (!seal->has_votes && !r.ledger.tree.rules.finality)
        cli_die("%s: 'rule seal %s' without 'rule finality': members of this chain do not vote",
                r.ledger.path, seal->rules.name);
    cli_read_key(r.key, r.passphrase_fd, &r.secret);
    open_record(&r);
    do_part(&r);
    said_close(&r.said);
    buf_free(&r.beside);
    buf_free(&r.turns);
    secret_key_wipe(&r.secret);
    ledger_close(&r.ledger);
    cli_exit(CLI_YES);
}
