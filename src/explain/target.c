/* The target that a block must have: ASERT (work/target.h), as the script computes it. */
#include "explain/parts.h"

#include "base/hex.h"

#include <inttypes.h>

/* How late the parent is, in words, if 64 bits can hold it. */
static void drift(struct explain *x, const struct node *parent)
{
    int64_t genesis = x->tree->anchor.time, spacing = x->tree->rules.spacing;
    __int128 late = (__int128)parent->time - genesis - (__int128)spacing * parent->height;
    explain_say(
        x,
        "# It must be the one that ASERT gives. The parent is late by its time, less that of\n"
        "# genesis, less the spacing for each block since: %" PRId64 " - %" PRId64 " - %" PRId64
        " * %" PRId64,
        parent->time, genesis, spacing, parent->height);
    if (late >= INT64_MIN && late <= INT64_MAX)
        explain_say(x, " = %" PRId64 " s", (int64_t)late);
    explain_say(x,
                ".\ndrift=$(expr \"$time\" - \"$genesis_time\" - \"$spacing\" '*' \"$height\")\n");
}

void explain_target(struct explain *x, const struct node *parent)
{
    const struct block *b = &x->item->block;
    explain_say(x, "# The target is %s.\n", hex32(b->target).text);
    if (x->tree->rules.halflife == 0) {
        explain_say(x, "# The half-life is 0: the target never changes.\ntarget=$genesis_target\n");
    } else {
        drift(x, parent);
        explain_say(
            x,
            "# In 65536ths of a half-life (%" PRId64
            " s), rounded toward 0; split into whole ones and the rest.\n"
            "e=$(expr \"$drift\" '*' 65536 / \"$halflife\")\n"
            "rest=$(expr '(' \"$e\" %% 65536 + 65536 ')' %% 65536)\n"
            "halflives=$(expr '(' \"$e\" - \"$rest\" ')' / 65536)\n"
            "# The rest gives a factor, 65536 times 2^(rest/65536), by a cubic polynomial.\n"
            "factor=$(expr 65536 + '(' 195766423245049 '*' \"$rest\" + 971821376 '*' "
            "\"$rest\" '*' \"$rest\" \\\n"
            "    + 5127 '*' \"$rest\" '*' \"$rest\" '*' \"$rest\" + 140737488355328 ')' / "
            "281474976710656)\n"
            "# The target of genesis times that, doubled for each whole half-life.\n"
            "target=$(expr \"$(decimal \"$genesis_target\")\" '*' \"$factor\")\n"
            "target=$(hex \"$(shifted \"$target\" \"$(expr \"$halflives\" - 16)\")\")\n",
            x->tree->rules.halflife);
    }
    explain_say(x, "[ %s = \\\n    \"$target\" ]", hex32(b->target).text);
    explain_or_no(x, x->item->line, "block: target should be");
}
