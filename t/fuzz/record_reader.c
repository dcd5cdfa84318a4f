/*
 * net/record_reader: what comes in pieces of any size is given out in whole records; nothing is
 * lost, and nothing comes twice.
 */
#include "net/record_reader.h"
#include "fuzz.h"
#include "record/block.h"

#include <unistd.h>

struct run {
    struct record_reader in;
    int feed;
    struct buf given; /* what was given out and dropped */
    bool failed;
};

static void begin(struct run *r)
{
    int ends[2];
    must(pipe(ends) == 0);
    *r = (struct run){.in = {.fd = ends[0]}, .feed = ends[1]};
}

static void end(struct run *r)
{
    close(r->in.fd);
    if (r->feed >= 0)
        close(r->feed);
    record_reader_free(&r->in);
    buf_free(&r->given);
}

/* Gives n bytes, or the end, and takes what is whole. */
static void give(struct run *r, const char *bytes, size_t n)
{
    struct fault f;
    if (n) {
        must(write(r->feed, bytes, n) == (ssize_t)n);
    } else {
        close(r->feed);
        r->feed = -1;
    }
    if (record_reader_read(&r->in, &f) < 0) {
        must(f.kind == FAULT_RULE && f.text[0]);
        r->failed = true;
        return;
    }
    must(r->in.ended == !n && r->in.whole <= r->in.in.len);
    must(buf_add(&r->given, r->in.in.data, r->in.whole) == 0);
    record_reader_drop(&r->in);
}

/* How many lines follow a header. */
static int64_t counted(const char *line, size_t len)
{
    struct block b;
    struct fault f;
    return line_check(line, len, &f) == 0 && block_parse(line, len, &b, &f) == 0 ? b.count : 0;
}

/* Notes every place where the bytes may be cut: before and behind a record, and nowhere in a
 * block that is whole so far. */
static void find_cuts(const char *bytes, size_t n, char *cuts)
{
    int64_t left = 0;
    const char *newline;
    for (size_t at = 0; at < n; at = (size_t)(newline - bytes) + 1) {
        newline = memchr(bytes + at, '\n', n - at);
        if (!newline)
            return;
        size_t len = (size_t)(newline - bytes) - at;
        if (line_is(bytes + at, len, "block")) {
            cuts[at] = 1;
            left = counted(bytes + at, len);
        } else if (left > 0) {
            left--;
        }
        if (left == 0)
            cuts[at + len + 1] = 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct pieces p = {.bytes = (const char *)data, .len = n, .dice = fingerprint(data, n)};
    struct run r;
    char *cuts = calloc(n + 1, 1), piece[1 << 12];
    size_t got;
    must(cuts);
    find_cuts(p.bytes, n, cuts);
    begin(&r);
    while (!r.failed && (got = (size_t)pieces_read(&p, piece, sizeof piece)) > 0) {
        give(&r, piece, got);
        must(r.given.len <= n && (r.given.len == 0 || cuts[r.given.len]));
        must_equal(r.given.data, r.given.len, data, r.given.len);
    }
    if (!r.failed) {
        give(&r, NULL, 0);
        must(!r.failed);
        must_equal(r.given.data, r.given.len, data, n);
    }
    end(&r);
    free(cuts);
    return 0;
}
