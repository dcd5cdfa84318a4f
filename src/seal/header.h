/* Checks a header against its ancestors, the chain's rules and the clock; used by the tree and by
 * the light client. */
#ifndef SEAL_HEADER_H
#define SEAL_HEADER_H

#include "chain/tree.h"

/* What is known of a header's ancestors. */
struct ancestry {
    int64_t height, time;     /* the parent's */
    int64_t times[MEDIAN_OF]; /* of the parent and its ancestors, in any order */
    int count;                /* how many times, at least 1 */
};

/* Judges a header with this parent, in the order of block(5); with now < 0 the clock is ignored. 0,
 * or -1 and a rule. */
int header_check(const struct asert *anchor, const struct rules *rules, const struct ancestry *a,
                 const struct block *b, const uint8_t id[ID_LEN], int64_t now, struct fault *f);

#endif
