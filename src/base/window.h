/* Reads pieces of a file roughly in their order, forwards or backwards: neighbouring pieces are
 * read together, a piece far from the last is read alone. */
#ifndef BASE_WINDOW_H
#define BASE_WINDOW_H

#include "base/buf.h"
#include "base/fault.h"

#include <stdint.h>

/* All zero except for fd and end, where the file is known to end. Call window_free at the end. */
struct window {
    int fd; /* the caller's */
    uint64_t end;
    uint64_t at; /* the offset of the text in the file */
    struct buf text;
};

/* The n bytes at this place, valid until the next call. NULL and trouble: they are missing, or
 * cannot be read. */
const char *window_read(struct window *w, uint64_t offset, uint64_t n, struct fault *f);
void window_free(struct window *w);

#endif
