/* net/spool: a file that a crash has left is taken up as far as its last whole line, and goes on
 * from there. */
#include "net/spool.h"
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t whole_lines(const uint8_t *data, size_t n)
{
    const uint8_t *last = n ? memrchr(data, '\n', n) : NULL;
    return last ? (size_t)(last - data) + 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct spool s;
    struct buf out = {0};
    struct fault f;
    char path[64];
    size_t whole = whole_lines(data, n);
    int fd = memfd_create("spool", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    must(spool_open(&s, path, &out, &f) == 0);
    must_equal(out.data, out.len, data, whole);
    must(spool_add(&s, "more\n", 5, &f) == 0);
    spool_close(&s);
    out.len = 0;
    must(spool_open(&s, path, &out, &f) == 0);
    must(out.len == whole + 5 && memcmp(out.data + whole, "more\n", 5) == 0);
    must_equal(out.data, whole, data, whole);
    spool_close(&s);
    buf_free(&out);
    close(fd);
    return 0;
}
