/* The headers of the best chain in a row, as fast as they can be read and hashed. */
#ifndef LEDGER_HEADERS_H
#define LEDGER_HEADERS_H

#include "ledger/ledger.h"

/* Calls each with the header line, newline and all, of every block of the best chain from this
 * height on, count of them at most; each is held against its id. each gives 0 to go on. How many
 * were given, or -1 and a fault (each's, where it gave -1). */
int64_t ledger_headers(struct ledger *l, int64_t start, int64_t count,
                       int (*each)(void *self, const char *line, size_t len, struct fault *f),
                       void *self, struct fault *f);

#endif
