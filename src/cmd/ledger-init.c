/* ledger-init: writes a genesis block, which has a chain's whole configuration. */
#include "base/buf.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/members.h"
#include "cli/names.h"
#include "cli/options.h"
#include "hash/merkle.h"
#include "record/block.h"
#include "record/rules.h"
#include "state/members.h"
#include "work/first.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct genesis {
    struct rules rules;
    struct block block;
    /* 0: no such rule */
    int64_t bytefee, state, apart, finality, unbonding, slash, minstake;
    const char *names, *members;
    int64_t clock; /* -T */
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

/* A rule that chains may have or not. */
static void add_rule(struct genesis *g, const char *option, const char *words)
{
    struct fault f;
    char line[RULE_LINE_MAX];
    int n = snprintf(line, sizeof line, "rule %s", words);
    if (n >= (int)sizeof line || line_check(line, (size_t)n, &f) ||
        rules_read(&g->rules, line, (size_t)n, &f))
        cli_die("%s: %s", option, n < (int)sizeof line ? f.text : "that is too long");
}

static void add_number(struct genesis *g, const char *name, int64_t number)
{
    char words[RULE_LINE_MAX];
    snprintf(words, sizeof words, "%s %" PRId64, name, number);
    if (number)
        add_rule(g, name, words);
}

/* A seal by its name, or a number of blocks between state lines. */
static void take_seal(const struct cli_option *o, const char *text, void *to)
{
    struct genesis *g = to;
    char words[RULE_LINE_MAX];
    (void)o;
    if (*text >= '0' && *text <= '9') {
        g->state = cli_number("-S", text, 1, INT64_MAX);
        return;
    }
    snprintf(words, sizeof words, "seal %.40s", text);
    add_rule(g, "-S", words);
}

/* A list with commas. */
static void take_allow(const struct cli_option *o, const char *text, void *to)
{
    (void)o;
    for (;;) {
        char words[RULE_LINE_MAX];
        int len = (int)strcspn(text, ",");
        snprintf(words, sizeof words, "allow %.*s", len, text);
        add_rule(to, "-A", words);
        if (!text[len])
            return;
        text += len + 1;
    }
}

static void take_name(const struct cli_option *o, const char *text, void *to)
{
    (void)o;
    set_name(to, text);
}

static void take_target(const struct cli_option *o, const char *text, void *to)
{
    (void)o;
    set_target(to, text);
}

#define OWN(field, least, most) CLI_NUMBER(struct genesis, field, least, most)
#define RULE(field, least) CLI_NUMBER(struct genesis, rules.field, least, INT64_MAX)

static const struct cli_option options[] = {
    {'n', "name", "NAME", "the chain's name (default: demo)", CLI_CALL(take_name)},
    {'s', "spacing", "SECONDS", "the intended time between blocks (10)", RULE(spacing, 1)},
    {'e', "halflife", "SECONDS", "ASERT's half-life; 0: the target never changes (120)",
     RULE(halflife, 0)},
    {'r', "reward", "AMOUNT", "the reward of block 1 (50)", RULE(reward, 0)},
    {'H', "halving", "BLOCKS", "the reward halves after so many blocks; 0: never (0)",
     RULE(halving, 0)},
    {'b', "maxblock", "BYTES", "the largest block (1000000)", RULE(maxblock, 0)},
    {'f', "minfee", "AMOUNT", "the smallest fee (1)", RULE(minfee, 0)},
    {'F', "bytefee", "AMOUNT", "and so much more for each byte of its line (none)",
     OWN(bytefee, 1, INT64_MAX)},
    {'S', "seal", "KIND", "who seals blocks: pow, sign or bft (pow)", CLI_CALL(take_seal)},
    {'B', "state", "BLOCKS", "a state line in every block whose height this divides (none)",
     OWN(state, 1, INT64_MAX)},
    {'A', "allow", "LIST", "allow what is in LIST, of admit,batch,policy,slh-dsa,sponsor,stake",
     CLI_CALL(take_allow)},
    {'M', "members", "FILE", "the first members", CLI_TEXT(struct genesis, members)},
    {'p', "apart", "BLOCKS", "a member seals one of so many blocks in a row (half of them)",
     OWN(apart, 1, INT64_MAX)},
    {'i', "finality", "BLOCKS", "members attest every BLOCKS-th block, until it is final (none)",
     OWN(finality, 1, INT64_MAX)},
    {'u', "unbonding", "BLOCKS", "what is unstaked returns after so many blocks (1000)",
     OWN(unbonding, 3, INT64_C(1) << 31)},
    {'x', "slash", "THOUSANDTHS", "what an accused member loses of its stake (500)",
     OWN(slash, 1, 1000)},
    {'m', "minstake", "AMOUNT", "the least stake of a member (1)", OWN(minstake, 1, INT64_MAX)},
    {'t', "target", "HEX", "the first target, 64 digits; fewer are padded with f's",
     CLI_CALL(take_target)},
    {CLI_OPTION_NAMES(struct genesis, names)},
    {'T', "time", "TIME", "the time of genesis, instead of the clock's",
     CLI_TIME(struct genesis, clock)},
    {0},
};

