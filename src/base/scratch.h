/* An append-only unnamed file in $TMPDIR (else /tmp), with its newest bytes in memory. */
#ifndef BASE_SCRATCH_H
#define BASE_SCRATCH_H

#include "base/buf.h"
#include "base/fault.h"

struct scratch {
    int fd;
    uint64_t written; /* bytes in the file; the pending ones follow */
    struct buf pending;
};

/* The descriptor of a new unnamed file; -1 and errno. */
int scratch_file(void);

/* All give 0, or -1 and trouble. A scratch file that is closed, or could not be opened, has fd -1.
 */
int scratch_open(struct scratch *s, struct fault *f);
void scratch_close(struct scratch *s);

int scratch_add(struct scratch *s, const void *bytes, size_t n, struct fault *f);

/* The offset of the next bytes. */
uint64_t scratch_end(const struct scratch *s);

/* Reads n bytes that were added together; or, after scratch_flush, any bytes. */
int scratch_read(struct scratch *s, void *out, size_t n, uint64_t at, struct fault *f);
int scratch_flush(struct scratch *s, struct fault *f);

/* Drops all bytes, and frees the disk space. */
int scratch_empty(struct scratch *s, struct fault *f);

/* The fault of a temporary file, from errno: -1. */
int scratch_failed(struct fault *f);

#endif
