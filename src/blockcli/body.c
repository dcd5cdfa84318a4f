#include "blockcli/body.h"

#include "chain/next_attests.h"
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

/* A body while it is read. */
struct reading {
    struct ledger *ledger;
    struct template *t;
    const char *done;
    struct next_attests attests;
    struct state_line state;
    bool has_state;    /* the next one is due */
    bool past_attests; /* no attest lines can follow */
};

/* After the attest lines. */
static void end_attests(struct reading *r)
{
    struct fault f = {0};
    if (r->past_attests)
        return;
    r->past_attests = true;
    if (next_attests_end(&r->attests, &f))
        cli_ledger_fail(r->ledger, &f);
    cli_memory(r->has_state && template_add_state(r->t, &r->state));
}

/* Whether it can be in the block: 0, or -1 and why not. */
static int apply_item(struct reading *r, const struct item *item, struct fault *f)
{
    struct attest line;
    int64_t fees = 0;
    if (item->broken) {
        *f = item->fault;
        return -1;
    }
    if (item->type == &attest_type && r->past_attests)
        return fault_rule(f, "attest: after a transaction");
    if (item->type == &attest_type)
        return attest_parse(item->text, item->size - 1, &line, f) ||
                       next_attests_add(&r->attests, &line, f)
                   ? -1
                   : 0;
    if (item->type != &tx_type)
        return fault_rule(f, "not a transaction");
    end_attests(r);
    return tree_apply(&r->ledger->tree, &item->entries[0].tx, item->entries[0].id, &fees, f);
}

static int add_to_template(struct reading *r, const struct item *item, struct fault *f)
{
    if (item->type == &tx_type)
        return template_add(r->t, item->text, item->size, item->entries[0].id, f);
    cli_memory(template_add_free(r->t, item->text, item->size, item->id));
    return 0;
}

/* All of them must be valid. */
static void add_item(struct reading *r, const struct item *item)
{
    struct fault f = {0};
    if (apply_item(r, item, &f)) {
        if (f.kind != FAULT_RULE)
            cli_ledger_fail(r->ledger, &f);
        cli_report("stdin", item->line, f.text);
        cli_warn("nothing %s: a block may only hold valid transactions (txpool -s chooses them)",
                 r->done);
        cli_exit(CLI_NO);
    }
    if (add_to_template(r, item, &f) == 0)
        return;
    cli_memory(f.kind != FAULT_RULE);
    cli_report("stdin", item->line, f.text);
    cli_exit(CLI_NO);
}

/* Moves the tree to the tip, for the state line and the attest lines after it. */
static void begin_body(struct reading *r)
{
    struct fault f = {0};
    struct tree *t = &r->ledger->tree;
    if (tree_move(t, &t->best, &f))
        cli_ledger_fail(r->ledger, &f);
    r->has_state = tree_state_is_due(&t->rules, t->at.height);
    if ((r->has_state && tree_state_line(t, &r->state, &f)) ||
        next_attests_begin(t, &r->attests, &f))
        cli_ledger_fail(r->ledger, &f);
}

void cli_read_body(struct ledger *l, struct template *t, const char *done)
{
    struct reading r = {.ledger = l, .t = t, .done = done};
    struct fault f = {0};
    struct batch b = {0};
    struct stream *s = stream_new(source_fd(STDIN_FILENO), 1, 0);
    int got = 0;
    cli_memory(!s);
    begin_body(&r);
    if (isatty(STDIN_FILENO))
        cli_warn("stdin is a terminal: the block will have no transactions");
    else
        while ((got = stream_next(s, &b, &f)) > 0)
            for (size_t i = 0; i < b.count; i++)
                add_item(&r, &b.items[i]);
    if (got < 0)
        cli_fail("stdin", &f);
    end_attests(&r);
    state_rollback(l->tree.state);
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