static const struct cli program = {
    .name = "ledger-init",
    .operands = "[ACCOUNT AMOUNT]...",
    .about = "Writes a genesis block with these rules and first balances.",
    .options = options,
    .number = "amount",
};

/* Without -t: if -T is given an easy target, so that the bytes are the same on every machine;
 * otherwise one that this machine meets about once a spacing. */
static void choose_target(struct genesis *g)
{
    enum { MEASURE_MS = 25 };
    struct fault f;
    double rate = 0;
    if (g->clock == CLI_CLOCK && first_rate(cli_thread_count(0), MEASURE_MS, &rate, &f))
        cli_fail(NULL, &f);
    if (rate > 0)
        first_target(rate * (double)g->rules.spacing, g->block.target);
    else
        set_target(g, "00000f");
}

static int found_members(struct genesis *g, struct apply_context *in,
                         const struct member_set *first)
{
    struct fault f;
    if (members_found(in, first, &f))
        cli_die("-M: %s", f.text);
    for (size_t i = 0; i < first->count; i++) {
        char line[MEMBER_LINE_MAX];
        member_format(&first->list[i], line);
        if (buf_add_string(&g->body, line) || buf_add_string(&g->body, "\n"))
            return -1;
    }
    if (!rules_seal(g->rules.seal)->by_members)
        return 0;
    if (has_target(g))
        cli_die("-t: members seal this chain, so its first target is their set");
    member_set_root(first, g->block.target);
    return 0;
}

static void add_members(struct genesis *g, const struct book *book, struct apply_context *in)
{
    struct member_set first = {0};
    if (!g->members && !rules_members(&g->rules))
        return;
    if (!g->members)
        cli_misuse("such a chain has members: -M FILE");
    cli_members(book, g->members, g->minstake ? g->minstake : 1, &first);
    cli_memory(found_members(g, in, &first));
    member_set_free(&first);
}

static void add_grants(struct genesis *g, const struct book *book, struct apply_context *in,
                       char **operands, size_t count)
{
    struct fault f;
    for (size_t i = 0; i + 1 < count; i += 2) {
        struct account account;
        cli_account(book, operands[i], &account);
        int64_t amount = cli_number("AMOUNT", operands[i + 1], 1, INT64_MAX);
        if (rules_account(&g->rules, &account, operands[i], &f) ||
            apply_grant(in->state, &account, amount, in->supply, &f))
            cli_die("%s", f.text);
        cli_memory(buf_add_string(&g->body, "grant ") ||
                   buf_add_string(&g->body, account_text(&account).text) ||
                   buf_add_string(&g->body, " ") || buf_add_number(&g->body, amount) ||
                   buf_add_string(&g->body, "\n"));
    }
}

/* The lines that give somebody something, judged as whoever reads the ledger will judge them. */
static void add_balances(struct genesis *g, char **operands, size_t count)
{
    int64_t supply = 0;
    const struct book *book = count || g->members ? cli_book(g->names) : NULL;
    struct apply_context in = {
        .state = state_new((struct state_backing){0}), .rules = &g->rules, .supply = &supply};
    cli_memory(!in.state);
    state_begin(in.state);
    add_members(g, book, &in);
    add_grants(g, book, &in, operands, count);
    state_free(in.state);
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

/* The rules that are there if their options are, or with what asks for them. */
static void add_rules(struct genesis *g)
{
    bool stake = rules_has(&g->rules, "stake");
    if (g->rules.halflife < 0)
        g->rules.halflife = rules_seal(g->rules.seal)->by_members ? 0 : 120;
    add_number(g, "bytefee", g->bytefee);
    add_number(g, "state", g->state);
    add_number(g, "apart", g->apart);
    add_number(g, "finality", g->finality);
    add_number(g, "unbonding", g->unbonding || !stake ? g->unbonding : 1000);
    add_number(g, "slash", g->slash || !stake ? g->slash : 500);
    add_number(g, "minstake", g->minstake || !stake ? g->minstake : 1);
    cli_memory(rules_format(&g->rules, &g->body));
}

/* Whether the lines go together, by the rules for whoever reads them. */
static void check_rules(const struct genesis *g)
{
    struct rules again = {.seen = 0};
    struct fault f;
    const char *line = g->body.data, *end = g->body.data + g->body.len;
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        if (rules_read(&again, line, (size_t)(newline - line), &f))
            cli_die("%s", f.text);
        line = newline + 1;
    }
    if (rules_complete(&again, &f))
        cli_die("%s", f.text);
}

int main(int argc, char **argv)
{
    struct buf header = {0};
    struct genesis g = {
        .rules = {.name = "demo",
                  .spacing = 10,
                  .halflife = -1,
                  .reward = 50,
                  .maxblock = 1000000,
                  .minfee = 1},
        .block = {.seal = {"0", 1}},
        .clock = CLI_CLOCK,
    };
    char **operands = cli_options(&program, argc, argv, &g);
    g.block.time = cli_time_now(g.clock);
    size_t count = cli_count_operands(operands, 0, -1);
    if (count % 2)
        cli_misuse("'%.80s': its AMOUNT is missing", operands[count - 1]);
    add_rules(&g);
    check_rules(&g);
    add_balances(&g, operands, count);
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
