/*
 * record/checkpoint, finality/checkpoints and watch/conflicts: a checkpoint that is read gives back
 * the very bytes; a file that is let through binds what its lines say; two lines that are said to
 * contradict each other do.
 */
#include "record/checkpoint.h"
#include "base/hex.h"
#include "finality/checkpoints.h"
#include "fuzz.h"
#include "watch/conflicts.h"

enum { ROOM = 3 };

static void check_record(const struct checkpoint *c, const char *line, size_t len)
{
    struct buf again = {0};
    char digits[2 * SIGNATURE_LEN];
    must(c->line.text == line && c->line.len == len && c->height >= 0 && c->time >= 0);
    must(checkpoint_format(c, &again) == 0);
    must_equal(again.data, again.len, line, c->line.signed_len);
    hex_encode(digits, c->line.signature, SIGNATURE_LEN);
    must_equal(digits, sizeof digits, line + c->line.signed_len + 1, len - c->line.signed_len - 1);
    buf_free(&again);
}

static void check_conflict(struct conflicts *known, const struct checkpoint *c)
{
    struct field earlier;
    struct checkpoint before;
    struct fault f;
    int got = conflicts_add(known, c, &earlier);
    must(got == 0 || got == 1);
    if (got == 0)
        return;
    must(line_check(earlier.text, earlier.len, &f) == 0);
    must(checkpoint_parse(earlier.text, earlier.len, &before, &f) == 0);
    must(before.height == c->height && memcmp(before.line.chain, c->line.chain, ID_LEN) == 0);
    must(memcmp(before.line.signer, c->line.signer, ID_LEN) == 0 &&
         memcmp(before.block, c->block, ID_LEN));
    must(conflicts_add(known, c, &earlier) == 0);
}

static void check_lines(const char *bytes, size_t n)
{
    struct span text = {bytes, n};
    struct lines *lines = lines_new(source_memory(&text), 1, 0);
    struct conflicts *known = conflicts_new(ROOM);
    struct line line;
    struct checkpoint c;
    struct fault f;
    must(lines && known);
    while (lines_next(lines, &line, &f) == 1) {
        if (line.state != LINE_WHOLE || line_check(line.text, line.len, &f))
            continue;
        if (checkpoint_parse(line.text, line.len, &c, &f)) {
            must(f.kind == FAULT_RULE && f.text[0]);
            continue;
        }
        check_record(&c, line.text, line.len);
        check_conflict(known, &c);
    }
    conflicts_free(known);
    lines_free(lines);
}

static void check_blocks(const struct checkpoints *c, size_t needed)
{
    uint8_t other[ID_LEN] = {0};
    struct fault f;
    must(c->has_chain || (c->count == 0 && c->contradictions_count == 0));
    for (size_t i = 0; i < c->count; i++) {
        const struct checkpointed *b = &c->blocks[i];
        must(b->keys >= needed && (i == 0 || b[-1].height < b->height));
        must(checkpoints_from(c, b->height) == i);
        must(checkpoints_check(c, b->height, b->block, &f) == 0);
        must(memcmp(b->block, other, ID_LEN) == 0 || checkpoints_check(c, b->height, other, &f));
    }
    for (size_t i = 0; i < c->contradictions_count; i++)
        must(c->contradictions[i].lines[0] < c->contradictions[i].lines[1]);
    must(!c->has_chain || memcmp(c->chain, other, ID_LEN) == 0 ||
         checkpoints_check(c, 0, other, &f));
}

static void check_file(const char *bytes, size_t n, size_t needed)
{
    struct checkpoints c;
    struct fault f;
    if (checkpoints_parse(&c, bytes, n, needed, &f)) {
        must(f.kind == FAULT_RULE && f.text[0] && !c.blocks && !c.contradictions && !c.has_chain);
        return;
    }
    check_blocks(&c, needed);
    checkpoints_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *bytes = (const char *)data;
    check_lines(bytes, n);
    for (size_t needed = 1; needed <= 3; needed++)
        check_file(bytes, n, needed);
    return 0;
}
