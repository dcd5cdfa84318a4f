#include "node/logfile.h"

#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The file now at the path, with its size. */
static int open_file(struct logfile *l, struct fault *f)
{
    struct stat now;
    l->fd = file_open(l->path, O_RDWR | O_APPEND | O_CREAT, 0666);
    if (l->fd < 0)
        return fault_errno(f, "cannot open");
    if (fstat(l->fd, &now))
        return fault_errno(f, "cannot be examined");
    l->size = (uint64_t)now.st_size;
    return 0;
}

static int append(struct logfile *l, const char *bytes, size_t n, struct fault *f)
{
    if (file_write(l->fd, bytes, n) == 0) {
        l->size += n;
        return 0;
    }
    fault_errno(f, "cannot be written");
    struct stat now; /* drop a part, but nothing that was written before; a device has no size */
    if (fstat(l->fd, &now) == 0 && S_ISREG(now.st_mode) && (uint64_t)now.st_size > l->size)
        file_cut(l->fd, l->size);
    return -1;
}

int logfile_open(struct logfile *l, const char *path, uint64_t most, struct fault *f)
{
    char last = '\n';
    *l = (struct logfile){.path = path, .fd = -1, .most = most};
    if ((size_t)snprintf(l->old, sizeof l->old, "%s.old", path) >= sizeof l->old)
        return fault_trouble(f, "its name is too long");
    if (open_file(l, f))
        return -1;
    if (l->size && file_read_at(l->fd, &last, 1, l->size - 1) == 0 && last != '\n')
        return append(l, "\n", 1, f);
    return 0;
}

static int rotate(struct logfile *l, struct fault *f)
{
    if (rename(l->path, l->old))
        return fault_errno(f, "cannot be renamed");
    logfile_close(l);
    return open_file(l, f);
}

int logfile_add(struct logfile *l, const char *lines, size_t n, struct fault *f)
{
    if (l->fd >= 0 && !file_is_at(l->fd, l->path)) /* moved away, or removed */
        logfile_close(l);
    if (l->fd < 0 && open_file(l, f))
        return -1;
    if (l->size && l->size + n > l->most && rotate(l, f))
        return -1;
    return append(l, lines, n, f);
}

void logfile_close(struct logfile *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}
