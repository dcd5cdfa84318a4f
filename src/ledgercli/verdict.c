#include "ledgercli/verdict.h"

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
    if (item->type != &block_type || !item->broken || !item->has_header ||
        item->size != item->stream_size)
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

static const struct rate budget = {100, 1000}; /* records at once, and then one a second */

struct cli_budget cli_budget_limited(void)
{
    struct cli_budget b = {.limited = true};
    bucket_init(&b.bucket, &budget, waits_now());
    return b;
}

bool cli_budget_allows(struct cli_budget *b, const char *place)
{
    if (!b->limited)
        return true;
    if (bucket_has(&b->bucket, &budget, waits_now()) && b->bucket.tokens > 2)
        cli_budget_tell(b, place, false);
    if (b->bucket.tokens > 1) { /* the last one is for the count */
        b->bucket.tokens--;
        return true;
    }
    b->untold++;
    return false;
}

void cli_budget_tell(struct cli_budget *b, const char *place, bool last)
{
    if (!b->untold)
        return;
    if (!bucket_take(&b->bucket, &budget, waits_now()) && !last)
        return;
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
