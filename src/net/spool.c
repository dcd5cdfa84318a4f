#include "net/spool.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

enum { READ_MAX = 256 << 20 }; /* more than it can have grown to */

static int trouble(const struct spool *s, struct fault *f)
{
    return fault_errno(f, "%s", s->file.path);
}

/* Appends the file's whole lines to *out. */
static int read_lines(struct linefile *l, struct buf *out, struct fault *f)
{
    uint64_t torn;
    if (linefile_find_end(l, &torn, f))
        return -1;
    if (l->end > READ_MAX) {
        errno = EFBIG;
        return fault_errno(f, "%s", l->path);
    }
    if (buf_reserve(out, (size_t)l->end))
        return fault_memory(f);
    if (l->end && file_read_at(l->fd, out->data + out->len, (size_t)l->end, 0))
        return fault_errno(f, "%s", l->path);
    out->len += l->end;
    return 0;
}

static int old_path(const struct spool *s, char path[PATH_MAX], struct fault *f)
{
    if (snprintf(path, PATH_MAX, "%s.old", s->file.path) < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return trouble(s, f);
}

static int read_old(const struct spool *s, struct buf *out, struct fault *f)
{
    char path[PATH_MAX];
    if (old_path(s, path, f))
        return -1;
    struct linefile old = LINEFILE(path);
    old.fd = file_open(path, O_RDONLY, 0);
    if (old.fd < 0)
        return errno == ENOENT ? 0 : trouble(s, f);
    int result = read_lines(&old, out, f);
    linefile_close(&old);
    return result;
}

int spool_open(struct spool *s, const char *path, struct buf *out, struct fault *f)
{
    s->file = LINEFILE(path);
    if (read_old(s, out, f) || linefile_open(&s->file, f) || read_lines(&s->file, out, f))
        return -1;
    return linefile_cut(&s->file, s->file.end, f);
}

static int rotate(struct spool *s, struct fault *f)
{
    char path[PATH_MAX];
    uint64_t torn;
    if (old_path(s, path, f))
        return -1;
    if (rename(s->file.path, path))
        return trouble(s, f);
    linefile_close(&s->file);
    return linefile_open(&s->file, f) || linefile_find_end(&s->file, &torn, f) ? -1 : 0;
}

int spool_add(struct spool *s, const void *bytes, size_t n, struct fault *f)
{
    if (s->file.end && s->file.end + n > SPOOL_BYTES && rotate(s, f))
        return -1;
    return linefile_append(&s->file, bytes, n, f);
}

void spool_close(struct spool *s)
{
    linefile_close(&s->file);
}
