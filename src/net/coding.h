/*
 * The zlib streams (RFC 1950) of a connection whose sides both said `deflate`: each direction is
 * one stream that is never finished, flushed (Z_SYNC_FLUSH) whenever its sender would wait. Ours
 * has a window of 4 KiB, so that an idle connection costs little; any window is read.
 */
#ifndef NET_CODING_H
#define NET_CODING_H

#include "base/buf.h"
#include "base/fault.h"

struct coding;

/* NULL: no memory. */
struct coding *coding_new(void);
void coding_free(struct coding *c);

/* Takes n bytes to be sent; puts what can be sent of them already, and all of it where flush is,
 * behind what *out holds. 0, or -1: no memory. */
int coding_deflate(struct coding *c, const void *bytes, size_t n, int flush, struct buf *out);

/* Reads some of the *n bytes at *in, which it moves on, and puts at most cap bytes at out. How
 * many, 0 where more are needed, -1 and a rule: they are no zlib stream, it was ended, or it swells
 * more than a record can (over 1 MiB and 100 times what came). */
ptrdiff_t coding_inflate(struct coding *c, const char **in, size_t *n, char *out, size_t cap,
                         struct fault *f);

#endif
