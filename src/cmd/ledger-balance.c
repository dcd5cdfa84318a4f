/* ledger-balance: what accounts have, and who is a member, at the best tip or at any block. */
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "export/text.h"
#include "ledgercli/ledger.h"
#include "query/entries.h"
#include "query/history.h"
#include "state/members.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
    const char *ledger, *names;
    const char *block; /* at most one of -b, -s and -U is given */
    int64_t height;    /* -1: not given */
    int64_t until;
    const char *date; /* -U as it was given, or NULL */
    bool entries, members;
};

static void take_until(const struct cli_option *o, const char *text, void *to)
{
    struct run *r = to;
    (void)o;
    r->until = cli_time("-U", text);
    r->date = text;
}

static const struct cli_option options[] = {
    {CLI_OPTION_LEDGER(struct run, ledger)},
    {CLI_OPTION_NAMES(struct run, names)},
    {'s', "height", "HEIGHT", "at this height of the best chain",
     CLI_NUMBER(struct run, height, 0, INT64_MAX)},
    {'b', "block", "ID", "at this block", CLI_TEXT(struct run, block)},
    {'U', "until", "TIME", "at the last block of the best chain up to this time",
     CLI_CALL(take_until)},
    {'e', "entries", NULL, "also stakes, unbonding sums and whatever else the state has",
     CLI_FLAG(struct run, entries)},
    {'M', "members", NULL, "instead, who is a member after the block, and with which weight",
     CLI_FLAG(struct run, members)},
    {0},
};

static const struct cli program = {
    .name = "ledger-balance",
    .operands = "[LEDGER] [NAME]...",
    .about = "Prints `account KEY BALANCE SEQ` for all accounts, or those named.",
    .options = options,
};

static void print_account(const struct account *id, const struct account_state *a)
{
    char line[ACCOUNT_TEXT_MAX + 2 * NUMBER_MAX + 16];
    const struct account_text text = account_text(id);
    char *p = put(put_string(line, "account "), text.text, text.len);
    *p++ = ' ';
    p = put_number(p, a->balance);
    *p++ = ' ';
    p = put_number(p, a->seq);
    *p++ = '\n';
    cli_put(line, (size_t)(p - line));
}

/* (One that only ever was a sponsor, and paid all that it had, is as if it had never been.) */
static int print_each(void *self, const struct account *id, const struct account_state *a,
                      struct fault *f)
{
    (void)self, (void)f;
    if (a->balance || a->seq)
        print_account(id, a);
    return 0;
}

static int print_entry(void *self, const char *entry, size_t len, struct fault *f)
{
    (void)self, (void)f;
    cli_put(entry, len);
    cli_put("\n", 1);
    return 0;
}

static void print_all(struct ledger *l, const struct node *node, bool entries)
{
    struct fault f = {0};
    if (tree_move(&l->tree, node, &f) || account_walk(l->tree.state, print_each, NULL, &f) ||
        (entries && entries_each(l->tree.state, NULL, print_entry, NULL, &f)))
        cli_ledger_fail(l, &f);
}

static void print_some(struct ledger *l, const struct node *node, const struct run *r,
                       char **operands)
{
    struct fault f = {0};
    const struct book *book = cli_book(r->names);
    if (r->entries && tree_move(&l->tree, node, &f))
        cli_ledger_fail(l, &f);
    for (; *operands; operands++) {
        struct account id;
        struct account_state a;
        cli_account(book, *operands, &id);
        if (history_account(l, &id, node, &a, &f))
            cli_ledger_fail(l, &f);
        print_account(&id, &a);
        if (r->entries && entries_each(l->tree.state, &id, print_entry, NULL, &f))
            cli_ledger_fail(l, &f);
    }
}

/* --- Members ---------------------------------------------------------------------------------- */

static void print_member(const struct member *m)
{
    char line[MEMBER_LINE_MAX];
    size_t len = member_format(m, line);
    line[len] = '\n';
    cli_put(line, len + 1);
}

