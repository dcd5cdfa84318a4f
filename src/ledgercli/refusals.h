/* Reports the blocks that ledger-append does not append: on stderr and, if it is part of a node, by
 * marks on stdout (record/mark.h). Only programs use this: it exits on trouble. */
#ifndef LEDGERCLI_REFUSALS_H
#define LEDGERCLI_REFUSALS_H

#include "judge/invalid.h"
#include "ledgercli/verdict.h"

struct cli_refusals {
    bool verbose;             /* also report what is refused only because something else was */
    bool marks;               /* say what is dropped in its place on stdout */
    bool any;                 /* something was refused */
    struct cli_budget budget; /* of reports on stderr */
    struct invalid invalid;
    struct sigpool *pool; /* the caller's: for locate_faults */
    struct buf *out;      /* the caller's: where marks go */
};

/* A record that is refused; follows: only because of something already reported. */
void cli_refuse(struct cli_refusals *r, const struct fault *f, bool follows);

/* Its mark, if there are marks. */
void cli_refuse_mark(struct cli_refusals *r, const struct item *item, const struct fault *f);

/* A block that is refused for its own fault or, rootless, because there is no genesis block; with
 * its mark. */
void cli_refuse_block(struct cli_refusals *r, const struct item *item, const struct fault *why,
                      bool rootless);

/* A block whose parent was refused or did not arrive; with its mark. */
void cli_refuse_orphan(struct cli_refusals *r, const uint8_t id[ID_LEN], uint64_t line,
                       const uint8_t parent[ID_LEN]);

/* The marks of a block that is in the ledger, and of one that is to be offered again. */
void cli_refuse_known(struct cli_refusals *r, const uint8_t id[ID_LEN]);
void cli_refuse_later(struct cli_refusals *r, const uint8_t id[ID_LEN]);

#endif
