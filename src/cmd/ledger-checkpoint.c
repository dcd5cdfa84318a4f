/* ledger-checkpoint: an auditor's signed statement that the best chain has this block at this
 * height. */
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/key.h"
#include "ledgercli/ledger.h"
#include "record/checkpoint.h"

#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

static const struct cli_option options[] = {
    {'k', "key", "KEY", "the secret key file that signs it"},
    {'P', "passphrase-fd", "FD", "the key's passphrase is the next line of FD"},
    {'l', "ledger", "LEDGER", "the ledger (default: $LEDGER, else `ledger`)"},
    {'s', "height", "HEIGHT", "the block at this height (default: the tip)"},
    {'T', "time", "TIME", "use this time as the clock"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "ledger-checkpoint",
    .operands = "[LEDGER]",
    .about = "Prints a signed statement that the best chain has a block.",
    .options = options,
    .required = "k",
};

/* The block to sign for; exits with 1 if the chain is not that high. */
static struct node find_block(struct ledger *l, const char *option)
{
    struct node node = l->tree.best;
    struct fault f = {0};
    int64_t height = option ? cli_number("-s", option, 0, INT64_MAX) : node.height;
    if (height > l->tree.best.height) {
        cli_warn("%s: its height is %" PRId64, l->path, l->tree.best.height);
        cli_exit(CLI_NO);
    }
    int found = index_at_height(l->index, height, &node, &f);
    if (found < 0)
        cli_ledger_fail(l, &f);
    if (!found)
        cli_die("%s: changed while it was read", l->path);
    return node;
}

/* Prints the signed line. 0, or -1 and trouble. */
static int put_checkpoint(const struct checkpoint *c, const struct secret_key *k, struct fault *f)
{
    uint8_t signature[SIGNATURE_LEN];
    char digits[2 * SIGNATURE_LEN];
    struct buf line = {0};
    int result = checkpoint_format(c, &line)
                     ? fault_memory(f)
                     : secret_key_sign(k, line.data, line.len, signature, f);
    if (!result) {
        hex_encode(digits, signature, SIGNATURE_LEN);
        cli_put(line.data, line.len);
        cli_put(" ", 1);
        cli_put(digits, sizeof digits);
        cli_put("\n", 1);
    }
    buf_free(&line);
    return result;
}

int main(int argc, char **argv)
{
    const char *key = NULL, *path = NULL, *height = NULL, *now = NULL;
    int passphrase_fd = -1;
    struct ledger l;
    struct secret_key k = {0};
    struct checkpoint c = {0};
    struct fault f;
    const struct cli_value values[] = {
        {'k', &key}, {'l', &path}, {'s', &height}, {'T', &now}, {0, NULL}};
    for (int o; (o = cli_next(&program, argc, argv)) != -1;) {
        if (o == 'P')
            passphrase_fd = (int)cli_number("-P", optarg, 0, INT_MAX);
        else
            cli_take(values, o);
    }
    char **operands = cli_operands(argc, argv, 0, 1);
    c.time = cli_now(now);
    cli_open_ledger(&l, *operands ? *operands : path);
    struct node node = find_block(&l, height);
    c.height = node.height;
    memcpy(c.line.chain, l.tree.genesis.id, ID_LEN);
    memcpy(c.block, node.id, ID_LEN);
    ledger_close(&l);
    cli_read_key(key, passphrase_fd, &k);
    memcpy(c.line.signer, k.public, ID_LEN);
    int failed = put_checkpoint(&c, &k, &f);
    secret_key_wipe(&k);
    if (failed)
        cli_fail(key, &f);
    cli_exit(CLI_YES);
}
