/* The lines of blocks' bodies that are no transactions: votes, attests and state lines. The index
 * has none of them, so every block with any is read. */
#ifndef LEDGER_BODY_LINES_H
#define LEDGER_BODY_LINES_H

#include "ledger/ledger.h"

/* Called for a line of a body. 0 to go on, 1 to end, -1 and a fault. */
typedef int body_line_visit(void *self, const struct node *node, const struct item *item,
                            const struct entry *e, struct fault *f);

/* Calls visit for each of them in blocks after genesis, side branches too, in the order of the
 * ledger. What visit gave last, or -1 and a fault. */
int body_lines_each(struct ledger *l, body_line_visit *visit, void *self, struct fault *f);

#endif
