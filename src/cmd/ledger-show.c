/* ledger-show: a block or a record of a ledger in plain words. */
#include "base/date.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/lines.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "hash/sha256.h"
#include "index/lookup.h"
#include "ledger/body_lines.h"
#include "ledgercli/ledger.h"
#include "ledgercli/words.h"
#include "query/final.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run {
    const char *path, *names;
    struct ledger ledger;
    const struct book *book;
    const char *pool;
};

static const struct cli_option options[] = {
    {CLI_OPTION_LEDGER(struct run, path)},
    {CLI_OPTION_NAMES(struct run, names)},
    {'p', "pool", "POOL", "also search the transactions in this pool", CLI_TEXT(struct run, pool)},
    {0},
};

static const struct cli program = {
    .name = "ledger-show",
    .operands = "[LEDGER] ID",
    .about = "Shows a block or a record in plain words: ID (8 digits or more), or a height.",
    .options = options,
};

/* Reads a block, whose body must match its header. */
static const struct item *read_block(struct run *r, const struct node *node, struct batch *b)
{
    struct fault f = {0};
    if (ledger_read_item(&r->ledger, node, b, &f))
        cli_ledger_fail(&r->ledger, &f);
    if (b->items[0].broken)
        cli_fail(r->ledger.path, &b->items[0].fault);
    return &b->items[0];
}

/* Whether a block is on the best chain, and if not, where its branch leaves it. */
static void put_standing(struct run *r, const struct node *node)
{
    struct fault f = {0};
    struct node fork;
    if (tree_fork(&r->ledger.tree, &r->ledger.tree.best, node, &fork, &f))
        cli_ledger_fail(&r->ledger, &f);
    int64_t count = r->ledger.tree.best.height - node->height + 1;
    if (fork.n == node->n)
        cli_put_format("on the best chain, %" PRId64 " confirmation%s\n", count,
                       count == 1 ? "" : "s");
    else
        cli_put_format("not on the best chain, which its branch leaves after height %" PRId64 "\n",
                       fork.height);
}

/* --- Records ---------------------------------------------------------------------------------- */

/* Shows a record, and the blocks that have it; details are those of the first of them. */
struct record {
    struct run *run;
    const uint8_t *id;
    bool shown;
};

static void show_in(struct record *s, const struct node *node)
{
    struct batch b = {0};
    char date[DATE_MAX];
    const struct item *item = read_block(s->run, node, &b);
    for (size_t i = 0; i < item->count && !s->shown; i++) {
        if (memcmp(item->entries[i].id, s->id, ID_LEN))
            continue;
        words_entry(s->run->book, item, &item->entries[i]);
        s->shown = true;
    }
    date_format(node->time, date);
    cli_put_format("block    %" PRId64 " of %s, %s: ", node->height, date, hex32(node->id).text);
    put_standing(s->run, node);
    batch_free(&b);
}

/* A few are enough: there may be many side branches. */
enum { BLOCKS_MAX = 16 };

struct blocks {
    int64_t n[BLOCKS_MAX];
    int count;
    bool more;
};

static int note_block(void *self, int64_t n, bool best, struct fault *f)
{
    struct blocks *s = self;
    (void)f;
    if (s->count == BLOCKS_MAX && !best) {
        s->more = true;
        return 0;
    }
    s->n[s->count < BLOCKS_MAX ? s->count++ : BLOCKS_MAX - 1] = n;
    return 0;
}

/* A vote, an attest or a state line: all blocks with such lines are read. */
static int show_if_there(void *self, const struct node *node, const struct item *item,
                         const struct entry *e, struct fault *f)
{
    struct record *s = self;
    (void)item, (void)f;
    if (memcmp(e->id, s->id, ID_LEN) == 0)
        show_in(s, node);
    return 0;
}

static bool is_in_genesis(struct run *r, const uint8_t id[ID_LEN])
{
    struct batch b = {0};
    const struct item *item = read_block(r, &r->ledger.tree.genesis, &b);
    bool found = false;
    for (size_t i = 0; i < item->count; i++)
        found |= memcmp(item->entries[i].id, id, ID_LEN) == 0;
    batch_free(&b);
    return found;
}

static void show_record(struct run *r, const uint8_t id[ID_LEN])
{
    struct fault f = {0};
    struct record s = {.run = r, .id = id};
    struct blocks in = {0};
    struct node node;
    if (index_tx_blocks(r->ledger.index, id, note_block, &in, &f))
        cli_ledger_fail(&r->ledger, &f);
    if (!in.count && is_in_genesis(r, id))
        show_in(&s, &r->ledger.tree.genesis);
    else if (!in.count && body_lines_each(&r->ledger, show_if_there, &s, &f))
        cli_ledger_fail(&r->ledger, &f);
    for (int i = 0; i < in.count; i++) {
        if (tree_get(&r->ledger.tree, in.n[i], &node, &f))
            cli_ledger_fail(&r->ledger, &f);
        show_in(&s, &node);
    }
    if (in.more)
        cli_put_format("         and more blocks off the best chain\n");
}

/* --- Blocks ----------------------------------------------------------------------------------- */

static void put_earned(struct run *r, const struct node *node)
{
    struct fault f = {0};
    struct index_block b;
    if (index_block(r->ledger.index, node->n, &b, &f))
        cli_ledger_fail(&r->ledger, &f);
    cli_put_format("earned   %" PRId64 "\n", b.node.earned);
}

