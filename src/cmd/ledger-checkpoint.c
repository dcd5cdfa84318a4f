/* ledger-checkpoint: an auditor's signed statement that the best chain has this block at this
 * height. */
#include "cli/cli.h"
#include "cli/key.h"
#include "cli/options.h"
#include "ledgercli/ledger.h"
#include "record/checkpoint.h"

#include <inttypes.h>
#include <string.h>

struct run {
    const char *key, *ledger;
    int passphrase_fd;
    int64_t height; /* -1: the tip's */
    int64_t clock;  /* -T */
    bool final;
};

static const struct cli_option options[] = {
    {'k', "key", "KEY", "the secret key file that signs it", CLI_TEXT(struct run, key)},
    {CLI_OPTION_PASSPHRASE(struct run, passphrase_fd)},
    {CLI_OPTION_LEDGER(struct run, ledger)},
    {'s', "height", "HEIGHT", "the block at this height (default: the tip)",
     CLI_NUMBER(struct run, height, 0, INT64_MAX)},
    {'f', "final", NULL, "only a block that is final (default: the highest)",
     CLI_FLAG(struct run, final)},
    {CLI_OPTION_CLOCK(struct run, clock)},
    {0},
};

static const struct cli program = {
    .name = "ledger-checkpoint",
    .operands = "[LEDGER]",
    .about = "Prints a signed statement that the best chain has a block.",
    .options = options,
    .required = "k",
};

/* The block to sign for; exits with 1 if the chain is not that high, or not final up to there. */
static struct node find_block(struct ledger *l, int64_t height, bool final)
{
    struct node node = final ? l->tree.final : l->tree.best;
    if (height > node.height) {
        cli_warn("%s: %s is %" PRId64, l->path,
                 final ? "the height of its highest final block" : "its height", node.height);
        cli_exit(CLI_NO);
    }
    if (height >= 0)
        cli_best_block(l, height, &node);
    return node;
}

/* Prints the signed line. 0, or -1 and trouble. */
static int put_checkpoint(const struct checkpoint *c, const struct secret_key *k, struct fault *f)
{
    struct buf line = {0};
    int result = checkpoint_format(c, &line) ? fault_memory(f)
                                             : cli_put_signed(k, line.data, line.len, f);
    buf_free(&line);
    return result;
}

int main(int argc, char **argv)
{
    struct run r = {.passphrase_fd = -1, .height = -1, .clock = CLI_CLOCK};
    struct ledger l;
    struct secret_key k = {0};
    struct checkpoint c = {0};
    struct fault f;
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 0, 1);
    c.time = cli_time_now(r.clock);
    cli_open_ledger(&l, *operands ? *operands : r.ledger);
    struct node node = find_block(&l, r.height, r.final);
    c.height = node.height;
    memcpy(c.line.chain, l.tree.genesis.id, ID_LEN);
    memcpy(c.block, node.id, ID_LEN);
    ledger_close(&l);
    cli_read_key(r.key, r.passphrase_fd, &k);
    memcpy(c.line.signer, k.public, ID_LEN);
    int failed = put_checkpoint(&c, &k, &f);
    secret_key_wipe(&k);
    if (failed)
        cli_fail(r.key, &f);
    cli_exit(CLI_YES);
}
