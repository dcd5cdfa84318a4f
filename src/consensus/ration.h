/* How much a node is sent in answer to its questions: a question of a few bytes may have an answer
 * of megabytes, so whoever asks without end gets only so much in a time. */
#ifndef CONSENSUS_RATION_H
#define CONSENSUS_RATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RATION_BYTES ((size_t)16 << 20) /* in one time; the last answer may exceed it */

/* All zero: nothing was sent. */
struct ration {
    int64_t since; /* the time runs from then on */
    size_t bytes;  /* that were sent in it: the sender of answers adds them */
};

/* Whether there may be another answer; starts the next time if one of `span` is over. Both are in
 * the same unit. */
static inline bool ration_is_left(struct ration *r, int64_t now, int64_t span)
{
    if (now < r->since || now - r->since > span)
        *r = (struct ration){.since = now};
    return r->bytes < RATION_BYTES;
}

#endif