/* Whether it is final; nothing on chains on which no block becomes so. */
static void put_final(struct run *r, const struct node *node)
{
    static const char *const words[] = {"no", "no, but justified", "yes"};
    struct tree *t = &r->ledger.tree;
    struct fault f = {0};
    enum final_status status = FINAL_NO;
    if (!final_is_possible(t))
        return;
    int best = tree_descends(t, &t->best, node, &f);
    int excluded = best ? 0 : final_is_excluded(t, node, &f);
    if (best < 0 || excluded < 0 || (best && final_status(t, node, &status, &f)))
        cli_ledger_fail(&r->ledger, &f);
    cli_put_format("final    %s\n", excluded
                                        ? "yes, but it excludes another final block, which counts"
                                        : words[status]);
}

/* Who may seal the next block, and how many have signed lines in this body. */
static void put_members(struct run *r, const struct item *item)
{
    const struct seal *seal = r->ledger.tree.anchor.seal;
    if (seal->rules.by_members)
        cli_put_format("set      %s\n", hex32(item->block.target).text);
    if (item->signed_count)
        cli_put_format("%-8s %zu\n", seal->has_votes ? "votes" : "attests", item->signed_count);
}

static void show_block(struct run *r, const struct node *node)
{
    struct batch b = {0};
    char date[DATE_MAX];
    const struct item *item = read_block(r, node, &b);
    date_format(node->time, date);
    cli_put_format("block    %s\nheight   %" PRId64 "\ntime     %s\n", hex32(node->id).text,
                   node->height, date);
    if (node->height) {
        cli_put_format("parent   %s\n", hex32(item->block.prev).text);
        words_account(r->book, "miner", &node->miner);
        put_earned(r, node);
    }
    cli_put_format("stands   ");
    put_standing(r, node);
    put_final(r, node);
    put_members(r, item);
    cli_put_format("lines    %zu\n", item->count);
    words_body(r->book, item);
    batch_free(&b);
}

static void show_height(struct run *r, const char *digits)
{
    struct fault f = {0};
    struct node node;
    int64_t height = cli_number("HEIGHT", digits, 0, INT64_MAX);
    int found = index_at_height(r->ledger.index, height, &node, &f);
    if (found < 0)
        cli_ledger_fail(&r->ledger, &f);
    if (!found) {
        cli_warn("%s: its height is %" PRId64, r->ledger.path, r->ledger.tree.best.height);
        cli_exit(CLI_NO);
    }
    show_block(r, &node);
}

/* --- The pool --------------------------------------------------------------------------------- */

/* Shows the first transaction of the pool whose id begins with these digits. Whether there is one.
 */
static bool show_waiting(const struct run *r, const char *digits)
{
    struct fault f = {0};
    struct prefix p;
    struct line line;
    struct tx tx;
    uint8_t id[ID_LEN];
    bool found = false;
    int got = 0, fd = file_open(r->pool, O_RDONLY, 0);
    struct lines *lines = fd < 0 ? NULL : lines_new(source_fd(fd), 1, 0);
    if (fd < 0)
        cli_die("%s: %s", r->pool, strerror(errno));
    cli_memory(!lines);
    if (prefix_parse(digits, &p, &f))
        cli_die("%s", f.text);
    while (!found && (got = lines_next(lines, &line, &f)) > 0) {
        if (line.state != LINE_WHOLE || line_check(line.text, line.len, &f) ||
            tx_parse(line.text, line.len, &tx, &f))
            continue;
        sha256(line.text, line.len, id);
        found = prefix_has(&p, id);
        if (found)
            words_tx(r->book, &tx, id);
    }
    if (got < 0)
        cli_fail(r->pool, &f);
    if (found)
        cli_put_format("waits    in %s\n", r->pool);
    lines_free(lines);
    close(fd);
    return found;
}

static void show(struct run *r, const char *digits)
{
    struct fault f = {0};
    struct prefix p;
    struct prefix_ids found;
    struct node node;
    uint8_t id[ID_LEN];
    bool is_block;
    if (*digits && strlen(digits) < PREFIX_LEAST &&
        strspn(digits, "0123456789") == strlen(digits)) {
        show_height(r, digits);
        return;
    }
    cli_check_id(digits);
    prefix_parse(digits, &p, &f);
    if (prefix_find(&r->ledger, &p, PREFIX_BLOCKS | PREFIX_RECORDS, &found, &f))
        cli_ledger_fail(&r->ledger, &f);
    if (r->pool && !found.count && show_waiting(r, digits))
        return;
    cli_find_id(&r->ledger, digits, PREFIX_BLOCKS | PREFIX_RECORDS, id, &is_block);
    if (!is_block) {
        show_record(r, id);
        return;
    }
    if (tree_find(&r->ledger.tree, id, &node, &f) <= 0)
        cli_die("%s: changed while it was read", r->ledger.path);
    show_block(r, &node);
}

int main(int argc, char **argv)
{
    struct run r = {0};
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 0, 2);
    const char *path = cli_ledger_operand(&operands, r.path, r.names);
    if (!*operands)
        cli_misuse("ID is missing");
    if (operands[1])
        cli_misuse("'%.80s': too many operands", operands[1]);
    r.book = cli_book(r.names);
    cli_open_ledger(&r.ledger, path);
    show(&r, *operands);
    ledger_close(&r.ledger);
    cli_exit(CLI_YES);
}
