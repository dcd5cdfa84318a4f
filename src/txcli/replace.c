#include "txcli/replace.h"

#include "cli/cli.h"

#include <inttypes.h>

static void find(const struct pool *p, const char *id, struct tx *tx)
{
    struct prefix digits;
    struct fault f;
    if (prefix_parse(id, &digits, &f))
        cli_die("-R: %s", f.text);
    int found = pool_find_prefix(p, &digits, tx);
    if (found < 0)
        cli_die("-R: more than one transaction in %s begins with %s: give more digits",
                p->file.path, id);
    if (found)
        return;
    f.line = 0;
    fault_rule(
        &f,
        "no waiting transaction begins with %s (one that an earlier one is missing for is not "
        "in the file)",
        id);
    cli_fail(p->file.path, &f);
}

static size_t digits(int64_t n)
{
    size_t count = 1;
    for (; n > 9; n /= 10)
        count++;
    return count;
}

/* The lowest fee, whose own digits make the line longer. */
static int64_t lowest_fee(const struct pool *p, const struct tx *tx)
{
    int64_t fee = tx->fee, least;
    while ((least = pool_replace_fee(p, tx, tx->len - digits(tx->fee) + digits(fee))) > fee)
        fee = least;
    return least;
}

void cli_replacement(const struct pool *p, const char *id, int64_t fee, struct tx *tx)
{
    find(p, id, tx);
    int64_t least = lowest_fee(p, tx);
    if (least < 0)
        cli_die("-R: its fee is %" PRId64 ": nothing more can be paid", tx->fee);
    tx->fee = fee >= 0 ? fee : least;
    if (tx->fee < least)
        cli_die("-F: to replace %.8s... takes a fee of %" PRId64 " or more", id, least);
}
