#include "base/scratch.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PENDING_MAX = 1 << 18 };

int scratch_file(void)
{
    const char *folder = getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/tmp";
    int fd = file_open(folder, O_TMPFILE | O_RDWR, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return fd;
    char name[4096];
    snprintf(name, sizeof name, "%s/peerutils.XXXXXX", folder);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

int scratch_failed(struct fault *f)
{
    return fault_errno(f, "temporary file");
}

int scratch_open(struct scratch *s, struct fault *f)
{
    *s = (struct scratch){.fd = scratch_file()};
    return s->fd < 0 ? scratch_failed(f) : 0;
}

void scratch_close(struct scratch *s)
{
    if (s->fd >= 0)
        close(s->fd);
    buf_free(&s->pending);
    *s = (struct scratch){.fd = -1};
}

int scratch_flush(struct scratch *s, struct fault *f)
{
    if (s->pending.len && file_write_at(s->fd, s->pending.data, s->pending.len, s->written))
        return scratch_failed(f);
    s->written += s->pending.len;
    s->pending.len = 0;
    return 0;
}

uint64_t scratch_end(const struct scratch *s)
{
    return s->written + s->pending.len;
}

int scratch_add(struct scratch *s, const void *bytes, size_t n, struct fault *f)
{
    if (buf_add(&s->pending, bytes, n))
        return fault_memory(f);
    return s->pending.len < PENDING_MAX ? 0 : scratch_flush(s, f);
}

/* What was added together is either all in the file, or all pending. */
int scratch_read(struct scratch *s, void *out, size_t n, uint64_t at, struct fault *f)
{
    if (at >= s->written) {
        if (n)
            memcpy(out, s->pending.data + (at - s->written), n);
        return 0;
    }
    return file_read_at(s->fd, out, n, at) ? scratch_failed(f) : 0;
}

int scratch_empty(struct scratch *s, struct fault *f)
{
    if (s->written && ftruncate(s->fd, 0))
        return scratch_failed(f);
    s->written = 0;
    s->pending.len = 0;
    return 0;
}
