/* Reads whole records from a descriptor as they arrive, without blocking on an incomplete one. A
 * record is a line, or a block's header with its body. */
#ifndef NET_RECORD_READER_H
#define NET_RECORD_READER_H

#include "base/buf.h"
#include "base/fault.h"

#include <stdbool.h>
#include <stdint.h>

struct record_reader {
    int fd;
    bool ended;
    struct buf in;     /* bytes read and not dropped yet */
    size_t whole;      /* bytes of whole records */
    size_t scanned;    /* bytes of whole lines */
    int64_t body_left; /* lines missing of the block at `whole` */
};

/* Reads once, at most 256 KiB, from a readable descriptor: 1, also at the end of input (ended); -1
 * and trouble, also if a record is larger than any may be. */
int record_reader_read(struct record_reader *in, struct fault *f);

/* Drops the whole records. */
void record_reader_drop(struct record_reader *in);

void record_reader_free(struct record_reader *in);

#endif
