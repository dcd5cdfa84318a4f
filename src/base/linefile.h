/*
 * Files to which whole lines are appended: a ledger, a pool, shares, what must be on disk before it
 * is announced. A crash may leave a torn last line, which is no part of the contents; whoever opens
 * the file for writing removes it before the next append.
 *
 * All give 0, or -1, trouble that names the path, and errno, unless stated otherwise.
 */
#ifndef BASE_LINEFILE_H
#define BASE_LINEFILE_H

#include "base/lines.h"

struct linefile {
    const char *path; /* the caller's */
    int fd;           /* -1: not open */
    uint64_t end;     /* of the whole lines, where the next are appended */
    bool ragged;      /* bytes that are no lines of the file may follow the end */
    bool unsynced;    /* something was appended since linefile_sync */
    bool unnamed;     /* ... to an empty file, whose name may not be durable */
};

/* A linefile that is not open. */
#define LINEFILE(at) ((struct linefile){.path = (at), .fd = -1})

/* Opens the file, a regular one, which is created if it is missing; linefile_lock also waits for
 * its lock, or only waits if the file is open and still the one at its path. The end is then
 * unknown: call linefile_find_end, or set it. */
int linefile_open(struct linefile *l, struct fault *f);
int linefile_lock(struct linefile *l, struct fault *f);
void linefile_unlock(const struct linefile *l);

/* Closes the file, which unlocks it. */
void linefile_close(struct linefile *l);

/* Sets the end to that of the last whole line; *torn: how many bytes follow it. */
int linefile_find_end(struct linefile *l, uint64_t *torn, struct fault *f);

/* Gives `take` each line from this offset to the end, as lines_each does. */
int linefile_read(const struct linefile *l, uint64_t offset, lines_take *take, void *self,
                  struct fault *f);

/* Removes what follows this offset, which becomes the end, and syncs the file. It undoes
 * appends, whether they were synced or not. */
int linefile_cut(struct linefile *l, uint64_t end, struct fault *f);

/* Moves what follows the end to PATH.torn, durably; *moved: how many bytes. */
int linefile_set_aside(struct linefile *l, uint64_t *moved, struct fault *f);

/* Appends whole lines, n bytes. If that fails none of them counts. They survive the end of this
 * process; after linefile_sync, a power failure too. If that fails, any of the lines appended since
 * the last one may be lost, whatever a later one says: cut them off. */
int linefile_append(struct linefile *l, const void *lines, size_t n, struct fault *f);
int linefile_sync(struct linefile *l, struct fault *f);

/* Replaces the file, which is open and locked, by one of these whole lines, n bytes: written to
 * PATH.tmp, locked, synced, and renamed, so nobody else has the lock in between. A crash leaves the
 * old file or the new one. If it fails, the old one is still open and locked; unless the folder
 * cannot be synced: then the next linefile_sync tries that again. */
int linefile_replace(struct linefile *l, const void *lines, size_t n, struct fault *f);

/* Appends and syncs; if either fails, none of the lines counts. */
int linefile_log(struct linefile *l, const void *lines, size_t n, struct fault *f);

#endif
