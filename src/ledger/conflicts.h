/* A bounded memory of checkpoints, which notices where one key has signed for two blocks at one
 * height. */
#ifndef LEDGER_CONFLICTS_H
#define LEDGER_CONFLICTS_H

#include "record/checkpoint.h"

#define CONFLICTS_KEYS_MAX 1024

struct conflicts;

/* A memory of so many checkpoints, at least 1, by keys that are known, and of as many by all
 * others, who can so push out nobody's but each other's: the oldest leaves for the newest. NULL: no
 * memory. */
struct conflicts *conflicts_new(size_t limit);
void conflicts_free(struct conflicts *c);

/* From here on the checkpoints of this key stand with those of known ones; CONFLICTS_KEYS_MAX are
 * taken, no more. 0, or -1: no memory. */
int conflicts_know(struct conflicts *c, const uint8_t key[ID_LEN]);

/* Adds a checkpoint whose signature holds. 1: it contradicts an earlier one of its key, chain and
 * height, whose line is *earlier (the memory's, good until the next call), and this is the first
 * time; 0 it does not; -1: no memory. */
int conflicts_add(struct conflicts *c, const struct checkpoint *x, struct field *earlier);

#endif
