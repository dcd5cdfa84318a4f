#include "ledgercli/body.h"

#include "chain/tree_state.h"
#include "cli/cli.h"
#include "ledgercli/ledger.h"
#include "stream/stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void cli_take_tip(struct ledger *l, struct template *t)
{
    struct fault f = {0};
    struct tree *tree = &l->tree;
    t->rules = &tree->rules;
    t->size_max = block_size_limit(tree->rules.maxblock);
    memcpy(t->parent, tree->best.id, ID_LEN);
    t->height = tree->best.height;
    t->supply = tree->best.supply;
    t->times_count = tree_times(tree, &tree->best, t->times, &f);
    if (t->times_count < 0)
        cli_ledger_fail(l, &f);
}

/* Adds one transaction to the body. 0, or -1 and why it cannot be in the block. */
static int add_tx(struct ledger *l, const struct item *item, struct fault *f)
{
    if (item->broken) {
        *f = item->fault;
        return -1;
    }
    if (item->type != &tx_type)
        return fault_rule(f, "not a transaction");
    const struct entry *e = &item->entries[0];
    int64_t fees = 0;
    if (tree_apply(&l->tree, &e->tx, e->id, &fees, f) == 0)
        return 0;
    if (f->kind != FAULT_RULE)
        cli_ledger_fail(l, f);
    return -1;
}

/* All of them must be valid. */
static void add_item(struct ledger *l, struct template *t, const struct item *item,
                     const char *done)
{
    struct fault f = {0};
    if (add_tx(l, item, &f)) {
        cli_report("stdin", item->line, f.text);
        cli_warn("nothing %s: a block may only hold valid transactions (txpool -s chooses them)",
                 done);
        cli_exit(CLI_NO);
    }
    if (template_add(t, item->text, item->size, item->entries[0].id, &f) == 0)
        return;
    cli_memory(f.kind != FAULT_RULE);
    cli_report("stdin", item->line, f.text);
    cli_exit(CLI_NO);
}

/* If one is due, in the state where the tree is. */
static void add_state_line(struct ledger *l, struct template *t)
{
    struct fault f = {0};
    struct state_line line;
    if (!tree_state_is_due(&l->tree.rules, l->tree.at.height))
        return;
    if (tree_state_line(&l->tree, &line, &f))
        cli_ledger_fail(l, &f);
    cli_memory(template_add_state(t, &line));
}

void cli_read_body(struct ledger *l, struct template *t, const char *done)
{
    struct fault f = {0};
    struct batch b = {0};
    struct tree *tree = &l->tree;
    struct stream *s = stream_new(source_fd(STDIN_FILENO), 1, 0);
    int got = 0;
    cli_memory(!s);
    if (tree_move(tree, &tree->best, &f))
        cli_ledger_fail(l, &f);
    add_state_line(l, t);
    if (tree_begin(tree, &f))
        cli_ledger_fail(l, &f);
    if (isatty(STDIN_FILENO))
        cli_warn("stdin is a terminal: the block will have no transactions");
    else
        while ((got = stream_next(s, &b, &f)) > 0)
            for (size_t i = 0; i < b.count; i++)
                add_item(l, t, &b.items[i], done);
    if (got < 0)
        cli_fail("stdin", &f);
    state_rollback(tree->state);
    batch_free(&b);
    stream_free(s);
}

/* Adds the block to what is above the ledger. */
static void add_above(struct overlay *above, const char *block, size_t n)
{
    struct fault f = {0};
    struct batch b = {0};
    struct buf given = {0};
    if (batch_parse(&b, block, n, 1, 0, &f) || overlay_add(above, &b.items[0], -1, &f) < 0)
        cli_fail(NULL, &f);
    while (overlay_has_next(above))
        if (overlay_next(above, &given, &f) < 0)
            cli_fail(NULL, &f);
    buf_free(&given);
    batch_free(&b);
}

void cli_follow_body(struct ledger *l, struct overlay **above, struct template *t,
                     const char *block, size_t n)
{
    struct fault f = {0};
    struct state_line line;
    if (!l->tree.rules.state)
        return;
    if (!*above && !(*above = overlay_new(l->path, NULL, &f)))
        cli_fail(NULL, &f);
    add_above(*above, block, n);
    if (!tree_state_is_due(&l->tree.rules, t->height))
        return;
    if (overlay_state_line(*above, t->parent, &line, &f))
        cli_fail(NULL, &f);
    cli_memory(template_add_state(t, &line));
}

void cli_write_body(const struct template *t, const char *path)
{
    FILE *out = fopen(path, "we");
    if (!out)
        cli_die("%s: %s", path, strerror(errno));
    bool failed = fwrite(t->body.data, 1, t->body.len, out) != t->body.len;
    failed |= fclose(out) != 0;
    if (failed)
        cli_die("%s: %s", path, strerror(errno));
}
