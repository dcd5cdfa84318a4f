#include "ledgercli/appending.h"

#include "base/hex.h"
#include "cli/cli.h"
#include "cli/values.h"

#include <inttypes.h>

static void tell_reorg(const struct reorg *reorg)
{
    if (reorg->undone)
        cli_warn("reorg: %" PRId64 " block%s undone, %" PRId64 " done", reorg->undone,
                 reorg->undone == 1 ? "" : "s", reorg->done);
}

static int tell_dropped(void *self, const uint8_t id[ID_LEN], uint64_t line,
                        const uint8_t parent[ID_LEN], struct fault *f)
{
    struct cli_appending *a = self;
    (void)f;
    cli_refuse_orphan(&a->refusals, id, line, parent);
    return 0;
}

int64_t cli_appending_time(const struct cli_appending *a)
{
    return a->ordered ? -1 : cli_time_now(a->clock);
}

/* Whether the checkpoints allow the block: 0, or -1 and a fault. */
static int admit(void *self, const struct item *item, struct fault *f)
{
    struct cli_appending *a = self;
    return cli_checkpoints_block(&a->checkpoints, &a->ledger, item, f);
}

static int append(void *self, const struct item *item, struct reorg *reorg, struct fault *f)
{
    struct cli_appending *a = self;
    if (admit(a, item, f))
        return f->kind == FAULT_RULE ? TREE_BAD : -1;
    return ledger_append(&a->ledger, item, cli_appending_time(a), reorg, f);
}

void cli_appending_refuse(struct cli_appending *a, const struct item *item, const struct fault *why)
{
    bool rootless = item->has_header && !item->is_genesis && !a->ledger.tree.has_genesis;
    cli_refuse_block(&a->refusals, item, why, rootless);
}

static int refuse_judged(void *self, const struct item *item, const struct fault *why,
                         struct fault *f)
{
    (void)f;
    cli_appending_refuse(self, item, why);
    return 0;
}

static int drop_duplicate(void *self, const struct item *item, struct fault *f)
{
    struct cli_appending *a = self;
    (void)f;
    cli_refuse_known(&a->refusals, item->id);
    return 0;
}

static int pass_block(void *self, const struct item *item, const struct reorg *reorg,
                      struct fault *f)
{
    struct cli_appending *a = self;
    int passed = a->network ? tree_passes_on(&a->ledger.tree, item->id, f) : 1;
    tell_reorg(reorg);
    if (passed < 0)
        return -1;
    if (!passed)
        cli_refuse_known(&a->refusals, item->id);
    return passed && !a->quiet && buf_add(&a->out, item->text, item->size) ? fault_memory(f) : 0;
}

/* Strangers cause this at little cost: only the first, second, fourth, eighth ... is reported. */
static int tell_waits(void *self, const struct item *item, bool again, struct fault *f)
{
    struct cli_appending *a = self;
    (void)f;
    cli_refuse_later(&a->refusals, item->id);
    a->waited += !again;
    if (!again && (a->waited & (a->waited - 1)) == 0)
        cli_warn("block %s waits until its branch has more work than the best chain (so far, "
                 "%" PRIu64 " had to wait)",
                 hex32(item->id).text, a->waited);
    return 0;
}

struct intake_owner cli_appending_owner(struct cli_appending *a)
{
    return (struct intake_owner){.append = append,
                                 .admit = admit,
                                 .accepted = pass_block,
                                 .invalid = refuse_judged,
                                 .duplicate = drop_duplicate,
                                 .waits = tell_waits,
                                 .dropped = tell_dropped,
                                 .self = a};
}
