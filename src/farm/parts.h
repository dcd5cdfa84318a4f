/* Divides the nonces of a ticket among several. */
#ifndef FARM_PARTS_H
#define FARM_PARTS_H

#include "record/ticket.h"

#include <stdbool.h>

/* Moves the first `nonces` nonces (0: 2^64) of *left to *part. Gives whether any remain; if not,
 * *part has all of them, and *left is unchanged. */
bool ticket_cut(struct ticket *left, uint64_t nonces, struct ticket *part);

/* The number of parts, not over `most`, that a ticket has nonces for. */
uint64_t ticket_parts(const struct ticket *t, uint64_t most);

/* Part i of so many, from 0: the parts differ by at most one nonce. */
struct ticket ticket_part(const struct ticket *t, uint64_t i, uint64_t parts);

#endif
