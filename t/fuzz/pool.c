/*
 * mempool/pool, from a file that anybody may have written (its signatures apart): it is read beside
 * a ledger of one genesis block, and the body that is chosen out of it holds no line that is not in
 * it.
 */
#include "mempool/pool.h"
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static const char genesis[] =
#include "genesis.inc"
    ;

/* A file of these bytes, and its path. */
static int file_of(const void *bytes, size_t n, char path[64])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

/* Made once, and kept: to open it costs more than all else. */
static struct ledger *the_ledger(void)
{
    static struct ledger l;
    static char path[64];
    struct fault f;
    if (!*path) {
        file_of(genesis, sizeof genesis - 1, path);
        must(ledger_open(&l, path, &f) == 0);
    }
    return &l;
}

static void check_body(const struct buf *out, const uint8_t *data, size_t n)
{
    for (size_t at = 0; at < out->len;) {
        const char *line = out->data + at;
        const char *end = memchr(line, '\n', out->len - at);
        must(end && memmem(data, n, line, (size_t)(end - line) + 1));
        at += (size_t)(end - line) + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct pool p;
    struct buf out = {0};
    struct fault f;
    char path[64];
    int fd = file_of(data, n, path);
    pool_init(&p, path, the_ledger(), POOL_BYTES_DEFAULT);
    if (pool_load(&p, &f)) {
        must(f.kind != FAULT_NONE && f.text[0]); /* it is not a pool */
    } else {
        must(pool_select(&p, &out, &f) == 0);
        check_body(&out, data, n);
    }
    pool_free(&p);
    buf_free(&out);
    close(fd);
    return 0;
}
