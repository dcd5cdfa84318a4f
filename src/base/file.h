/* Files: whole writes, durable names, locks. All return 0, or -1 with errno set, where nothing else
 * is said. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* Writes all n bytes, whatever write(2) makes of them. */
int file_write(int fd, const void *bytes, size_t n);
int file_write_at(int fd, const void *bytes, size_t n, uint64_t offset);

/* Reads exactly n bytes from offset; errno is 0 where the file ends before. */
int file_read_at(int fd, void *bytes, size_t n, uint64_t offset);

/* As open(2), fsync(2), fdatasync(2) and ftruncate(2), whatever signals come between: a file system
 * behind a network or a program of its own may give EINTR for any of them. */
int file_open(const char *path, int flags, unsigned mode);
int file_sync(int fd);
int file_sync_data(int fd);
int file_cut(int fd, uint64_t size);

/* Makes the names in the folder that holds path durable. */
int file_sync_folder(const char *path);

/* Waits for the lock that one process at a time can have on fd's file (flock, LOCK_EX). */
int file_lock(int fd);
int file_unlock(int fd);

/* Whether another process holds that lock. */
bool file_is_locked(int fd);

/* The path as a word of a command that somebody may paste into a shell; what a shell would not take
 * as it stands, or is long, is left to whoever reads it: `instead`. */
const char *file_word(const char *path, const char *instead);

/* Puts a ? for each byte of a message, where a file's name can bring any, that would move a
 * terminal's cursor. */
void file_names_visible(char *message);

/* Whether the file that fd has open is the one at path. */
bool file_is_at(int fd, const char *path);

/* Whether two looks at a file found the very same one, unchanged: device, inode, size, mtime and
 * ctime. */
bool file_unchanged(const struct stat *then, const struct stat *now);

/* Opens the file at path for reading and writing, made where it is not there, and waits for its
 * lock; a file that was replaced while we waited is opened again. Its descriptor, whose closing
 * unlocks it. */
int file_open_locked(const char *path);

/* Puts the n bytes in path's place, as path.tmp, synced, renamed: the old or the new file, never a
 * half. */
int file_replace(const char *path, const void *bytes, size_t n);

/* Makes a new file at path, never over an old one (O_EXCL), synced, and removed again where it
 * cannot be written whole; secret: mode 0600 whatever the umask. 0, or -1 and trouble in *f, which
 * does not name the path. */
int file_make(const char *path, bool secret, const void *bytes, size_t n, struct fault *f);

#endif
