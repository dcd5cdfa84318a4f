/* Members as bits of a mask, and what they weigh together (rule B14). Faulty members weigh less
 * than a third of all. */
#ifndef PBFT_PBFT_QUORUM_H
#define PBFT_PBFT_QUORUM_H

#include <stdbool.h>
#include <stdint.h>

#define PBFT_MEMBERS_MAX 64
#define PBFT_WEIGHT_MAX ((int64_t)1 << 56) /* of one member: so many sum up in 64 bits */

struct pbft_quorum {
    int64_t weights[PBFT_MEMBERS_MAX];
    int64_t total;
};

/* A member's bit; none for PBFT_MEMBERS_MAX. */
static inline uint64_t pbft_bit(unsigned member)
{
    return member < PBFT_MEMBERS_MAX ? (uint64_t)1 << member : 0;
}

/* Whether they weigh more than two thirds of all: two such sets have a member in common that is not
 * faulty. */
bool pbft_is_quorum(const struct pbft_quorum *q, uint64_t mask);

/* Whether they weigh at least a third, so one of them is not faulty. */
bool pbft_has_honest(const struct pbft_quorum *q, uint64_t mask);

#endif
