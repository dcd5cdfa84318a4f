/* The checkpoints that a program checks a ledger against: options -C and -n. Only programs use
 * this: it exits. */
#ifndef LEDGERCLI_CHECKPOINTS_H
#define LEDGERCLI_CHECKPOINTS_H

#include "finality/guard.h"

#include <sys/stat.h>

struct cli_checkpoints {
    const char *path; /* -C; NULL: no checkpoints */
    size_t needed;    /* -n: so many different keys must agree; 0: not given, which is 1 */
    struct stat file; /* when it was last read */
    struct checkpoints set;
    struct guard guard;
};

/* Reads the file, once path and needed are set. Reports on stderr a key that contradicts itself.
 * Exits with 2 if it is not a file of checkpoints. */
void cli_checkpoints_open(struct cli_checkpoints *c);

/* Reads the file again if it has changed. If it is broken, that is reported, and its earlier
 * contents stay in force. */
void cli_checkpoints_refresh(struct cli_checkpoints *c);

void cli_checkpoints_close(struct cli_checkpoints *c);

/* Reports on stderr how many checkpoints are above the tip, at this height, of the ledger at place,
 * and so were not checked. */
void cli_checkpoints_tell_above(const struct cli_checkpoints *c, const char *place, int64_t height);

/* Checks whether a block may be appended (guard_block), and reports on stderr if not; if there are
 * no checkpoints, any block may. 0, or -1 and a rule, with the block's line, or trouble. */
int cli_checkpoints_block(struct cli_checkpoints *c, struct ledger *l, const struct item *item,
                          struct fault *f);

/* For a ledger that was begun (ledger_begin): reads the file again if it has changed; aborts and
 * exits with 2 if the best chain contradicts the checkpoints. */
void cli_checkpoints_chain(struct cli_checkpoints *c, struct ledger *l);

/* The guard, or NULL if there are no checkpoints. */
struct guard *cli_guard(struct cli_checkpoints *c);

#endif
