#include "ledgercli/pool_reports.h"

#include "base/hex.h"
#include "cli/cli.h"
#include "ledgercli/verdict.h"

#include <inttypes.h>
#include <stdio.h>

/* Notes that this transaction is missing, which is then reported. Whether it was known already. */
static bool note_missing(struct cli_pool_reports *r, const struct account *from, int64_t seq)
{
    int known = missing_note(&r->missing, from, seq);
    cli_memory(known < 0);
    return known > 0;
}

void cli_pool_refuse(struct cli_pool_reports *r, const struct fault *f, uint64_t line)
{
    if (cli_budget_allows(&r->budget, "stdin"))
        cli_report("stdin", line, f->text);
    r->any = true;
}

void cli_pool_refuse_tx(struct cli_pool_reports *r, const struct tx *tx, const struct fault *f,
                        uint64_t line)
{
    cli_pool_refuse(r, f, line);
    note_missing(r, &tx->from, tx->seq);
}

void cli_pool_refuse_gap(struct cli_pool_reports *r, const struct pool_gap *gap,
                         const struct fault *f)
{
    bool follows = gap->any && note_missing(r, &gap->from, gap->seq) && !r->verbose;
    r->follows += follows;
    r->any = true;
    if (!follows)
        cli_pool_refuse(r, f, f->line);
}

void cli_pool_tell_follows(struct cli_pool_reports *r)
{
    cli_tell_follows("stdin", r->follows);
    r->follows = 0;
    cli_budget_tell(&r->budget, "stdin", false);
}

void cli_pool_tell_broken_line(const struct pool *p)
{
    if (p->broken_line)
        cli_report(p->file.path, p->broken_line, "not a transaction: left out");
}

void cli_pool_tell_evicted(const struct pool *p)
{
    if (p->evicted)
        cli_warn("%s: %zu transactions with the lowest fee rates left out", p->file.path,
                 p->evicted);
}

void cli_pool_tell_replaced(const struct pool *p, const uint8_t id[ID_LEN])
{
    const struct pool_replaced *old = &p->replaced;
    char dropped[64] = "";
    if (!old->any)
        return;
    if (old->dropped)
        snprintf(dropped, sizeof dropped, "; %zu that depended on it left out", old->dropped);
    cli_warn("%s: %s replaces %s, seq %" PRId64 " of %s%s", p->file.path, hex32(id).text,
             hex32(old->id).text, old->seq, account_text(&old->from).text, dropped);
}
