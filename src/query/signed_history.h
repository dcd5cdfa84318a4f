/* What an account has signed as a member, of the lines that bodies hold: votes and attests. The
 * index has none of them, so every block with any is read. */
#ifndef QUERY_SIGNED_HISTORY_H
#define QUERY_SIGNED_HISTORY_H

#include "query/history.h"

struct signed_event {
    bool is_vote;         /* else an attest */
    int64_t height, time; /* of the block whose body has it */
    uint8_t block[ID_LEN], id[ID_LEN];
    int64_t about; /* the height of the block that it is for: a vote's BLOCK, an attest's TARGET */
    uint8_t about_id[ID_LEN];
    int64_t more;  /* a vote's round, or the height of an attest's source */
    uint64_t line; /* its place in the ledger */
};

/* Calls each for every such line that was asked for (history.h), in the chain's order or, if the
 * newest come first, the other way round. each gives 0, or -1 and a fault. Gives how many there
 * were; or -1 and a fault. */
int64_t signed_history_each(struct ledger *l, const struct history *h,
                            int (*each)(void *self, const struct signed_event *e, struct fault *f),
                            void *self, struct fault *f);

#endif
