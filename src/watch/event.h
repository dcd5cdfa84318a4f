/* Formats events of a ledger, evidence against members, and contradictions of checkpoints, as the
 * lines of ledger-watch(1). */
#ifndef WATCH_EVENT_H
#define WATCH_EVENT_H

#include "base/buf.h"
#include "record/checkpoint.h"
#include "record/evidence.h"
#include "watch/replay.h"
#include "watch/undone_txs.h"

/* A path as one field, with other bytes escaped as in a text. The caller frees it. NULL: no
 * memory. */
char *event_path(const char *path);

/* Each appends an event's lines to *out; ledger is its path as a field. 0, or -1: no memory. */
int event_reorg(struct buf *out, const char *ledger, const struct tip_change *t);

/* What became of the transactions that a reorganisation undid: how many ended in which way. */
int event_undone(struct buf *out, const char *ledger, const struct tip_change *t, uint64_t undone,
                 const struct undone_sum *sum);

/* A double spend: a transaction that was undone, and the one in the block at this height that uses
 * its sequence number. */
int event_double_spend(struct buf *out, const char *ledger, int64_t height, const struct tx *was,
                       const uint8_t was_id[ID_LEN], const struct tx *is,
                       const uint8_t is_id[ID_LEN]);

/* A checkpoint, and the line of the earlier one that it contradicts. */
int event_conflict(struct buf *out, const struct checkpoint *c, const struct field *earlier);

/* Two lines for this chain by which their signer can be accused, in the order that `accuse` takes.
 */
int event_evidence(struct buf *out, const uint8_t chain[ID_LEN], const struct evidence *one,
                   const struct evidence *other);

/* Two final blocks that exclude each other, the one that counts first. */
int event_finals(struct buf *out, const char *ledger, const struct node *first,
                 const struct node *second);

#endif
