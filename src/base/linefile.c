#include "base/linefile.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

static int trouble(const struct linefile *l, struct fault *f)
{
    int error = errno;
    fault_errno(f, "%s", l->path);
    errno = error;
    return -1;
}

/* --- Opening ---------------------------------------------------------------------------------- */

/* The file was just opened as fd. */
static int take_over(struct linefile *l, int fd, struct fault *f)
{
    struct stat st;
    *l = (struct linefile){.path = l->path, .fd = fd};
    if (fd < 0 || fstat(fd, &st))
        return trouble(l, f);
    if (S_ISREG(st.st_mode))
        return 0;
    linefile_close(l);
    errno = EINVAL;
    return fault_trouble(f, "%s: not a regular file", l->path);
}

int linefile_open(struct linefile *l, struct fault *f)
{
    return take_over(l, file_open(l->path, O_RDWR | O_CREAT, 0666), f);
}

int linefile_lock(struct linefile *l, struct fault *f)
{
    if (l->fd >= 0) {
        if (file_lock(l->fd, l->path))
            return trouble(l, f);
        if (file_is_at(l->fd, l->path))
            return 0;
        linefile_close(l);
    }
    return take_over(l, file_open_locked(l->path), f);
}

void linefile_unlock(const struct linefile *l)
{
    file_unlock(l->fd);
}

void linefile_close(struct linefile *l)
{
    if (l->fd >= 0)
        close(l->fd);
    *l = LINEFILE(l->path);
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* The offset after the last newline before `end`. 0, or -1 with errno set. */
static int after_newline(int fd, uint64_t end, uint64_t *after)
{
    char piece[PIECE];
    for (*after = 0; end;) {
        size_t n = end < PIECE ? (size_t)end : PIECE;
        if (file_read_at(fd, piece, n, end - n))
            return -1;
        const char *newline = memrchr(piece, '\n', n);
        end -= n;
        if (newline) {
            *after = end + (uint64_t)(newline - piece) + 1;
            break;
        }
    }
    return 0;
}

int linefile_find_end(struct linefile *l, uint64_t *torn, struct fault *f)
{
    struct stat st;
    if (fstat(l->fd, &st) || after_newline(l->fd, (uint64_t)st.st_size, &l->end))
        return trouble(l, f);
    *torn = (uint64_t)st.st_size - l->end;
    l->ragged = *torn > 0;
    return 0;
}

int linefile_read(const struct linefile *l, uint64_t offset, lines_take *take, void *self,
                  struct fault *f)
{
    struct file_part part = {l->fd, offset, l->end};
    return lines_each(source_part(&part), offset, take, self, f);
}

/* --- Writing ---------------------------------------------------------------------------------- */

int linefile_cut(struct linefile *l, uint64_t end, struct fault *f)
{
    if (end == l->end && !l->ragged)
        return 0;
    l->ragged = true;
    l->end = end;
    if (file_cut(l->fd, end) || file_sync(l->fd))
        return trouble(l, f);
    l->ragged = l->unsynced = false;
    return 0;
}

/* Copies what is between the end and the size to the file open as fd. 0, or -1 with errno set. */
static int copy_tail(const struct linefile *l, uint64_t size, int fd)
{
    char piece[PIECE];
    for (uint64_t at = l->end; at < size;) {
        size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;
        if (file_read_at(l->fd, piece, n, at) || file_write(fd, piece, n))
            return -1;
        at += n;
    }
    return 0;
}

int linefile_set_aside(struct linefile *l, uint64_t *moved, struct fault *f)
{
    char name[PATH_MAX];
    struct stat st;
    if (snprintf(name, sizeof name, "%s.torn", l->path) >= (int)sizeof name)
        return fault_trouble(f, "%s: name too long", l->path);
    if (fstat(l->fd, &st))
        return trouble(l, f);
    int fd = file_open(name, O_WRONLY | O_CREAT | O_APPEND, 0666);
    int failed = fd < 0 || copy_tail(l, (uint64_t)st.st_size, fd) || file_sync(fd) ||
                 file_sync_folder(name);
    if (failed)
        fault_errno(f, "%s", name);
    if (fd >= 0)
        close(fd);
    l->ragged = true;
    if (failed || linefile_cut(l, l->end, f))
        return -1;
    *moved = (uint64_t)st.st_size - l->end;
    return 0;
}

int linefile_append(struct linefile *l, const void *lines, size_t n, struct fault *f)
{
    if (linefile_cut(l, l->end, f))
        return -1;
    if (file_write_at(l->fd, lines, n, l->end)) {
        int error = errno;
        trouble(l, f);
        l->ragged = file_cut(l->fd, l->end) != 0;
        errno = error;
        return -1;
    }
    l->unnamed |= l->end == 0;
    l->unsynced = true;
    l->end += n;
    return 0;
}

int linefile_sync(struct linefile *l, struct fault *f)
{
    if ((l->unsynced && file_sync_data(l->fd)) || (l->unnamed && file_sync_folder(l->path)))
        return trouble(l, f);
    l->unsynced = l->unnamed = false;
    return 0;
}

int linefile_log(struct linefile *l, const void *lines, size_t n, struct fault *f)
{
    uint64_t before = l->end;
    struct fault second;
    if (linefile_append(l, lines, n, f) == 0 && linefile_sync(l, f) == 0)
        return 0;
    int error = errno;
    linefile_cut(l, before, &second); /* if this fails too, the next append tries it again */
    errno = error;
    return -1;
}

/* --- A new file ------------------------------------------------------------------------------- */

/* The new file at its own path, locked, and on disk. 0, or -1 with errno set. */
static int make_new(int fd, const char *path, const void *lines, size_t n)
{
    return file_lock(fd, path) || file_write(fd, lines, n) || file_sync(fd) ? -1 : 0;
}

static int move(const char *from, const char *to)
{
    while (rename(from, to))
        if (errno != EINTR)
            return -1;
    return 0;
}

int linefile_replace(struct linefile *l, const void *lines, size_t n, struct fault *f)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s.tmp", l->path) >= (int)sizeof path)
        return fault_trouble(f, "%s: name too long", l->path);
    unlink(path); /* of one that was killed: we have the lock */
    int fd = file_open(path, O_RDWR | O_CREAT | O_EXCL, 0666);
    if (fd < 0)
        return fault_errno(f, "%s", path);
    if (make_new(fd, path, lines, n) || move(path, l->path)) {
        trouble(l, f);
        unlink(path);
        close(fd);
        return -1;
    }
    linefile_close(l);
    l->fd = fd;
    l->end = n;
    l->unnamed = true;
    return linefile_sync(l, f);
}
