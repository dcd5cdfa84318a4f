/* Files: whole writes, durable names, locks. All return 0, or -1 with errno set, unless stated
 * otherwise. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* Writes all n bytes, in as many write(2) calls as it takes. */
int file_write(int fd, const void *bytes, size_t n);
int file_write_at(int fd, const void *bytes, size_t n, uint64_t offset);

/* Reads exactly n bytes from offset; errno is 0 if the file is shorter. */
int file_read_at(int fd, void *bytes, size_t n, uint64_t offset);

/* As open(2), fsync(2), fdatasync(2) and ftruncate(2), restarted after signals: network and FUSE
 * file systems may return EINTR for any of them. */
int file_open(const char *path, int flags, unsigned mode);
int file_sync(int fd);
int file_sync_data(int fd);
int file_cut(int fd, uint64_t size);

/* Syncs the folder that holds path, so that its names survive a crash. */
int file_sync_folder(const char *path);

/* Waits for the exclusive lock on fd's file (flock, LOCK_EX). A long wait is reported
 * (base/waits.h), with this path. */
int file_lock(int fd, const char *path);
int file_unlock(int fd);

/* Whether another process holds that lock. */
bool file_is_locked(int fd);

/* The path as a word of a command for pasting into a shell; `instead` if it is long or would need
 * quoting. */
const char *file_word(const char *path, const char *instead);

/* Replaces each byte that could move a terminal's cursor by a question mark: file names in messages
 * can contain any. */
void file_names_visible(char *message);

/* Whether fd refers to the file that is now at path. */
bool file_is_at(int fd, const char *path);

/* Whether both describe the same unchanged file: device, inode, size, mtime and ctime. */
bool file_unchanged(const struct stat *then, const struct stat *now);

/* Opens the file at path for reading and writing, creating it if it is missing, and waits for its
 * lock; reopens it if it was replaced meanwhile. Gives its descriptor; closing that unlocks it. */
int file_open_locked(const char *path);

/* Whether rename(2) may put a new file at path. Not if a device, a FIFO or a socket is there: it
 * would be gone for everyone. Then errno is ENOTSUP. */
bool file_may_be_replaced(const char *path);

/* Replaces the file at path by the n bytes: written to path.tmp, synced, renamed. A crash leaves
 * the old file or the new one, never a part. Fails if file_may_be_replaced does not hold. */
int file_replace(const char *path, const void *bytes, size_t n);

/* The same without a sync: readers find it whole, also after this process was killed, but a power
 * failure may leave an empty file. For what can be had again. */
int file_replace_unsynced(const char *path, const void *bytes, size_t n);

/* Creates a new file at path (O_EXCL: never over an existing one) and syncs it; removes it if it
 * cannot be written whole. secret: mode 0600 whatever the umask. 0, or -1 and trouble in *f, which
 * does not name the path. */
int file_make(const char *path, bool secret, const void *bytes, size_t n, struct fault *f);

#endif
