/* The bounded room where blocks wait for their parents. */
#ifndef LEDGER_WAITING_H
#define LEDGER_WAITING_H

#include "stream/stream.h"

#define WAITING_BYTES_MAX (64 << 20)
#define WAITING_BLOCKS_MAX 4096

struct waiting;

struct waiting *waiting_new(void); /* NULL: no memory */
void waiting_free(struct waiting *w);

/* Lets a block in, its bytes copied, unless it waits already. 0, or -1: no memory. */
int waiting_add(struct waiting *w, const struct item *item);

/* Takes out one block whose parent has this id: 1 and *b then holds it alone, good until the next
 * call with b; 0 where none waits; -1 and trouble. */
int waiting_take(struct waiting *w, const uint8_t parent[ID_LEN], struct batch *b, struct fault *f);

/* Takes out the oldest block where there are more than the room holds, or, with all, whatever is
 * there: 1, its id, its line in the stream that brought it and its parent's id; 0 where none is to
 * go. */
int waiting_leave(struct waiting *w, bool all, uint8_t id[ID_LEN], uint64_t *line,
                  uint8_t parent[ID_LEN]);

#endif
