/* Looks at all blocks of a ledger, on the best chain or not, for lines that convict the members who
 * signed them (watch/culprits.h). */
#ifndef WATCH_WITNESS_H
#define WATCH_WITNESS_H

#include "ledger/ledger.h"
#include "watch/culprits.h"

/* The evidence that was found, in the order in which `accuse` takes it; both signatures hold. */
typedef int witness_tell(void *self, const uint8_t chain[ID_LEN], const struct evidence *one,
                         const struct evidence *other, struct fault *f);

/* Adds a line that was signed by one key for this chain, and calls tell if it convicts its signer.
 * Of a line that stands in a ledger, and of the one that it contradicts, the signatures are
 * checked: a ledger that was copied into place may hold others. 0, what tell gives, or -1 and a
 * fault. */
int witness_line(struct culprits *c, const uint8_t chain[ID_LEN], struct field line, bool of_ledger,
                 witness_tell *tell, void *self, struct fault *f);

/* The same for what members have signed in the block at this node. */
int witness_block(struct culprits *c, struct ledger *l, const struct node *node, witness_tell *tell,
                  void *self, struct fault *f);

/* Whether blocks of this ledger hold such lines at all. */
bool witness_wanted(const struct ledger *l);

#endif
