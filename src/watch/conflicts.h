/* A bounded memory of checkpoints that detects when one key has signed two blocks at one height. */
#ifndef WATCH_CONFLICTS_H
#define WATCH_CONFLICTS_H

#include "record/checkpoint.h"

#define CONFLICTS_KEYS_MAX 1024

struct conflicts;

/* A memory of `limit` checkpoints, at least 1, by known keys, and of as many by all other keys, so
 * that the others evict only each other's; the oldest is evicted first. NULL: no memory. */
struct conflicts *conflicts_new(size_t limit);
void conflicts_free(struct conflicts *c);

/* Makes a key known, unless CONFLICTS_KEYS_MAX are. 0, or -1: no memory. */
int conflicts_know(struct conflicts *c, const uint8_t key[ID_LEN]);

/* Adds a checkpoint with a valid signature. 1: it is the first to contradict an earlier one by its
 * key for its chain and height, whose line is *earlier (owned by the memory, valid until the next
 * call); 0 otherwise; -1: no memory. */
int conflicts_add(struct conflicts *c, const struct checkpoint *x, struct field *earlier);

#endif
