/* What the fuzz targets share. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "base/lines.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What has to be, whatever the input. */
#define must(truth) ((truth) ? (void)0 : abort())

static inline void must_equal(const void *a, size_t a_len, const void *b, size_t b_len)
{
    must(a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0));
}

/* Bytes that come in pieces of any size, as from a pipe. */
struct pieces {
    const char *bytes;
    size_t len, at;
    uint32_t dice;
};

/* Most are small; 1 to 2^16 bytes. */
static inline ptrdiff_t pieces_read(void *self, void *out, size_t n)
{
    struct pieces *p = self;
    p->dice = p->dice * 1664525 + 1013904223;
    size_t got = 1 + (p->dice >> 8) % (2U << (p->dice >> 28));
    must(n > 0);
    if (got > n)
        got = n;
    if (got > p->len - p->at)
        got = p->len - p->at;
    if (got)
        memcpy(out, p->bytes + p->at, got);
    p->at += got;
    return (ptrdiff_t)got;
}

static inline struct source pieces_source(struct pieces *p)
{
    return (struct source){.read = pieces_read, .self = p};
}

/* The input's bytes as text of which those over 0xef stand for thousands of letters, as otherwise
 * no line would ever get too long; at most SWELL_MAX. The caller's. */
enum { SWELL_MAX = 1 << 18 };

static inline char *swell(const uint8_t *data, size_t n, size_t *len)
{
    char *text = malloc(SWELL_MAX + 1);
    size_t at = 0;
    must(text);
    for (size_t i = 0; i < n; i++) {
        size_t times = data[i] > 0xef ? (size_t)(data[i] - 0xef) * 8192 : 1;
        if (times > SWELL_MAX - at)
            break;
        memset(text + at, times > 1 ? 'x' : data[i], times);
        at += times;
    }
    *len = at;
    return text;
}

/* The same for the same bytes, and as good as random: FNV-1a. */
static inline uint32_t fingerprint(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint32_t h = 2166136261;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 16777619;
    return h;
}

#endif
