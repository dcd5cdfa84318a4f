#include "sync/aside.h"

/* The branch begins with this block. */
static int begin(struct aside *a, struct trial *t, const struct item *item, struct fault *f)
{
    int64_t blocks;
    uint64_t bytes;
    if (trial_above(t, item->block.prev, &blocks, &bytes, f))
        return -1;
    a->room_blocks = ASIDE_BLOCKS + 2 * blocks;
    a->room_bytes = ASIDE_BYTES + 2 * (int64_t)bytes;
    return 0;
}

int aside_add(struct aside *a, struct trial *t, const struct item *item, struct fault *f)
{
    if (a->blocks == 0 && begin(a, t, item, f))
        return -1;
    a->blocks++;
    a->bytes += (int64_t)item->size;
    if (a->blocks > a->room_blocks || a->bytes > a->room_bytes)
        return fault_rule(f, "a long branch with less work than ours");
    return 0;
}
