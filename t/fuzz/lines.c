/*
 * base/lines, over bytes that come in pieces of any size: every byte belongs to exactly one line,
 * and each line says the truth about itself.
 *
 * The first byte of the input seeds the sizes of the pieces. Bytes over 0x7f stand for thousands of
 * letters, as otherwise no line would ever get too long.
 */
#include "base/lines.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 20 };

struct text {
    char *bytes;
    size_t len, at;
    uint32_t dice;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static struct text swell(const uint8_t *data, size_t n)
{
    struct text t = {.bytes = malloc(MOST), .dice = n ? data[0] : 0};
    must(t.bytes);
    for (size_t i = 1; i < n; i++) {
        size_t times = data[i] > 0x7f ? (size_t)(data[i] - 0x7f) * 1024 + 1 : 1;
        if (times > MOST - t.len)
            break;
        memset(t.bytes + t.len, times > 1 ? 'x' : data[i], times);
        t.len += times;
    }
    return t;
}

/* Small pieces and large ones: 1 to 2^16 bytes. */
static size_t piece(struct text *t)
{
    t->dice = t->dice * 1664525 + 1013904223;
    return 1 + (t->dice >> 8) % (2U << (t->dice >> 28));
}

static ptrdiff_t text_read(void *self, void *out, size_t n)
{
    struct text *t = self;
    size_t got = piece(t);
    must(n > 0);
    if (got > n)
        got = n;
    if (got > t->len - t->at)
        got = t->len - t->at;
    if (got)
        memcpy(out, t->bytes + t->at, got);
    t->at += got;
    return (ptrdiff_t)got;
}

static void check_state(const struct text *t, const struct line *line)
{
    size_t end = (size_t)line->offset + line->size;
    bool newline = t->bytes[end - 1] == '\n';
    switch (line->state) {
    case LINE_WHOLE:
        must(newline && line->len == line->size - 1 && line->len <= LINE_MAX_LEN);
        break;
    case LINE_TORN:
        must(!newline && end == t->len && line->len == line->size && line->len <= LINE_MAX_LEN);
        break;
    case LINE_LONG:
        must(line->size - newline > LINE_MAX_LEN && line->len == LINE_MAX_LEN);
        must(newline || end == t->len);
        break;
    }
}

static void check_line(const struct text *t, const struct line *line, size_t offset)
{
    must(line->offset == offset && line->size > 0 && line->size <= t->len - offset);
    check_state(t, line);
    must(memcmp(line->text, t->bytes + offset, line->len) == 0);
    must(!memchr(t->bytes + offset, '\n', line->size - 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct text t = swell(data, n);
    struct lines *r = lines_new((struct source){.read = text_read, .self = &t}, 1, 0);
    struct line line;
    struct fault f;
    size_t offset = 0;
    must(r);
    for (uint64_t number = 1; lines_next(r, &line, &f) == 1; number++) {
        must(line.number == number);
        check_line(&t, &line, offset);
        offset += line.size;
        must(t.at < t.len || lines_ready(r));
    }
    must(offset == t.len);
    must(lines_next(r, &line, &f) == 0);
    lines_free(r);
    free(t.bytes);
    return 0;
}
