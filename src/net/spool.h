/* A file of the records that were printed last, written before they are acknowledged: what a killed
 * listener's readers had not dealt with yet is there when it starts again. Two files take turns,
 * PATH and PATH.old, so that at least SPOOL_BYTES of the newest are kept. */
#ifndef NET_SPOOL_H
#define NET_SPOOL_H

#include "base/buf.h"
#include "base/fault.h"

#include <stdint.h>

#define SPOOL_BYTES (8 << 20)

struct spool {
    const char *path; /* the caller's */
    int fd;
    uint64_t size;
};

/* Opens the spool at path, making it where there is none, and puts what is in it behind what *out
 * holds. A torn last line is cut off. 0, or -1 and trouble. */
int spool_open(struct spool *s, const char *path, struct buf *out, struct fault *f);

/* Adds records; they outlive this process once it returns. 0, or -1 and trouble. */
int spool_add(struct spool *s, const void *bytes, size_t n, struct fault *f);

void spool_close(struct spool *s);

#endif
