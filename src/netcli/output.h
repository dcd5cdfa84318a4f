/* Stdout of a program that waits for several things at a time: written as its reader accepts it.
 * Only programs use this: it exits. */
#ifndef NETCLI_OUTPUT_H
#define NETCLI_OUTPUT_H

#include "net/async_writer.h"

struct output {
    struct async_writer writer;
    struct watch watch; /* watches for the reader's end even if there is nothing to write */
};

/* Stdout for what the caller appends to *from. Exits with 2 on failure. */
void output_open(struct output *o, struct loop *loop, struct buf *from);

/* Writes what stdout accepts now; exits with 2 on failure, or by SIGPIPE if its reader has left. */
void output_push(struct output *o);

/* Waits for the reader to accept the rest, for at most so many milliseconds. */
void output_drain(struct output *o, int milliseconds);

void output_close(struct output *o);

#endif
