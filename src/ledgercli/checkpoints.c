#include "ledgercli/checkpoints.h"

#include "base/file.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/options.h"

#include <inttypes.h>

static void tell_contradictions(const struct cli_checkpoints *c)
{
    for (size_t i = 0; i < c->set.contradictions_count; i++) {
        const struct contradiction *x = &c->set.contradictions[i];
        cli_warn("%s: lines %" PRIu64 " and %" PRIu64 ": key %s names two blocks at height %" PRId64
                 ": ignored at that height",
                 c->path, x->lines[0], x->lines[1], hex32(x->key).text, x->height);
    }
}

/* What distinguishes one state of the file from another. */
static struct stat look(const char *path)
{
    struct stat st = {0};
    if (stat(path, &st))
        st = (struct stat){0};
    return st;
}

void cli_checkpoints_open(struct cli_checkpoints *c)
{
    struct fault f = {0};
    if (c->needed && !c->path)
        cli_misuse("-n goes with -C");
    if (!c->path)
        return;
    c->needed = c->needed ? c->needed : 1;
    c->file = look(c->path);
    if (checkpoints_read(&c->set, c->path, c->needed, &f)) {
        f.kind = FAULT_TROUBLE;
        cli_fail(c->path, &f);
    }
    tell_contradictions(c);
    guard_new(&c->guard, &c->set);
}

void cli_checkpoints_refresh(struct cli_checkpoints *c)
{
    struct fault f = {0};
    struct checkpoints fresh;
    struct stat now;
    if (!c->path)
        return;
    now = look(c->path);
    if (file_unchanged(&c->file, &now) || (c->file.st_nlink && !S_ISREG(c->file.st_mode)))
        return;
    c->file = now;
    if (checkpoints_read(&fresh, c->path, c->needed, &f)) {
        cli_report(c->path, f.line, f.text);
        cli_warn("%s: its earlier contents stay in force", c->path);
        return;
    }
    checkpoints_free(&c->set);
    c->set = fresh;
    tell_contradictions(c);
    guard_new(&c->guard, &c->set);
}

void cli_checkpoints_close(struct cli_checkpoints *c)
{
    checkpoints_free(&c->set);
}

void cli_checkpoints_tell_above(const struct cli_checkpoints *c, const char *place, int64_t height)
{
    size_t first = checkpoints_from(&c->set, height + 1), count = c->set.count - first;
    if (count == 0)
        return;
    cli_warn("%s: its tip, at height %" PRId64 ", is below %zu checkpoint%s, at height %" PRId64
             "%s",
             place, height, count, count == 1 ? "" : "s", c->set.blocks[first].height,
             count == 1 ? "" : " and above");
}

struct guard *cli_guard(struct cli_checkpoints *c)
{
    return c->path ? &c->guard : NULL;
}

int cli_checkpoints_block(struct cli_checkpoints *c, struct ledger *l, const struct item *item,
                          struct fault *f)
{
    struct guard *g = cli_guard(c);
    if (!g || guard_block(g, l, item, f) == 0)
        return 0;
    if (f->kind == FAULT_RULE) {
        cli_warn("REFUSED: a block that breaks a checkpoint, and all on it, however much work it "
                 "has");
        f->line = item->line;
    }
    return -1;
}

void cli_checkpoints_chain(struct cli_checkpoints *c, struct ledger *l)
{
    struct fault f = {0};
    struct guard *g = cli_guard(c);
    if (!g)
        return;
    cli_checkpoints_refresh(c);
    if (guard_chain(g, l, &f) == 0)
        return;
    ledger_abort(l);
    if (f.kind != FAULT_RULE)
        cli_fail(f.line ? l->path : NULL, &f);
    cli_die("%s: %s: nothing is added to it (`verify -C %s %s > FILE` keeps what agrees)", l->path,
            f.text, file_word(c->path, "CHECKPOINTS"), file_word(l->path, "LEDGER"));
}
