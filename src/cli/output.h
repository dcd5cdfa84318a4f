/* Stdout of a program that waits for many things at a time: written as its reader takes it. Only
 * programs use this: it exits. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "net/outlet.h"

struct output {
    struct outlet outlet;
    struct watch watch; /* a reader who leaves is noticed though there is nothing to write */
};

/* Stdout, for what the caller puts into *from. Exits with 2 where that fails. */
void output_open(struct output *o, struct loop *loop, struct buf *from);

/* Writes what stdout takes now; exits with 2 where that fails, by SIGPIPE where nobody reads it any
 * more. */
void output_push(struct output *o);

/* Waits for its reader to take the rest, so many milliseconds at most. */
void output_drain(struct output *o, int milliseconds);

void output_close(struct output *o);

#endif
