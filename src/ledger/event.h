/* What happens to a ledger, and between checkpoints, in the lines that ledger-watch(1) writes. */
#ifndef LEDGER_EVENT_H
#define LEDGER_EVENT_H

#include "base/buf.h"
#include "ledger/replay.h"
#include "ledger/undone.h"
#include "record/checkpoint.h"

/* A path as one field, what may not stand in one escaped as in a text: the caller's to free. NULL:
 * no memory. */
char *event_path(const char *path);

/* Each puts an event's lines behind what *out holds; ledger is its path as a field. 0, or -1: no
 * memory. */
int event_reorg(struct buf *out, const char *ledger, const struct turn *t);

/* What became, by the end of the turn, of so many transactions that it undid. */
int event_undone(struct buf *out, const char *ledger, const struct turn *t, uint64_t undone,
                 const struct undone_sum *sum);

/* A transaction that was undone, and the one in the block at this height that spends its number
 * otherwise. */
int event_double_spend(struct buf *out, const char *ledger, int64_t height, const struct tx *was,
                       const uint8_t was_id[ID_LEN], const struct tx *is,
                       const uint8_t is_id[ID_LEN]);

/* A checkpoint, and the line of an earlier one that it contradicts. */
int event_conflict(struct buf *out, const struct checkpoint *c, const struct field *earlier);

#endif
