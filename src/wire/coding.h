/*
 * The zlib streams (RFC 1950) of a connection whose sides both said `deflate`: each direction is
 * one stream that is never finished, flushed (Z_SYNC_FLUSH) whenever its sender would wait. Ours
 * has a window of 4 KiB, so that an idle connection costs little; any window is accepted. A stream
 * may consist of stored blocks, which cost next to nothing to make and save nothing.
 */
#ifndef WIRE_CODING_H
#define WIRE_CODING_H

#include "base/buf.h"
#include "base/fault.h"

#include <stdbool.h>

struct coding;

/* NULL: no memory. */
struct coding *coding_new(void);
void coding_free(struct coding *c);

/* Whether what follows is compressed, which it is at first, or stored. */
void coding_compress(struct coding *c, bool on);

/* Compresses or stores n bytes; appends to *out what is ready to be sent, or everything if flush
 * is set. 0, or -1: no memory. */
int coding_deflate(struct coding *c, const void *bytes, size_t n, int flush, struct buf *out);

/* Decompresses some of the *n bytes at *in, advancing both, into at most cap bytes at out. How
 * many; 0 if more input is needed; -1 and a rule: it is not a zlib stream, it has ended, or it
 * expands too much (to over 1 MiB and 100 times its size). */
ptrdiff_t coding_inflate(struct coding *c, const char **in, size_t *n, char *out, size_t cap,
                         struct fault *f);

#endif
