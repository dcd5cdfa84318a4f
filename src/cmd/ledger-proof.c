/* ledger-proof: proves that a record is in a block, or what an account had, to anyone who has the
 * block's header but not the ledger. */
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "ledgercli/ledger.h"
#include "query/proving.h"
#include "query/proving_state.h"

#include <string.h>

struct run {
    const char *ledger, *block, *account;
    int64_t height; /* -1: not given */
};

static const struct cli_option options[] = {
    {CLI_OPTION_LEDGER(struct run, ledger)},
    {'b', "block", "ID", "on the chain that ends at this block, not the best chain",
     CLI_TEXT(struct run, block)},
    {'a', "account", "NAME", "prove what this account had, from the newest state line",
     CLI_TEXT(struct run, account)},
    {'s', "height", "HEIGHT", "with -a: from the newest state line up to this height",
     CLI_NUMBER(struct run, height, 0, INT64_MAX)},
    {0},
};

static const struct cli program = {
    .name = "ledger-proof",
    .operands = "[LEDGER] [ID]...",
    .about = "Prints the header of the block that a record is in, and a `proof` that it is.",
    .options = options,
};

static void print_proof(const struct buf *header, const struct proof *p)
{
    struct buf line = {0};
    cli_memory(proof_format(p, &line) || buf_add(&line, "\n", 1));
    cli_put(header->data, header->len);
    cli_put(line.data, line.len);
    buf_free(&line);
}

/* Whether the record was found. */
static bool prove(struct ledger *l, const char *digits, const uint8_t id[ID_LEN],
                  const struct node *tip)
{
    struct fault f = {0};
    struct node node;
    struct proof p;
    struct buf header = {0};
    bool off_best;
    int found = proving_find(l, id, tip, &node, &off_best, &f);
    if (found > 0)
        found = proving_make(l, &node, id, &p, &header, &f);
    if (found < 0)
        cli_ledger_fail(l, &f);
    if (found)
        print_proof(&header, &p);
    else if (off_best)
        cli_warn("%s: %s is only in blocks off the %s chain", l->path, digits,
                 tip ? "given" : "best");
    else
        cli_warn("%s: no record %s", l->path, digits);
    buf_free(&header);
    return found;
}

/* Whether the chain has a state line that says what the account had. */
static bool prove_account(struct ledger *l, const struct run *r, const struct node *tip)
{
    struct fault f = {0};
    struct buf out = {0};
    struct account account;
    cli_account(cli_book(NULL), r->account, &account);
    int found = proving_account(l, tip, r->height, &account, &out, &f);
    if (found < 0)
        cli_ledger_fail(l, &f);
    cli_put(out.data, out.len);
    buf_free(&out);
    if (!found && l->tree.rules.state)
        cli_warn("%s: no block holds a state line about so early a height", l->path);
    else if (!found)
        cli_warn("%s: this chain has no `rule state`, and so no proofs of what accounts have",
                 l->path);
    return found;
}

/* A whole id may be missing from the ledger: the other operands still get their answers. */
static void find_id(struct ledger *l, const char *digits, uint8_t id[ID_LEN])
{
    if (strlen(digits) == 2 * ID_LEN)
        hex_decode(id, digits, ID_LEN);
    else
        cli_find_id(l, digits, PREFIX_RECORDS, id, NULL);
}

int main(int argc, char **argv)
{
    struct ledger l;
    struct node tip;
    struct run r = {.height = -1};
    uint8_t id[ID_LEN];
    bool all = true;
    char **operands = cli_options(&program, argc, argv, &r);
    const char *path = cli_ledger_operand(&operands, r.ledger, NULL);
    if (!*operands && !r.account)
        cli_misuse("ID is missing");
    if (r.height >= 0 && !r.account)
        cli_misuse("-s goes with -a");
    for (char **digits = operands; *digits; digits++)
        cli_check_id(*digits);
    cli_open_ledger(&l, path);
    cli_find_tip(&l, r.block, &tip);
    if (r.account)
        all = prove_account(&l, &r, &tip);
    for (; *operands; operands++) {
        find_id(&l, *operands, id);
        all &= prove(&l, *operands, id, r.block ? &tip : NULL);
    }
    ledger_close(&l);
    cli_exit(all ? CLI_YES : CLI_NO);
}
