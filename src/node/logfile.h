/* A log of bounded size. At its limit the file is renamed to PATH.old, over an earlier one, and a
 * new file is begun: a crash at any moment leaves whole files, and both together never hold more
 * than twice the limit. */
#ifndef NODE_LOGFILE_H
#define NODE_LOGFILE_H

#include "base/fault.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

struct logfile {
    const char *path; /* the caller's */
    char old[PATH_MAX];
    int fd;
    uint64_t size, most;
};

/* Opens the log at path, creating it if it is missing, to append at most `most` bytes. If a crash
 * cut its last line, that line is ended. 0, or -1 and trouble. */
int logfile_open(struct logfile *l, const char *path, uint64_t most, struct fault *f);

/* Appends n bytes, which are whole lines: all of them, or none. If the file was moved away or
 * removed, a new one is begun. 0, or -1 and trouble if the file cannot be written or renamed; the
 * next call tries again. */
int logfile_add(struct logfile *l, const char *lines, size_t n, struct fault *f);

void logfile_close(struct logfile *l);

#endif
