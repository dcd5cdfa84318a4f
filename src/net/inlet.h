/* Whole records off a descriptor as they come, without waiting for the end of one that has only
 * half arrived. A record is a line, or a block's header with the lines that it counts. */
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
    size_t whole;      /* the first so many are whole records */
    size_t scanned;    /* the first so many are whole lines */
    int64_t body_left; /* lines that the block at `whole` still lacks */
};

/* Reads once, at most 256 KiB, from a descriptor that has something to read: 1 it did, or the end
 * is there (ended); -1 and trouble; also where a record is larger than any may be. */
int inlet_read(struct inlet *in, struct fault *f);

/* Drops the whole records. */
void inlet_drop(struct inlet *in);

void inlet_free(struct inlet *in);

#endif