/* Of the accounts named; one that is no member has weight 0. */
static void print_weights(const struct member_set *set, const char *names, char **operands)
{
    const struct book *book = cli_book(names);
    for (; *operands; operands++) {
        struct account id;
        struct member none = {.weight = 0};
        cli_account(book, *operands, &id);
        if (id.form != ACCOUNT_KEY)
            cli_die("'%.80s' can be no member: it is no Ed25519 key", *operands);
        const struct member *m = member_set_find(set, id.id);
        memcpy(none.key, id.id, ID_LEN);
        print_member(m ? m : &none);
    }
}

static void print_members(struct ledger *l, const struct node *node, const char *names,
                          char **operands)
{
    struct fault f = {0};
    struct member_set set = {0};
    if (!rules_members(&l->tree.rules)) {
        cli_warn("%s: this chain has no members", l->path);
        cli_exit(CLI_NO);
    }
    if (tree_move(&l->tree, node, &f) ||
        members_after(l->tree.state, &l->tree.rules, node->height, &set, &f))
        cli_ledger_fail(l, &f);
    for (size_t i = 0; !*operands && i < set.count; i++)
        print_member(&set.list[i]);
    if (*operands)
        print_weights(&set, names, operands);
    member_set_free(&set);
}

/* --- Blocks ----------------------------------------------------------------------------------- */

/* The last block of the best chain whose time is not after this one: 1, 0 if genesis is after it
 * already, or -1 and trouble. Times may go back, but a block's time is after the median of the
 * eleven before it: once six of eleven are after this time, so are all that follow. */
static int find_at_time(struct ledger *l, int64_t time, struct node *node, struct fault *f)
{
    struct index_block b;
    int64_t low = 0, high = l->tree.best.height + 1;
    unsigned later = 0; /* a bit for each of the last eleven blocks: it is after the time */
    int got = 1, found = 0;
    while (low < high) { /* the first block that is after the time, or has an ancestor that is */
        int64_t middle = low + (high - low) / 2;
        if ((got = index_block_at(l->index, middle, &b, f)) <= 0)
            break;
        if (b.latest > time)
            high = middle;
        else
            low = middle + 1;
    }
    for (int64_t height = low ? low - 1 : 0;
         got > 0 && height <= l->tree.best.height && __builtin_popcount(later) <= MEDIAN_OF / 2;
         height++) {
        if ((got = index_block_at(l->index, height, &b, f)) <= 0)
            break;
        later = (later << 1 | (b.node.time > time)) & ((1U << MEDIAN_OF) - 1);
        if (b.node.time > time)
            continue;
        *node = b.node;
        found = 1;
    }
    return got < 0 ? -1 : found;
}

/* The block that an option names, or else the best tip. */
static void find_node(struct ledger *l, const struct run *r, struct node *node)
{
    struct fault f = {0};
    int found = 1;
    cli_find_tip(l, r->block, node);
    if (r->height >= 0)
        found = index_at_height(l->index, r->height, node, &f);
    else if (r->date)
        found = find_at_time(l, r->until, node, &f);
    if (found < 0)
        cli_ledger_fail(l, &f);
    if (found)
        return;
    if (r->date)
        cli_warn("%s: it begins after %s", l->path, r->date);
    else
        cli_warn("%s: no block %" PRId64, l->path, r->height);
    cli_exit(CLI_NO);
}

int main(int argc, char **argv)
{
    struct ledger l;
    struct node node;
    struct run r = {.height = -1};
    char **operands = cli_options(&program, argc, argv, &r);
    if ((r.block != NULL) + (r.height >= 0) + (r.date != NULL) > 1)
        cli_misuse("only one of -b, -s and -U can be given");
    if (r.entries && r.members)
        cli_misuse("only one of -e and -M can be given");
    const char *path = cli_ledger_operand(&operands, r.ledger, r.names);
    cli_open_ledger(&l, path);
    find_node(&l, &r, &node);
    if (r.members)
        print_members(&l, &node, r.names, operands);
    else if (*operands)
        print_some(&l, &node, &r, operands);
    else
        print_all(&l, &node, r.entries);
    ledger_close(&l);
    cli_exit(CLI_YES);
}
