#include "ledgercli/rivals.h"

#include "base/hex.h"
#include "cli/cli.h"

#include <inttypes.h>

void cli_tell_rivals(const char *name, struct tree *t, bool *told)
{
    struct fault f = {0};
    struct node one, other;
    if (*told || !t->has_genesis || t->rivals[0] < 0)
        return;
    if (tree_get(t, t->rivals[0], &one, &f) || tree_get(t, t->rivals[1], &other, &f))
        cli_fail(name, &f);
    cli_warn("%s: two final blocks exclude each other: %" PRId64 " %s and %" PRId64
             " %s: the first counts",
             name, one.height, hex32(one.id).text, other.height, hex32(other.id).text);
    *told = true;
}
