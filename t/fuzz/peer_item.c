/* sim/peer_item: a message that is read is written again as the same bytes, and no more of the text
 * is used. */
#include "simpeer/peer_item.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fault f;
    struct buf again = {0};
    size_t used = 0;
    struct engine_item *item = peer_item_parse((const char *)data, n, &used, NULL, &f);
    if (!item) {
        must(f.kind == FAULT_RULE && f.text[0]);
        return 0;
    }
    must(used > 0 && used <= n);
    must(peer_item_format(item, NULL, &again) == 0);
    must_equal(again.data, again.len, (const char *)data, used);
    buf_free(&again);
    engine_item_unref(item);
    return 0;
}
