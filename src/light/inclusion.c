#include "light/inclusion.h"

#include "base/hex.h"
#include "hash/merkle.h"

#include <inttypes.h>
#include <string.h>

int inclusion_check(const struct proof *p, const uint8_t root[ID_LEN], int64_t count,
                    struct fault *f)
{
    uint8_t led_to[ID_LEN];
    if (p->count != count)
        return fault_rule(f, "proof: count %" PRId64 ", but its block has %" PRId64 " lines",
                          p->count, count);
    if (merkle_climb(p->id, (uint64_t)p->index, (uint64_t)p->count,
                     (const uint8_t(*)[ID_LEN])p->path, p->hashes, led_to))
        return fault_rule(
            f, "proof: %zu hashes, but line %" PRId64 " of %" PRId64 " has a path of %zu",
            p->hashes, p->index, p->count, merkle_path_len((uint64_t)p->index, (uint64_t)p->count));
    if (memcmp(led_to, root, ID_LEN))
        return fault_rule(f, "proof: its path does not lead to its block's root, %s",
                          hex32(root).text);
    return 0;
}
