/* A bounded queue of orphans: blocks that wait for their parents. */
#ifndef MEMPOOL_ORPHANS_H
#define MEMPOOL_ORPHANS_H

#include "stream/stream.h"

#define ORPHANS_BYTES_MAX (64 << 20)
#define ORPHANS_BLOCKS_MAX 4096

struct orphans;

struct orphans *orphans_new(void); /* NULL: no memory */
void orphans_free(struct orphans *w);

/* Adds a copy of a block, unless the queue has it. 0, or -1: no memory. */
int orphans_add(struct orphans *w, const struct item *item);

/* Removes one block whose parent has this id: 1, and *b then has only this block, valid until the
 * next call with b; 0 if there is none; -1 and trouble. */
int orphans_take(struct orphans *w, const uint8_t parent[ID_LEN], struct batch *b, struct fault *f);

/* Removes the oldest block if the queue exceeds its bounds, or, with all, in any case: 1, its id,
 * its line in the stream that it arrived in, and its parent's id; 0 if none had to go. */
int orphans_evict(struct orphans *w, bool all, uint8_t id[ID_LEN], uint64_t *line,
                  uint8_t parent[ID_LEN]);

#endif
