#include "finality/checkpoints.h"

#include "base/array.h"
#include "base/hex.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void checkpoints_free(struct checkpoints *c)
{
    free(c->blocks);
    free(c->contradictions);
    *c = (struct checkpoints){0};
}

size_t checkpoints_from(const struct checkpoints *c, int64_t height)
{
    return ARRAY_PLACE(c->blocks, c->count, height, height);
}

int checkpoints_check(const struct checkpoints *c, int64_t height, const uint8_t id[ID_LEN],
                      struct fault *f)
{
    size_t i = checkpoints_from(c, height);
    if (height == 0 && c->has_chain && memcmp(c->chain, id, ID_LEN))
        return fault_rule(f, "checkpoint: another chain: its genesis is %s, the checkpoints' %s",
                          hex32(id).text, hex32(c->chain).text);
    if (i == c->count || c->blocks[i].height != height ||
        memcmp(c->blocks[i].block, id, ID_LEN) == 0)
        return 0;
    return fault_rule(f,
                      "checkpoint: the block at height %" PRId64 " is %s, but %zu key%s say%s %s",
                      height, hex32(id).text, c->blocks[i].keys, c->blocks[i].keys == 1 ? "" : "s",
                      c->blocks[i].keys == 1 ? "s" : "", hex32(c->blocks[i].block).text);
}

int checkpoints_undone(const struct checkpointed *b, struct fault *f)
{
    return fault_rule(f,
                      "checkpoint: its branch would be the best chain, but has not %s at "
                      "height %" PRId64 ", which %zu key%s name%s",
                      hex32(b->block).text, b->height, b->keys, b->keys == 1 ? "" : "s",
                      b->keys == 1 ? "s" : "");
}

int checkpoints_off_best(const struct checkpointed *b, int64_t tip, struct fault *f)
{
    return fault_rule(f,
                      "checkpoint: block %s, at height %" PRId64 ", is off the best chain, which "
                      "has more work, and ends at height %" PRId64
                      " (`ledger-chain -b` prints the chain of a block)",
                      hex32(b->block).text, b->height, tip);
}
