/* Pieces of a file read in about the order in which they stand there, forwards or backwards: near
 * ones are read together, one far from the last is read alone. */
#ifndef LEDGER_WINDOW_H
#define LEDGER_WINDOW_H

#include "base/buf.h"
#include "base/fault.h"

#include <stdint.h>

/* All zero but fd and end, which is where the file is known to end. window_free in the end. */
struct window {
    int fd; /* the caller's */
    uint64_t end;
    uint64_t at; /* where in the file the text begins */
    struct buf text;
};

/* The n bytes at this place, good until the next call. NULL and trouble: they are not there, or
 * cannot be read. */
const char *window_read(struct window *w, uint64_t offset, uint64_t n, struct fault *f);
void window_free(struct window *w);

#endif
