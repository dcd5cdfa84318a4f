/* ledger-init: writes a genesis block, which has a chain's whole configuration. */
#include "base/buf.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "crypto/merkle.h"
#include "record/block.h"
#include "record/rules.h"
#include "state/apply.h"
#include "work/first.h"

#include <getopt.h>
#include <stdint.h>
#include <string.h>

static const struct cli_option options[] = {
    {'n', "name", "NAME", "the chain's name (default: demo)"},
    {'s', "spacing", "SECONDS", "the intended time between blocks (10)"},
    {'e', "halflife", "SECONDS", "ASERT's half-life; 0: the target never changes (120)"},
    {'r', "reward", "AMOUNT", "the reward of block 1 (50)"},
    {'H', "halving", "BLOCKS", "the reward halves after so many blocks; 0: never (0)"},
    {'b', "maxblock", "BYTES", "the largest block (1000000)"},
    {'f', "minfee", "AMOUNT", "the smallest fee (1)"},
    {'t', "target", "HEX", "the first target, 64 digits; fewer are padded with f's"},
    {'a', "names", "FILE", "the address book"},
    {'T', "time", "TIME", "the time of genesis, instead of the clock's"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "ledger-init",
    .operands = "[ACCOUNT AMOUNT]...",
    .about = "Writes a genesis block with these rules and first balances.",
    .options = options,
    .number = "amount",
};

struct genesis {
    struct rules rules;
    struct block block;
    const char *names, *clock; /* -a, -T */
    struct buf body;
    struct merkle tree;
};

static void set_name(struct genesis *g, const char *name)
{
    size_t n = strlen(name);
    if (n > TEXT_MAX)
        cli_die("-n: over %d bytes", TEXT_MAX);
    g->rules.name[text_encode(name, n, g->rules.name)] = 0;
}

/* A target is never zero. */
static bool has_target(const struct genesis *g)
{
    static const uint8_t zero[ID_LEN];
    return memcmp(g->block.target, zero, ID_LEN) != 0;
}

static void set_target(struct genesis *g, const char *digits)
{
    char full[2 * ID_LEN];
    size_t n = strlen(digits);
    memset(full, 'f', sizeof full);
    if (n <= sizeof full)
        memcpy(full, digits, n);
    if (n == 0 || n > sizeof full || hex_decode(g->block.target, full, ID_LEN) || !has_target(g))
        cli_die("-t: '%.80s' is not 1 to 64 lowercase hex digits of a number over 0", digits);
}

static void read_options(struct genesis *g, int argc, char **argv)
{
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        switch (c) {
        case 'n':
            set_name(g, optarg);
            break;
        case 's':
            g->rules.spacing = cli_number("-s", optarg, 1, INT64_MAX);
            break;
        case 'e':
            g->rules.halflife = cli_number("-e", optarg, 0, INT64_MAX);
            break;
        case 'r':
            g->rules.reward = cli_number("-r", optarg, 0, INT64_MAX);
            break;
        case 'H':
            g->rules.halving = cli_number("-H", optarg, 0, INT64_MAX);
            break;
        case 'b':
            g->rules.maxblock = cli_number("-b", optarg, 0, INT64_MAX);
            break;
        case 'f':
            g->rules.minfee = cli_number("-f", optarg, 0, INT64_MAX);
            break;
        case 't':
            set_target(g, optarg);
            break;
        case 'a':
            g->names = optarg;
            break;
        case 'T':
            g->clock = optarg;
            break;
        }
    }
    g->block.time = cli_now(g->clock);
}

/* Without -t: if -T is given an easy target, so that the bytes are the same on every machine;
 * otherwise one that this machine meets about once a spacing. */
static void choose_target(struct genesis *g)
{
    enum { MEASURE_MS = 25 };
    struct fault f;
    double rate = 0;
    if (!g->clock && first_rate(cli_threads(NULL), MEASURE_MS, &rate, &f))
        cli_fail(NULL, &f);
    if (rate > 0)
        first_target(rate * (double)g->rules.spacing, g->block.target);
    else
        set_target(g, "00000f");
}

static void add_grants(struct genesis *g, int count, char **operands)
{
    struct state *state = state_new((struct state_backing){0});
    const struct book *book = count ? cli_book(g->names) : NULL;
    struct fault f;
    int64_t supply = 0;
    cli_memory(!state);
    state_begin(state);
    for (int i = 0; i + 1 < count; i += 2) {
        uint8_t account[ID_LEN];
        cli_account(book, operands[i], account);
        int64_t amount = cli_number("AMOUNT", operands[i + 1], 1, INT64_MAX);
        if (apply_grant(state, account, amount, &supply, &f))
            cli_die("%s", f.text);
        cli_memory(buf_add_string(&g->body, "grant ") ||
                   buf_add_string(&g->body, hex32(account).text) || buf_add_string(&g->body, " ") ||
                   buf_add_number(&g->body, amount) || buf_add_string(&g->body, "\n"));
    }
    state_free(state);
}

/* Counts the body's lines and computes their Merkle root. */
static void seal_body(struct genesis *g)
{
    const char *line = g->body.data, *end = g->body.data + g->body.len;
    merkle_init(&g->tree);
    while (line < end) {
        uint8_t id[SHA256_LEN];
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        sha256(line, (size_t)(newline - line), id);
        merkle_add(&g->tree, id);
        g->block.count++;
        line = newline + 1;
    }
    merkle_root(&g->tree, g->block.root);
}

int main(int argc, char **argv)
{
    struct buf header = {0};
    struct genesis g = {
        .rules = {.name = "demo",
                  .spacing = 10,
                  .halflife = 120,
                  .reward = 50,
                  .maxblock = 1000000,
                  .minfee = 1},
        .block = {.seal = {"0", 1}},
    };
    read_options(&g, argc, argv);
    if ((argc - optind) % 2)
        cli_misuse("'%.80s': its AMOUNT is missing", argv[argc - 1]);
    cli_memory(rules_format(&g.rules, &g.body));
    add_grants(&g, argc - optind, argv + optind);
    seal_body(&g);
    if (!has_target(&g))
        choose_target(&g);
    cli_memory(block_format(&g.block, &header) || buf_add_string(&header, "\n"));
    cli_put(header.data, header.len);
    cli_put(g.body.data, g.body.len);
    buf_free(&header);
    buf_free(&g.body);
    cli_exit(CLI_YES);
}
