/*
 * ledger/source, on a file of any bytes: a plain one gives them as they are, one of gzip's what
 * zlib makes of it at once, or trouble where that finds it broken.
 */
#include "fuzz.h"
#include "ledger/source.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

enum { MOST = 1 << 20 };

/* All members at once: how many bytes, or -1 (broken, or over MOST). */
static ptrdiff_t at_once(const uint8_t *data, size_t n, char *out)
{
    z_stream z = {.next_in = (uint8_t *)data,
                  .avail_in = (uInt)n,
                  .next_out = (uint8_t *)out,
                  .avail_out = MOST};
    int result = Z_OK;
    must(inflateInit2(&z, 16 + MAX_WBITS) == Z_OK);
    while (result == Z_OK && (z.avail_in || result != Z_STREAM_END)) {
        result = inflate(&z, Z_NO_FLUSH);
        if (result == Z_STREAM_END && z.avail_in)
            result = inflateReset(&z);
    }
    inflateEnd(&z);
    return result == Z_STREAM_END ? MOST - (ptrdiff_t)z.avail_out : -1;
}

/* As much as there is, in odd pieces: bytes, -1 broken, -2 over MOST. */
static ptrdiff_t read_all(struct source *src, char *out, uint32_t dice)
{
    ptrdiff_t len = 0, got;
    for (;;) {
        size_t most = 1 + (dice = dice * 1664525 + 1013904223) % 5000;
        if (MOST - len < (ptrdiff_t)most)
            return -2;
        got = src->read(src->self, out + len, most);
        if (got <= 0)
            return got ? -1 : len;
        must((size_t)got <= most);
        len += got;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static char expected[MOST], got[MOST];
    struct source src;
    struct fault f;
    char path[64];
    int fd = memfd_create("gz", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    must(source_open(path, &src, &f) == 0);
    ptrdiff_t len = read_all(&src, got, fingerprint(data, n));
    bool gzip = n >= 2 && data[0] == 0x1f && data[1] == 0x8b;
    must(source_is_gzip(fd) == gzip);
    if (!gzip && n <= MOST / 2)
        must_equal(got, (size_t)len, data, n);
    if (gzip && len != -2) {
        must(len == at_once(data, n, expected));
        must(len < 0 || memcmp(got, expected, (size_t)len) == 0);
    }
    src.close(src.self);
    close(fd);
    return 0;
}
