/* The ledger as the network needs it: a table, so that this folder knows no ledger. Every function
 * looks at the ledger as it is now. -1 is trouble, with *f. */
#ifndef NET_VIEW_H
#define NET_VIEW_H

#include "base/buf.h"
#include "record/block.h"

struct view {
    /* The best chain's height and tip. 1, or 0 where there is no ledger yet. */
    int (*tip)(void *self, int64_t *height, uint8_t tip[ID_LEN], struct fault *f);

    /* Whether the block with this id is in the ledger: 1 or 0. */
    int (*holds)(void *self, const uint8_t id[ID_LEN], struct fault *f);

    /* Judges a header by what can be said without its body: height, time, target, work. 1 it holds,
     * 0 its parent is not there (proof of work then holds against the claimed target), -1 and a
     * FAULT_RULE where it breaks a rule. */
    int (*header)(void *self, const struct block *b, const uint8_t id[ID_LEN], struct fault *f);

    /* The height of the first of these ids (64 digits each, one space between, n bytes in all) that
     * is on the best chain: 1 and *height, or 0. */
    int (*locate)(void *self, const char *ids, size_t n, int64_t *height, struct fault *f);

    /* Puts the best chain's block at this height, whole, behind what *out holds: 1 and its id, or 0
     * where the chain is not that high. */
    int (*block)(void *self, int64_t height, struct buf *out, uint8_t id[ID_LEN], struct fault *f);

    /* The largest block that the chain allows. */
    int64_t (*maxblock)(void *self);

    void *self;
};

#endif
