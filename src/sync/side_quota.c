#include "sync/side_quota.h"

/* Sets the limits when the branch begins with this block. */
static int begin(struct side_quota *a, struct overlay *t, const struct item *item, struct fault *f)
{
    int64_t blocks;
    uint64_t bytes;
    if (overlay_above(t, item->block.prev, &blocks, &bytes, f))
        return -1;
    a->max_blocks = SIDE_BLOCKS_MAX + 2 * blocks;
    a->max_bytes = SIDE_BYTES_MAX + 2 * (int64_t)bytes;
    return 0;
}

int side_quota_add(struct side_quota *a, struct overlay *t, const struct item *item,
                   struct fault *f)
{
    if (a->blocks == 0 && begin(a, t, item, f))
        return -1;
    a->blocks++;
    a->bytes += (int64_t)item->size;
    if (a->blocks > a->max_blocks || a->bytes > a->max_bytes)
        return fault_rule(f, "a long branch with less work than ours");
    return 0;
}
