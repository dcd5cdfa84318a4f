/* Shared by ledger.c, ledger_scan.c and ledger_writer.c only.
 */
#ifndef LEDGER_LEDGER_FILE_H
#define LEDGER_LEDGER_FILE_H

#include "ledger/ledger.h"
#include "stream/feed.h"

/* --- ledger_scan.c: the index and the file --------------------------------------------------- */

/* The file's identity and times, which reveal any change; and its size. 0, or -1 and
 * trouble. */
int ledger_stamp(const struct ledger *l, char stamp[INDEX_STAMP_MAX], uint64_t *size,
                 struct fault *f);

/* Whether the index as it is now matches the file already: 1 or 0, -1 and trouble. */
int ledger_up_to_date(struct ledger *l, struct fault *f);

/* Whether a writer is appending to the file, and the index matches the file's contents before that.
 */
bool ledger_has_writer(const struct ledger *l);

/* Inside a write transaction: brings the index up to date with the file. 0, or -1 and trouble.
 */
int ledger_catch_up(struct ledger *l, struct fault *f);

/* Notes in the mark what the tree has and what it has chosen. */
void ledger_mark_tree(struct ledger *l);

/* Writes the state at the best tip into the index. 0, or -1 and trouble. */
int ledger_write_state(struct ledger *l, struct fault *f);

/* Opens a feed over the file from this place on. 0, or -1 and trouble. */
int ledger_feed(struct ledger *l, uint64_t line, uint64_t offset, struct sigpool *pool,
                struct feed *d, struct fault *f);

/* Whether what follows the valid part may be left over from a crash: the file ends in the middle of
 * it, or the index had vouched for everything before it, so it was never acknowledged. */
bool ledger_tail_is_torn(const struct ledger *l);

/* --- ledger.c: opening ----------------------------------------------------------------------- */

/* Does the work, which updates the index; if the index proves damaged, or was replaced meanwhile
 * (by another process that found it damaged), reopens or rebuilds it and repeats the work. 0, or -1
 * and a fault. */
int ledger_update(struct ledger *l, int (*work)(struct ledger *, struct fault *), struct fault *f);

/* Closes the index and opens no other. */
void ledger_forget_index(struct ledger *l);

/* Removes the index of a file that was refused, unless it had one before: nobody will ask it
 * anything. */
void ledger_drop_index(struct ledger *l);

#endif
