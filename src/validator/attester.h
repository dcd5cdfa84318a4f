/*
 * A member who attests checkpoints (block(5), "Finality over work"; Casper FFG: Buterin, Griffith
 * 2017): which line it signs next. TARGET is the newest checkpoint of the best chain, SOURCE the
 * highest one that this chain has justified. Nothing is signed that what the member has signed
 * before speaks against, or that the next block could not hold.
 */
#ifndef VALIDATOR_ATTESTER_H
#define VALIDATOR_ATTESTER_H

#include "chain/tree.h"
#include "crypto/secret_key.h"
#include "validator/said.h"

struct attester {
    struct said *said;            /* open; the caller's */
    const struct secret_key *key; /* an Ed25519 key; the caller's */
    uint8_t looked[ID_LEN];       /* the best tip that was looked at last */
    uint8_t refused[ID_LEN]; /* the last checkpoint that what was signed before speaks against */
};

enum attester_answer { ATTESTER_TROUBLE = -1, ATTESTER_NOTHING, ATTESTER_SIGNED, ATTESTER_REFUSED };

/* Looks at the tree's best chain, to whose tip the tree moves, and appends the line that is to be
 * signed now, with its newline, to *out: it stands in the file already. For each new tip, and after
 * a restart, that is the same line again, as long as no block holds it: whoever has dropped it gets
 * it once more. ATTESTER_NOTHING: there is no new tip, no checkpoint, or the key's lines do not
 * count there. ATTESTER_REFUSED: it would contradict what was signed before; *f says what, once for
 * each checkpoint. ATTESTER_TROUBLE: *f. */
enum attester_answer attester_next(struct attester *a, struct tree *t, struct buf *out,
                                   struct fault *f);

#endif
