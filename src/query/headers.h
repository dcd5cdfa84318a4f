/* Reads the headers of the best chain, at the speed of reading and hashing. */
#ifndef QUERY_HEADERS_H
#define QUERY_HEADERS_H

#include "ledger/ledger.h"

/* Calls each with the header line, with its newline, of every block of the best chain from this
 * height on, at most count of them, after comparing it with its id. each returns 0 to continue.
 * Gives how many, or -1 and a fault (that of each, if it returned -1). */
int64_t ledger_headers(struct ledger *l, int64_t start, int64_t count,
                       int (*each)(void *self, const char *line, size_t len, struct fault *f),
                       void *self, struct fault *f);

#endif
