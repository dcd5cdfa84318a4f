/* Reads the headers of the best chain, at the speed of reading and hashing, with what a light
 * client needs beside them where members seal (verify(1), "Chains that members seal"). */
#ifndef QUERY_HEADERS_H
#define QUERY_HEADERS_H

#include "ledger/ledger.h"

/* Calls each with the header line, with its newline, of every block of the best chain from this
 * height on (1 or more), at most count of them, after comparing it with its id; together with
 *
 *   - the lines of the set in its TARGET, if that is not the set in its parent's;
 *   - the votes for it, if the set is another, or it is the last that is given (`bft`).
 *
 * Under `bft` the block at the tip is not given: it has no votes yet. Once `bytes` have been given,
 * no more follow than these. each returns 0 to continue. Gives how many headers, or -1 and a fault
 * (that of each, if it returned -1). */
int64_t ledger_headers(struct ledger *l, int64_t start, int64_t count, uint64_t bytes,
                       int (*each)(void *self, const char *lines, size_t len, struct fault *f),
                       void *self, struct fault *f);

/* Calls each with the headers of this height, with their votes, and of the one below, with its set:
 * what a light client needs for a jump (verify(1)). 1, 0 if there is no such block, or it has no
 * votes; -1 and a fault. */
int ledger_jump(struct ledger *l, int64_t height,
                int (*each)(void *self, const char *lines, size_t len, struct fault *f), void *self,
                struct fault *f);

/* The height of the last header that they give. */
int64_t ledger_headers_end(const struct ledger *l);

#endif
