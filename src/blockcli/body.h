/* What a block template takes from a ledger, and its body from stdin. Only programs use this: it
 * prints and exits. */
#ifndef BLOCKCLI_BODY_H
#define BLOCKCLI_BODY_H

#include "farm/template.h"
#include "ledger/overlay.h"

/* Makes the best tip of the ledger the parent of the template: sets all of its first part but the
 * miner. The ledger outlives the template. */
void cli_take_tip(struct ledger *l, struct template *t);

/* Adds the attest lines at the beginning of stdin, the state line, if one is due, and the
 * transactions on stdin to a block template on the best tip. Exits with 1 if one of them is not
 * valid there, or they are too large: then nothing is `done`, as messages say ("mined"). If stdin
 * is a terminal, the body has no transactions. */
void cli_read_body(struct ledger *l, struct template *t, const char *done);

/* After template_follow: adds the state line, if one is due after this block, whose text this is
 * and which the ledger does not have. *above is NULL at first; the caller frees it. */
void cli_follow_body(struct ledger *l, struct overlay **above, struct template *t,
                     const char *block, size_t n);

/* Writes the body to the file at path, or exits with 2. */
void cli_write_body(const struct template *t, const char *path);

#endif
