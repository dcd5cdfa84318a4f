/* Where a broken block is at fault: the lines of its body that do not hold by themselves, whatever
 * its header says. */
#ifndef STREAM_LOCATE_H
#define STREAM_LOCATE_H

#include "stream/stream.h"

/* How many lines of one block are named. */
#define LOCATE_MAX 100

/* Is told of each, in order. */
typedef void locate_tell(void *self, const struct fault *f);

/* Tells of the body's lines that are malformed or hold a false signature, up to LOCATE_MAX, except
 * the one that item->fault names; pool NULL: signatures are not looked at. The item is broken, has
 * its header, and is still in its batch. *more is how many there are beyond. 0, or -1 and trouble.
 */
int locate_faults(const struct item *item, struct sigpool *pool, locate_tell *tell, void *self,
                  uint64_t *more, struct fault *f);

/* stream.c's: parses a line of the item's body. 0, or -1 and a rule. */
int stream_parse_entry(struct item *item, struct entry *e, const struct line *line,
                       struct fault *f);

#endif
