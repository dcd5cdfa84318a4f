#include "cli/verdict.h"

#include "base/waits.h"
#include "cli/cli.h"
#include "record/mark.h"
#include "stream/locate.h"

#include <inttypes.h>

static void report(void *self, const struct fault *f)
{
    cli_report(self, f->line, f->text);
}

void cli_report_item(const char *place, const struct item *item, const struct fault *why,
                     struct sigpool *pool)
{
    struct fault trouble = {0};
    uint64_t more;
    cli_report(place, why->line, why->text);
    if (!item->is_block || !item->broken || !item->has_header || item->size != item->stream_size)
        return;
    if (locate_faults(item, pool, report, (void *)place, &more, &trouble))
        cli_fail(place, &trouble);
    if (more)
        cli_warn("%s: %" PRIu64 " more lines of the block at line %" PRIu64 " are invalid", place,
                 more, item->line);
}

void cli_mark_id(struct buf *out, const uint8_t id[ID_LEN], const struct fault *why)
{
    cli_memory(mark_format(mark_of(why), id, why->text, out));
}

void cli_mark(struct buf *out, const struct item *item, const struct fault *why)
{
    if (item_has_id(item))
        cli_mark_id(out, item->id, why);
}

enum { BUDGET = 100, BUDGET_MS = 1000 }; /* at once, and one more in each of these intervals */

struct cli_budget cli_budget_limited(void)
{
    return (struct cli_budget){.limited = true, .left = BUDGET, .filled = waits_now()};
}

static void refill(struct cli_budget *b)
{
    int64_t more = (waits_now() - b->filled) / BUDGET_MS;
    b->filled += more * BUDGET_MS;
    b->left = more < BUDGET - b->left ? b->left + (unsigned)more : BUDGET;
}

bool cli_budget_allows(struct cli_budget *b, const char *place)
{
    if (!b->limited)
        return true;
    refill(b);
    if (b->left > 2)
        cli_budget_tell(b, place, false);
    if (b->left > 1) { /* the last one is for the count */
        b->left--;
        return true;
    }
    b->untold++;
    return false;
}

void cli_budget_tell(struct cli_budget *b, const char *place, bool last)
{
    if (!b->untold)
        return;
    refill(b);
    if (!b->left && !last)
        return;
    b->left -= b->left > 0;
    cli_warn("%s: %" PRIu64 " more record%s refused, and not named here (-v names each)", place,
             b->untold, b->untold == 1 ? "" : "s");
    b->untold = 0;
}

void cli_tell_follows(const char *place, uint64_t n)
{
    if (n)
        cli_warn("%s: %" PRIu64
                 " more record%s refused because of those named above (-v names each)",
                 place, n, n == 1 ? "" : "s");
}

void cli_tell_unknown(const char *place, uint64_t n, bool quiet)
{
    if (n)
        cli_warn("%s: %" PRIu64 " record%s of unknown type %s", place, n, n == 1 ? "" : "s",
                 quiet ? "not checked" : "passed on unchecked");
}

bool cli_armored(struct armor *a, const char *place, uint64_t number, const char *line, size_t len)
{
    enum armor_part part = armor_next(a, line, len);
    if (part == ARMOR_BEGINS)
        cli_report(place, number, ARMOR_RULE);
    return part != ARMOR_NONE;
}
