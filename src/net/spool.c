#include "net/spool.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_MAX = 256 << 20 }; /* more than it can have grown to */

static int trouble(const struct spool *s, struct fault *f)
{
    return fault_errno(f, "%s", s->path);
}

/* Appends the file's whole lines to *out; *size: how many bytes they are. 0, or -1. */
static int read_lines(int fd, struct buf *out, uint64_t *size)
{
    struct stat st;
    if (fstat(fd, &st))
        return -1;
    if (!S_ISREG(st.st_mode) || st.st_size > READ_MAX) {
        errno = EFBIG;
        return -1;
    }
    size_t n = (size_t)st.st_size;
    *size = 0;
    if (n == 0) /* there may be no buffer */
        return 0;
    if (buf_reserve(out, n) || file_read_at(fd, out->data + out->len, n, 0))
        return -1;
    const char *last = memrchr(out->data + out->len, '\n', n);
    *size = last ? (uint64_t)(last - (out->data + out->len)) + 1 : 0;
    out->len += *size;
    return 0;
}

static int old_path(const struct spool *s, char path[PATH_MAX])
{
    if (snprintf(path, PATH_MAX, "%s.old", s->path) < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

static int read_old(const struct spool *s, struct buf *out)
{
    char path[PATH_MAX];
    uint64_t size;
    if (old_path(s, path))
        return -1;
    int fd = file_open(path, O_RDONLY, 0);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    int failed = read_lines(fd, out, &size);
    int error = errno;
    close(fd);
    errno = error;
    return failed;
}

int spool_open(struct spool *s, const char *path, struct buf *out, struct fault *f)
{
    *s = (struct spool){.path = path, .fd = -1};
    if (read_old(s, out))
        return trouble(s, f);
    s->fd = file_open(path, O_RDWR | O_CREAT, 0666);
    if (s->fd < 0 || read_lines(s->fd, out, &s->size) || ftruncate(s->fd, (off_t)s->size))
        return trouble(s, f);
    return 0;
}

static int turn(struct spool *s)
{
    char path[PATH_MAX];
    if (old_path(s, path) || rename(s->path, path))
        return -1;
    close(s->fd);
    s->size = 0;
    s->fd = file_open(s->path, O_RDWR | O_CREAT | O_EXCL, 0666);
    return s->fd < 0 ? -1 : 0;
}

int spool_add(struct spool *s, const void *bytes, size_t n, struct fault *f)
{
    if (s->size && s->size + n > SPOOL_BYTES && turn(s))
        return trouble(s, f);
    if (file_write_at(s->fd, bytes, n, s->size))
        return trouble(s, f);
    s->size += n;
    return 0;
}

void spool_close(struct spool *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}
