/* Checks a header by itself, and against its ancestors, the chain's rules and the clock (block(5)).
 */
#ifndef SEAL_HEADER_H
#define SEAL_HEADER_H

#include "record/block.h"
#include "record/rules.h"
#include "work/target.h"

/* A block's time must be after the median of those of so many ancestors. */
#define MEDIAN_OF 11

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

/* What can be said of a header without its ancestors: whether it has the work that it claims. 0, or
 * -1 and a rule. */
int header_alone(const struct block *b, const uint8_t id[ID_LEN], struct fault *f);

/* The median of count times, 1 to MEDIAN_OF, in any order: of an even number, the upper one. */
int64_t header_median(const int64_t *times, int count);

#endif
