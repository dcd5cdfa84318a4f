/* What ledger.c, ledger_scan.c and ledger_writer.c know of a ledger together, and nobody else does.
 */
#ifndef LEDGER_LEDGER_FILE_H
#define LEDGER_LEDGER_FILE_H

#include "ledger/ledger.h"
#include "stream/feed.h"

/* --- ledger_scan.c: the index and the file --------------------------------------------------- */

/* The file's identity and times, so that a change of any kind shows; and its size. 0, or -1 and
 * trouble. */
int ledger_stamp(const struct ledger *l, char stamp[INDEX_STAMP_MAX], uint64_t *size,
                 struct fault *f);

/* Whether the index, taken up as it is now, is that of the file already: 1 or 0, -1 and trouble. */
int ledger_up_to_date(struct ledger *l, struct fault *f);

/* Whether a writer is at work on the file, and the index, though behind it, that of what the file
 * held before. */
bool ledger_has_writer(const struct ledger *l);

/* Inside a write transaction: makes the index that of the file as it is now. 0, or -1 and trouble.
 */
int ledger_catch_up(struct ledger *l, struct fault *f);

/* Writes the accounts at the best tip into the index. 0, or -1 and trouble. */
int ledger_write_accounts(struct ledger *l, struct fault *f);

/* Opens a feed over the file from this place on. 0, or -1 and trouble. */
int ledger_feed(struct ledger *l, uint64_t line, uint64_t offset, struct sigpool *pool,
                struct feed *d, struct fault *f);

/* Whether what stands behind the good part can be the work of a crash: the file ends in its midst,
 * or the index had vouched for all before it, so that nobody was told that it was there. */
bool ledger_tail_is_torn(const struct ledger *l);

/* --- ledger.c: opening ----------------------------------------------------------------------- */

/* Does the work, which updates the index; where that proves damaged, or was replaced meanwhile (as
 * by another who found it damaged), opens what is there now, or makes it anew, and does it again.
 * 0, or -1 and a fault. */
int ledger_update(struct ledger *l, int (*work)(struct ledger *, struct fault *), struct fault *f);

/* Closes the index, and takes up nothing in its place. */
void ledger_forget_index(struct ledger *l);

#endif
