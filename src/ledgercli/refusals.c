#include "ledgercli/refusals.h"

#include "base/hex.h"
#include "cli/cli.h"

static const char place[] = "stdin";

/* Whether to report what is refused now. */
static bool is_named(struct cli_refusals *r, bool follows)
{
    r->any = true;
    return (r->verbose || !follows) && cli_budget_allows(&r->budget, place);
}

void cli_refuse(struct cli_refusals *r, const struct fault *f, bool follows)
{
    if (is_named(r, follows))
        cli_report(place, f->line, f->text);
}

void cli_refuse_mark(struct cli_refusals *r, const struct item *item, const struct fault *f)
{
    if (r->marks)
        cli_mark(r->out, item, f);
}

void cli_refuse_block(struct cli_refusals *r, const struct item *item, const struct fault *why,
                      bool rootless)
{
    struct fault f = *why;
    bool follows = rootless && invalid_rootless(&r->invalid);
    if (is_named(r, follows))
        cli_report_item(place, item, &f, r->pool);
    cli_memory(f.answer == FAULT_LATER ? invalid_later(&r->invalid, item->id)
                                       : invalid_note(&r->invalid, item, false));
    if (rootless)
        fault_answers(&f, FAULT_LATER);
    cli_refuse_mark(r, item, &f);
}

void cli_refuse_orphan(struct cli_refusals *r, const uint8_t id[ID_LEN], uint64_t line,
                       const uint8_t parent[ID_LEN])
{
    struct fault f;
    bool refused = invalid_has(&r->invalid, parent);
    int follows = invalid_orphan(&r->invalid, parent, id);
    cli_memory(follows < 0);
    fault_rule(&f, "block: its parent %s %s", hex32(parent).text,
               refused ? "was refused" : "did not come");
    f.line = line;
    if (!refused)
        fault_answers(&f, FAULT_LATER);
    cli_refuse(r, &f, follows);
    if (r->marks)
        cli_mark_id(r->out, id, &f);
}

static void mark_id(struct cli_refusals *r, const uint8_t id[ID_LEN], enum fault_answer answer)
{
    struct fault f;
    fault_rule(&f, "block: not now");
    fault_answers(&f, answer);
    if (r->marks)
        cli_mark_id(r->out, id, &f);
}

void cli_refuse_known(struct cli_refusals *r, const uint8_t id[ID_LEN])
{
    mark_id(r, id, FAULT_KNOWN);
}

void cli_refuse_later(struct cli_refusals *r, const uint8_t id[ID_LEN])
{
    mark_id(r, id, FAULT_LATER);
}
