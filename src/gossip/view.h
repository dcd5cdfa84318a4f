/* The ledger as the network sees it: a table of functions, so that this folder does not depend on
 * ledger/. Every function sees the ledger as it is now. -1 is trouble, with *f. */
#ifndef GOSSIP_VIEW_H
#define GOSSIP_VIEW_H

#include "base/buf.h"
#include "record/account.h"
#include "record/block.h"

struct view {
    /* The best chain's height and tip. 1, or 0 if there is no ledger yet. */
    int (*tip)(void *self, int64_t *height, uint8_t tip[ID_LEN], struct fault *f);

    /* Whether the block with this id is in the ledger: 1 or 0. */
    int (*holds)(void *self, const uint8_t id[ID_LEN], struct fault *f);

    /* Judges a header as far as possible without its body: height, time, target, work. 1 it is
     * valid, 0 its parent is not in the ledger (the proof of work is then valid for the claimed
     * target), -1 and a FAULT_RULE if it breaks a rule. */
    int (*header)(void *self, const struct block *b, const uint8_t id[ID_LEN], struct fault *f);

    /* The height of the first of these ids (64 digits each, one space between, n bytes in all) that
     * is on the best chain: 1 and *height, or 0. */
    int (*locate)(void *self, const char *ids, size_t n, int64_t *height, struct fault *f);

    /* Appends the best chain's block at this height, with its body, to *out: 1 and its id, or 0 if
     * the chain is not that high. */
    int (*block)(void *self, int64_t height, struct buf *out, uint8_t id[ID_LEN], struct fault *f);

    /* The size limit of blocks, in bytes. */
    int64_t (*maxblock)(void *self);

    /* Appends the headers of the best chain from this height on to *out, at most count of them,
     * with the lines that stand with them where members seal, and the genesis block with its body:
     * how many, 0 if the chain is not that high. */
    int64_t (*headers)(void *self, int64_t height, int64_t count, struct buf *out, struct fault *f);

    /* The height and id of the last block whose header that gives. 1, or 0 if there is no ledger.
     */
    int (*end)(void *self, int64_t *height, uint8_t id[ID_LEN], struct fault *f);

    /* Appends the headers of this height and of the one below, as a jump has them (verify(1)): 1,
     * or 0 if there is none. */
    int (*jump)(void *self, int64_t height, struct buf *out, struct fault *f);

    /* Appends the header of the best chain's block that has the record with this id, and a line
     * `proof` that it does; or, if this is a block of the best chain, its header alone, with the
     * lines of its set where members seal. 1, or 0 if
     * there is no such record. *read: how many bytes of blocks had to be read. */
    int (*prove)(void *self, const uint8_t id[ID_LEN], struct buf *out, uint64_t *read,
                 struct fault *f);

    /* Looks from this height on, in at most count blocks of the best chain, for the first whose
     * body begins with attest lines, and appends these, each with its proof: how many blocks it
     * looked at, 0 if the chain is not that high. *read as above. NULL: no chain has any. */
    int64_t (*attests)(void *self, int64_t height, int64_t count, struct buf *out, uint64_t *read,
                       struct fault *f);

    /* Appends all that shows what this account had after the best chain's block of this height: the
     * header of the next block, a `proof` that it holds a state line, the line, and a `present` or
     * `absent` line. 1, or 0 if that block has no state line, or is too far below the tip. *read as
     * above. */
    int (*balance)(void *self, const struct account *account, int64_t height, struct buf *out,
                   uint64_t *read, struct fault *f);

    void *self;
};

#endif
