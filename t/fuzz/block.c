/* record/block: what is read of a header gives back the very line. */
#include "record/block.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *line = (const char *)data;
    struct block b;
    struct buf again = {0};
    struct fault f;
    if (n > LINE_MAX_LEN || line_check(line, n, &f))
        return 0;
    if (block_parse(line, n, &b, &f)) {
        must(f.kind == FAULT_RULE && f.text[0]);
        return 0;
    }
    must(b.height >= 0 && b.time >= 0 && b.count >= 0);
    must(b.seal.len >= 1 && b.seal.len <= SEAL_MAX && b.seal.text + b.seal.len == line + n);
    must(!block_is_genesis(&b) || (b.height == 0 && b.seal.len == 1));
    must(block_format(&b, &again) == 0);
    must_equal(again.data, again.len, line, n);
    again.len = b.seal.len = 0;
    must(block_format(&b, &again) == 0 && again.data[again.len - 1] == ' ');
    must(again.len < n && memcmp(again.data, line, again.len) == 0);
    buf_free(&again);
    return 0;
}
