/* Texts of blocks that are held until they are wanted, in a temporary file, by numbers. */
#ifndef LEDGER_HELD_BLOCKS_H
#define LEDGER_HELD_BLOCKS_H

#include "base/buf.h"
#include "base/scratch.h"

#include <stdbool.h>

struct held_blocks {
    struct held_block *first; /* in the order in which they were added */
    struct scratch texts;
};

/* Holds nothing, and may be closed. */
#define HELD_BLOCKS_NONE ((struct held_blocks){.texts.fd = -1})

/* Makes the file. 0, or -1 and trouble. */
int held_blocks_open(struct held_blocks *h, struct fault *f);
void held_blocks_close(struct held_blocks *h);

/* Holds n bytes under a number that is not in use. 0, or -1 and trouble. */
int held_blocks_add(struct held_blocks *h, int64_t number, const char *text, size_t n,
                    struct fault *f);

bool held_blocks_has(const struct held_blocks *h, int64_t number);

/* Appends the text with this number to *out, and holds it no longer. The file is emptied with the
 * last one. 0, or -1 and trouble. */
int held_blocks_take(struct held_blocks *h, int64_t number, struct buf *out, struct fault *f);

/* How many are held, and how many bytes the file has. */
size_t held_blocks_count(const struct held_blocks *h);
uint64_t held_blocks_bytes(const struct held_blocks *h);

/* Calls each for every text, the first one first, until it gives -1. 0, or -1 and a fault. */
int held_blocks_each(struct held_blocks *h,
                     int (*each)(void *self, const char *text, size_t n, struct fault *f),
                     void *self, struct fault *f);

#endif
