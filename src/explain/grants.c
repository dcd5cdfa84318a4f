/* What a genesis block gives: first balances, and the first members. */
#include "explain/parts.h"

#include "base/hex.h"

#include <inttypes.h>

static void grant(struct explain *x, uint64_t line, const struct grant *g)
{
    struct account_text account = account_text(&g->account);
    if (g->account.form != ACCOUNT_KEY) {
        explain_say(x, "[ -e rules/allow-%s ]",
                    g->account.form == ACCOUNT_POLICY ? "policy" : "slh-dsa");
        explain_or_no(x, line, "grant: account: %s: this chain has no", account.text);
    }
    explain_say(
        x,
        "\n# Line %" PRIu64
        " gives %s\n# its first balance, once; and the supply does not exceed the largest number.\n"
        "[ ! -e accounts/%s.%" PRIu64 " ]",
        line, account.text, account.text, x->item->line);
    explain_or_no(x, line, "grant: granted twice: %s", account.text);
    explain_say(x, "[ %" PRId64 " -le $((9223372036854775807 - supply)) ]", g->amount);
    explain_or_no(x, line, "grant: supply is over");
    explain_say(
        x, "supply=$((supply + %" PRId64 "))\nput accounts/%s.%" PRIu64 " \"%" PRId64 " 0\n\"\n",
        g->amount, account.text, x->item->line, g->amount);
    if (x->knows_members)
        explain_say(x, "printf '%%s\\n' '%s %" PRId64 " 0' >>balances\n", account.text, g->amount);
}

void explain_grants(struct explain *x)
{
    const struct item *item = x->item;
    explain_say(x, x->knows_members ? "supply=0\n: >balances\n" : "supply=0\n");
    for (size_t i = 0; i < item->count && !x->ended; i++)
        if (item->entries[i].grant.amount)
            grant(x, item->line + 1 + i, &item->entries[i].grant);
    explain_first_members(x);
    explain_say(x,
                "\n# The books after it.\nput times.%s \"%" PRId64 "\n\"\nput block.%s \"0 %" PRId64
                " $supply\n\"\n",
                hex32(item->id).text, item->block.time, hex32(item->id).text, item->block.time);
}
