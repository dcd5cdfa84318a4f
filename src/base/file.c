#include "base/file.h"

#include "base/waits.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

int file_write(int fd, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n) {
        ssize_t put = write(fd, p, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        p += put;
        n -= (size_t)put;
    }
    return 0;
}

int file_write_at(int fd, const void *bytes, size_t n, uint64_t offset)
{
    const char *p = bytes;
    while (n) {
        ssize_t put = pwrite(fd, p, n, (off_t)offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        p += put;
        offset += (uint64_t)put;
        n -= (size_t)put;
    }
    return 0;
}

int file_read_at(int fd, void *bytes, size_t n, uint64_t offset)
{
    char *p = bytes;
    while (n) {
        ssize_t got = pread(fd, p, n, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = 0;
        if (got <= 0)
            return -1;
        p += got;
        offset += (uint64_t)got;
        n -= (size_t)got;
    }
    return 0;
}

int file_open(const char *path, int flags, unsigned mode)
{
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

int file_sync(int fd)
{
    while (fsync(fd))
        if (errno != EINTR)
            return -1;
    return 0;
}

int file_sync_data(int fd)
{
    while (fdatasync(fd))
        if (errno != EINTR)
            return -1;
    return 0;
}

int file_cut(int fd, uint64_t size)
{
    while (ftruncate(fd, (off_t)size))
        if (errno != EINTR)
            return -1;
    return 0;
}

static int close_keeping_errno(int fd, int result)
{
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

int file_sync_folder(const char *path)
{
    char copy[PATH_MAX];
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = file_open(dirname(copy), O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return -1;
    return close_keeping_errno(fd, file_sync(fd));
}

int file_lock(int fd, const char *path)
{
    return waits_flock(fd, LOCK_EX, path);
}

int file_unlock(int fd)
{
    return flock(fd, LOCK_UN);
}

bool file_is_locked(int fd)
{
    if (flock(fd, LOCK_SH | LOCK_NB))
        return true;
    flock(fd, LOCK_UN);
    return false;
}

const char *file_word(const char *path, const char *instead)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789/._+-";
    size_t len = strlen(path);
    bool fits = len > 0 && len <= 100 && strspn(path, plain) == len && path[0] != '-';
    return fits ? path : instead;
}

void file_names_visible(char *message)
{
    for (char *c = message; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool file_is_at(int fd, const char *path)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && same_file(&ours, &named);
}

bool file_unchanged(const struct stat *then, const struct stat *now)
{
    return same_file(then, now) && then->st_size == now->st_size &&
           same_time(&then->st_mtim, &now->st_mtim) && same_time(&then->st_ctim, &now->st_ctim);
}

int file_open_locked(const char *path)
{
    for (;;) {
        int fd = file_open(path, O_RDWR | O_CREAT, 0666);
        if (fd < 0)
            return -1;
        if (file_lock(fd, path))
            return close_keeping_errno(fd, -1);
        if (file_is_at(fd, path))
            return fd;
        close(fd);
    }
}

static int move(const char *from, const char *to)
{
    while (rename(from, to))
        if (errno != EINTR)
            return -1;
    return 0;
}

bool file_may_be_replaced(const char *path)
{
    struct stat there;
    if (stat(path, &there) || S_ISREG(there.st_mode) || S_ISDIR(there.st_mode))
        return true; /* rename(2) refuses a folder */
    errno = ENOTSUP;
    return false;
}

static int replace(const char *path, const void *bytes, size_t n, bool synced)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (!file_may_be_replaced(path))
        return -1;
    int fd = file_open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0)
        return -1;
    int failed = file_write(fd, bytes, n) || (synced && file_sync(fd));
    close_keeping_errno(fd, 0);
    if (!failed && move(temporary, path) == 0)
        return 0;
    int error = errno;
    unlink(temporary);
    errno = error;
    return -1;
}

int file_replace(const char *path, const void *bytes, size_t n)
{
    return replace(path, bytes, n, true) || file_sync_folder(path) ? -1 : 0;
}

int file_replace_unsynced(const char *path, const void *bytes, size_t n)
{
    return replace(path, bytes, n, false);
}

int file_make(const char *path, bool secret, const void *bytes, size_t n, struct fault *f)
{
    int fd = file_open(path, O_WRONLY | O_CREAT | O_EXCL, secret ? 0600 : 0666);
    if (fd < 0)
        return fault_errno(f, "cannot make it");
    /* the umask may have cleared bits */
    int failed = (secret && fchmod(fd, 0600)) || file_write(fd, bytes, n) || file_sync(fd);
    if (failed)
        fault_errno(f, "cannot write it");
    if (close(fd) && !failed)
        failed = fault_errno(f, "cannot write it");
    if (!failed && file_sync_folder(path))
        failed = fault_errno(f, "cannot sync its folder");
    if (failed)
        unlink(path);
    return failed ? -1 : 0;
}
