#include "ledgercli/headers.h"

#include "cli/cli.h"
#include "cli/values.h"
#include "ledgercli/verdict.h"
#include "light/light.h"

#include <inttypes.h>
#include <string.h>

/* Reports a fault. After an invalid header, all that build on it lack their parent. */
static void report(const struct cli_headers *h, const struct fault *f, uint64_t *orphans)
{
    static const char words[] = "block: its parent ";
    bool orphan = strncmp(f->text, words, sizeof words - 1) == 0;
    *orphans += orphan;
    if (h->verbose || !orphan || *orphans == 1)
        cli_report(h->place, f->line, f->text);
}

static bool take_verdict(const struct cli_headers *h, int verdict, const struct span *text,
                         const struct fault *f, uint64_t *orphans)
{
    if (verdict < 0)
        cli_fail(h->place, f);
    if (verdict == LIGHT_VALID && !h->quiet) {
        cli_put(text->at, text->len);
        cli_put("\n", 1);
    }
    if (verdict == LIGHT_INVALID)
        report(h, f, orphans);
    return verdict == LIGHT_VALID;
}

/* What is known only at the end. */
static bool check_end(const struct cli_headers *h, struct light *c)
{
    struct fault f = {0};
    if (!light_sum(c).from_genesis) {
        cli_warn("%s: no genesis block came first: headers were taken at their word", h->place);
        return true;
    }
    if (light_begins(c))
        cli_warn("%s: begins at a checkpoint, at height %" PRId64
                 ": what is below it was not checked",
                 h->place, light_begins(c));
    bool holds = light_above(c, &f) == 0;
    if (!holds && f.kind != FAULT_RULE)
        cli_fail(h->place, &f);
    if (!holds)
        cli_report(h->place, f.line, f.text);
    cli_checkpoints_tell_above(h->checkpoints, h->place, light_sum(c).height);
    return holds;
}

bool cli_verify_headers(const struct cli_headers *h, struct source src)
{
    struct light *c = light_new(src);
    struct fault f = {0};
    struct span text;
    int verdict;
    bool empty = true, holds = true;
    uint64_t orphans = 0;
    cli_memory(!c);
    if (cli_guard(h->checkpoints))
        light_enforce(c, &h->checkpoints->set);
    while ((verdict = light_next(c, cli_time_now(h->now), &text, &f)) != LIGHT_END) {
        empty = false;
        holds &= take_verdict(h, verdict, &text, &f, &orphans);
        if (!light_ready(c))
            cli_flush();
    }
    if (!h->verbose && orphans)
        cli_tell_follows(h->place, orphans - 1);
    if (empty)
        cli_report(h->place, 1, "empty: no record, and no genesis block");
    else
        holds &= check_end(h, c);
    light_free(c);
    return holds && !empty;
}
