/* peers/peerbook: whatever stands in a peers file, what is written back is read again without a
 * fault, and is the same. */
#include "peers/peerbook.h"
#include "fuzz.h"

#include <stdio.h>
#include <unistd.h>

enum { NOW = 1700000000, LIMIT = 4 };

static const char *const owns[] = {"127.0.0.1:1", "10.0.0.1:1", "192.0.2.1:1"};

/* The file after it was read and written once. */
static void rewrite(const char *path, struct buf *out, bool clean)
{
    struct peerbook b;
    struct fault f = {0};
    struct address own;
    peerbook_init(&b, path, LIMIT);
    for (size_t i = 0; i < sizeof owns / sizeof *owns; i++)
        if (address_parse(owns[i], strlen(owns[i]), false, &own, &f) == 0)
            peerbook_allow_scope(&b, &own);
    int fd = peerbook_lock(&b);
    must(fd >= 0);
    if (peerbook_load(&b, fd, NOW, &f)) {
        must(!clean && f.kind == FAULT_TROUBLE && f.text[0]);
    } else {
        b.changed = true;
        must(peerbook_save(&b, &f) == 0);
    }
    close(fd);
    peerbook_free(&b);
    char bytes[1 << 16];
    FILE *in = fopen(path, "re");
    must(in);
    for (size_t got; (got = fread(bytes, 1, sizeof bytes, in)) > 0;)
        must(buf_add(out, bytes, got) == 0);
    must(fclose(in) == 0);
    if (f.kind)
        out->len = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct buf once = {0}, twice = {0};
    char path[64];
    snprintf(path, sizeof path, "%s/fuzz-peers.%d", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm",
             (int)getpid());
    FILE *file = fopen(path, "we");
    must(file && fwrite(data, 1, n, file) == n && fclose(file) == 0);
    rewrite(path, &once, false);
    if (once.len) {
        rewrite(path, &twice, true);
        must_equal(once.data, once.len, twice.data, twice.len);
    }
    unlink(path);
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
