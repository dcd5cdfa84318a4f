/*
 * gossip/coding: any bytes are read within bounds, and in pieces of any size as at once; and what
 * is sent by one is read by another, however it is cut.
 */
#include "wire/coding.h"
#include "base/buf.h"
#include "fuzz.h"

enum { OUT_MAX = 5 << 18, PIECE_MAX = 1 << 13 };

/* Reads it in pieces; gives a number that says what came out, and how it ended. */
static uint32_t read_all(const char *bytes, size_t n, uint32_t dice, size_t cap, struct buf *out)
{
    struct pieces p = {.bytes = bytes, .len = n, .dice = dice};
    struct coding *c = coding_new();
    struct fault f;
    ptrdiff_t got = 0;
    char *room = malloc(cap), *piece = malloc(PIECE_MAX);
    must(c && room && piece);
    while (got >= 0 && p.at < n && out->len < OUT_MAX) {
        size_t len = (size_t)pieces_read(&p, piece, PIECE_MAX);
        const char *at = piece;
        while (out->len < OUT_MAX && (got = coding_inflate(c, &at, &len, room, cap, &f)) > 0) {
            must((size_t)got <= cap && at + len <= piece + PIECE_MAX);
            must(buf_add(out, room, (size_t)got) == 0);
        }
        must(got != 0 || len == 0);
        must(got >= 0 || (f.kind == FAULT_RULE && f.text[0]));
        must(out->len <= (1 << 20) + cap || out->len / 101 <= p.at);
    }
    coding_free(c);
    free(room);
    free(piece);
    return got < 0;
}

static void check_any(const char *bytes, size_t n, uint32_t dice)
{
    struct buf a = {0}, b = {0};
    uint32_t bad = read_all(bytes, n, dice, 1000, &a);
    bool same = read_all(bytes, n, ~dice, 1 << 16, &b) == bad;
    size_t less = a.len < b.len ? a.len : b.len;
    must(less == 0 || memcmp(a.data, b.data, less) == 0);
    must(same || less >= 1 << 20 || a.len != b.len);
    buf_free(&a);
    buf_free(&b);
}

static void check_ours(const char *bytes, size_t n, uint32_t dice)
{
    struct pieces p = {.bytes = bytes, .len = n, .dice = dice};
    struct coding *c = coding_new();
    struct buf coded = {0}, back = {0};
    char *piece = malloc(PIECE_MAX);
    must(c && piece);
    while (p.at < n) {
        size_t len = (size_t)pieces_read(&p, piece, PIECE_MAX);
        must(coding_deflate(c, piece, len, p.at == n || p.dice & 1 << 20, &coded) == 0);
    }
    must(read_all(coded.data, coded.len, dice, 512, &back) == 0);
    must_equal(back.data, back.len, bytes, n);
    coding_free(c);
    free(piece);
    buf_free(&coded);
    buf_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint32_t dice = fingerprint(data, n);
    check_any((const char *)data, n, dice);
    if (n)
        check_ours((const char *)data, n, dice);
    return 0;
}
