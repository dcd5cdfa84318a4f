/* Prints verdicts: a line for each fault, except for faults that only follow from one already
 * reported. Only programs use this: it exits on trouble. */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "record/armor.h"
#include "stream/stream.h"

/* Reports why an item is invalid; for a broken block, also each invalid line of its body. pool: see
 * locate_faults. */
void cli_report_item(const char *place, const struct item *item, const struct fault *why,
                     struct sigpool *pool);

/* "PROGRAM: PLACE: N more records ...": how many were refused without a line of their own. Prints
 * nothing if n is 0. */
void cli_tell_follows(const char *place, uint64_t n);

/* How many records of unknown types were passed on or, with quiet, only read. Prints nothing if n
 * is 0. */
void cli_tell_unknown(const char *place, uint64_t n, bool quiet);

/* Whether this line, without its newline, belongs to a PEM file and so must not be passed on, as it
 * may be a secret key. Reports the first line of one. */
bool cli_armored(struct armor *a, const char *place, uint64_t number, const char *line, size_t len);

#endif
