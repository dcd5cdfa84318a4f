#include "cli/verdict.h"

#include "cli/cli.h"
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
