/*
 * process/text: of both directions, what is read in pieces of any size is the same as what is read
 * at once, and an item that is written again is the bytes that it was read from.
 */
#include "fuzz.h"
#include "process/text.h"

struct run {
    struct process_reader in;
    struct buf again; /* the items, written again */
    bool failed;
};

static void take_items(struct run *r)
{
    struct process_item item;
    struct fault f = {0};
    int result;
    while (!r->failed && (result = process_reader_next(&r->in, &item, &f)) != 0) {
        r->failed = result < 0;
        if (r->failed)
            must(f.kind == FAULT_RULE && f.text[0] != '\0' && f.line > 0);
        else
            must(process_put(&r->again, &item) == 0);
    }
}

static void give(struct run *r, const char *bytes, size_t n)
{
    char *space = process_reader_space(&r->in, n);
    must(space != NULL);
    if (n > 0)
        memcpy(space, bytes, n);
    process_reader_add(&r->in, n);
    take_items(r);
}

static void end(struct run *r)
{
    process_reader_free(&r->in);
    buf_free(&r->again);
}

static void try_side(enum process_side side, const char *bytes, size_t n)
{
    struct run whole = {.in.side = side}, parts = {.in.side = side};
    struct pieces p = {.bytes = bytes, .len = n, .dice = fingerprint(bytes, n)};
    char piece[1 << 12];
    size_t got;
    struct fault f;
    give(&whole, bytes, n);
    while ((got = (size_t)pieces_read(&p, piece, sizeof piece)) > 0)
        give(&parts, piece, got);
    must(whole.failed == parts.failed && whole.in.line == parts.in.line);
    must_equal(whole.again.data, whole.again.len, parts.again.data, parts.again.len);
    must_equal(whole.again.data, whole.again.len, bytes, whole.again.len);
    if (!whole.failed)
        must((process_reader_end(&whole.in, &f) == 0) == (whole.again.len == n));
    end(&whole);
    end(&parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    try_side(PROCESS_EVENTS, (const char *)data, n);
    try_side(PROCESS_OUTPUTS, (const char *)data, n);
    return 0;
}
