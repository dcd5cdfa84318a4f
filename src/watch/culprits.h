/*
 * A bounded memory of lines that members signed: votes, proposals, attest lines, headers. It finds
 * two by one key that no honest member signs, which are the evidence of an accusation (block(5),
 * "Members": accuse).
 */
#ifndef WATCH_CULPRITS_H
#define WATCH_CULPRITS_H

#include "record/evidence.h"

struct culprits;

/* A memory of `limit` lines of ledgers, at least 1, and of as many others, so that lines of
 * strangers displace no line of a block; the oldest is displaced first. NULL: no memory. */
struct culprits *culprits_new(size_t limit);
void culprits_free(struct culprits *c);

/* Adds a line of this chain (a header does not name its own), whose form was checked; of_ledger: it
 * stands in a valid block. 1: with an earlier one it is evidence, *one and *other, in the order in
 * which `accuse` takes them, and the first against this key on this chain; they are valid until the
 * next call. 0: it is not; -1: no memory. */
int culprits_add(struct culprits *c, const uint8_t chain[ID_LEN], const struct evidence *e,
                 bool of_ledger, struct evidence *one, struct evidence *other);

#endif
