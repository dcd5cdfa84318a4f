/* Reads whole records from a descriptor as they arrive, without blocking on an incomplete one. A
 * record is a line, or a block's header with its body. */
#ifndef NET_INLET_H
#define NET_INLET_H

#include "base/buf.h"
#include "base/fault.h"

#include <stdbool.h>
#include <stdint.h>

struct inlet {
    int fd;
    bool ended;
    struct buf in;     /* bytes read and not dropped yet */
    size_t whole;      /* bytes of whole records */
    size_t scanned;    /* bytes of whole lines */
    int64_t body_left; /* lines missing of the block at `whole` */
};

/* Reads once, at most 256 KiB, from a readable descriptor: 1, also at the end of input (ended); -1
 * and trouble, also if a record is larger than any may be. */
int inlet_read(struct inlet *in, struct fault *f);

/* Drops the whole records. */
void inlet_drop(struct inlet *in);

void inlet_free(struct inlet *in);

#endif
