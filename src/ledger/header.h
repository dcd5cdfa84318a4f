/* The rules of a header towards its ancestors, the chain and the clock: the tree's and the light
 * client's. */
#ifndef LEDGER_HEADER_H
#define LEDGER_HEADER_H

#include "ledger/tree.h"

/* What a header stands on. */
struct ancestry {
    int64_t height, time;     /* the parent's */
    int64_t times[MEDIAN_OF]; /* the parent's and its ancestors', in any order */
    int count;                /* how many times, at least 1 */
};

/* Judges a header that names that parent, in the order of block(5); with now < 0 the clock is not
 * asked. 0, or -1 and a rule. */
int header_check(const struct asert *anchor, const struct rules *rules, const struct ancestry *a,
                 const struct block *b, const uint8_t id[ID_LEN], int64_t now, struct fault *f);

#endif
