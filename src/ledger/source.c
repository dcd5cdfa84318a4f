#include "ledger/source.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { INPUT = 1 << 16 };

/* A gzip file: any number of members, each with its checksum, and nothing after them. */
struct gunzip {
    int fd;
    z_stream z;
    bool ended, in_member;
    unsigned char input[INPUT];
};

static int broken(void)
{
    errno = EBADMSG; /* "Bad message": the checksum, the form or the end is wrong */
    return -1;
}

/* Refills the input: how many bytes it has now, 0 at the end of the file, -1. */
static int refill(struct gunzip *g)
{
    while (g->z.avail_in == 0 && !g->ended) {
        ssize_t got = read(g->fd, g->input, INPUT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        g->ended = got == 0;
        g->z.next_in = g->input;
        g->z.avail_in = (uInt)got;
    }
    return g->z.avail_in > 0;
}

static ptrdiff_t gunzip_read(void *self, void *out, size_t n)
{
    struct gunzip *g = self;
    g->z.next_out = out;
    g->z.avail_out = (uInt)n;
    while (g->z.avail_out == n) {
        int more = refill(g);
        if (more <= 0)
            return more < 0 ? -1 : g->in_member ? broken() : 0;
        g->in_member = true;
        int result = inflate(&g->z, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            g->in_member = false;
            result = inflateReset(&g->z);
        }
        if (result != Z_OK)
            return broken();
    }
    return (ptrdiff_t)(n - g->z.avail_out);
}

static void gunzip_close(void *self)
{
    struct gunzip *g = self;
    inflateEnd(&g->z);
    close(g->fd);
    free(g);
}

static int gunzip_open(int fd, struct source *src, struct fault *f)
{
    struct gunzip *g = calloc(1, sizeof *g);
    if (!g || inflateInit2(&g->z, 16 + MAX_WBITS) != Z_OK) {
        free(g);
        close(fd);
        return fault_memory(f);
    }
    g->fd = fd;
    *src = (struct source){.read = gunzip_read, .close = gunzip_close, .self = g};
    return 0;
}

bool source_is_gzip(int fd)
{
    unsigned char magic[2]; /* pread does not move the file position, and fails on a pipe */
    return pread(fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
}

static void plain_close(void *self)
{
    close((int)(intptr_t)self);
}

int source_open(const char *path, struct source *src, struct fault *f)
{
    int fd = STDIN_FILENO;
    if (strcmp(path, "-")) {
        fd = file_open(path, O_RDONLY, 0);
        if (fd < 0)
            return fault_errno(f, "cannot open");
    }
    if (source_is_gzip(fd))
        return gunzip_open(fd, src, f);
    *src = source_fd(fd);
    src->close = plain_close;
    return 0;
}

int source_at(int fd, uint64_t offset, struct source *src, struct fault *f)
{
    struct file_part *rest = malloc(sizeof *rest);
    if (!rest)
        return fault_memory(f);
    *rest = (struct file_part){fd, offset, UINT64_MAX};
    *src = source_part(rest);
    src->close = free;
    return 0;
}

bool source_is_plain(const char *path)
{
    struct stat st;
    int fd = strcmp(path, "-") ? file_open(path, O_RDONLY | O_NONBLOCK, 0) : -1;
    bool plain = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && !source_is_gzip(fd);
    if (fd >= 0)
        close(fd);
    return plain;
}
