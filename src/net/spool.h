/* A file of the records printed last, written before they are acknowledged. A listener that was
 * killed finds there, when it restarts, the records that its readers may not have handled. Two
 * files, PATH and PATH.old, rotate, so that at least the newest SPOOL_BYTES are kept. */
#ifndef NET_SPOOL_H
#define NET_SPOOL_H

#include "base/buf.h"
#include "base/linefile.h"

#include <stdint.h>

#define SPOOL_BYTES (8 << 20)

struct spool {
    struct linefile file; /* its path is the caller's */
};

/* Opens the spool at path, creating it if necessary, and appends its contents to *out. A torn last
 * line is cut off. 0, or -1 and trouble. */
int spool_open(struct spool *s, const char *path, struct buf *out, struct fault *f);

/* Adds records; once it returns they survive a crash of this process. 0, or -1 and trouble. */
int spool_add(struct spool *s, const void *bytes, size_t n, struct fault *f);

void spool_close(struct spool *s);

#endif
