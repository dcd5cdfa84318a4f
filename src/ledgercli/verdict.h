/* Prints verdicts: a line for each fault, except for faults that only follow from one already
 * reported. Only programs use this: it exits on trouble. */
#ifndef LEDGERCLI_VERDICT_H
#define LEDGERCLI_VERDICT_H

#include "base/bucket.h"
#include "record/armor.h"
#include "stream/stream.h"

/* Reports why an item is invalid; for a broken block, also each invalid line of its body. pool: see
 * locate_faults. */
void cli_report_item(const char *place, const struct item *item, const struct fault *why,
                     struct sigpool *pool);

/* Appends the mark (record/mark.h) that stands for an item which is dropped for this fault, a rule.
 * A line that has no id has none. The second form: for a record of which only the id is left. */
void cli_mark(struct buf *out, const struct item *item, const struct fault *why);
void cli_mark_id(struct buf *out, const uint8_t id[ID_LEN], const struct fault *why);

/* How many records a program in a pipeline reports on stderr, which is a node's log: some at once,
 * and then a few a second; the others are counted. All zero: no limit. */
struct cli_budget {
    bool limited;
    struct bucket bucket;
    uint64_t untold;
};
struct cli_budget cli_budget_limited(void);

/* Whether one more may be reported; counts it if not. */
bool cli_budget_allows(struct cli_budget *b, const char *place);

/* Reports how many were counted since the last time, if any. Not more often than the budget
 * allows, except with last. */
void cli_budget_tell(struct cli_budget *b, const char *place, bool last);

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
