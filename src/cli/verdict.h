/* Verdicts as programs tell them: one line a fault, and no line for what falls only with something
 * that was told. Only programs use this: it exits where there is trouble. */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "record/armor.h"
#include "stream/stream.h"

/* Reports why an item falls; of a block that does not hold by itself also each line of its body
 * that does not. pool: see locate_faults. */
void cli_report_item(const char *place, const struct item *item, const struct fault *why,
                     struct sigpool *pool);

/* "PROGRAM: PLACE: N blocks (or other words) more ...": how many fell without a line of their own.
 * Nothing where n is 0. */
void cli_tell_follows(const char *place, uint64_t n);

/* How many records of unknown types were passed on, or, with quiet, only read; nothing where there
 * were none. */
void cli_tell_unknown(const char *place, uint64_t n, bool quiet);

/* Whether this line, without its newline, belongs to a PEM file and so must not be passed on, as it
 * may be a secret key. Reports the first line of one. */
bool cli_armored(struct armor *a, const char *place, uint64_t number, const char *line, size_t len);

#endif
