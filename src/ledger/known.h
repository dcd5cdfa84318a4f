/*
 * LEDGER.checked: which transactions' signatures are known to hold, so that what was checked when
 * it came alone is not checked again when it comes in a block.
 *
 * It is a table of 32-byte ids, each in the place that its own first bits name; the newest stays. A
 * transaction's id is the hash of its whole line, signature and all, so that an id that stands
 * there vouches for these very bytes: for another signature, key or payment it says nothing. Hence
 * it needs no order, lock, sync or sum: what is stale, torn, of another ledger or damaged is the
 * hash of no line that anybody can write, and costs the time to check again. (Only whoever can
 * write the file can make it say what is not so, as with the index.)
 *
 * The index adds the blocks that the ledger holds with their signatures checked.
 */
#ifndef LEDGER_KNOWN_H
#define LEDGER_KNOWN_H

#include "ledger/ledger.h"

#define KNOWN_SLOTS (1 << 18) /* 8 MiB in all */

struct known;

/* What is known beside the ledger at path. l (NULL: nobody's), which stays the caller's and must
 * outlive it, is asked for its blocks where its index is open. The file is opened when it is first
 * needed, and made when there is first something to write; where it cannot be, or is a link or
 * something other than such a table, nothing is known, which is no trouble. NULL: no memory. */
struct known *known_new(const char *path, const struct ledger *l);
void known_free(struct known *k);

/* For feed_ask: sets `checked` in the entries whose signatures are known to hold. */
void known_recall(void *known, struct batch *b);

/* Remembers the transactions whose signatures batch_finish found to hold. */
void known_remember(void *known, const struct batch *b);

#endif
