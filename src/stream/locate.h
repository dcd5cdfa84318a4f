/* Finds the lines in the body of a broken block that are invalid by themselves, whatever its header
 * says. */
#ifndef STREAM_LOCATE_H
#define STREAM_LOCATE_H

#include "stream/stream.h"

/* The most lines of one block that are reported. */
#define LOCATE_MAX 100

/* Called for each faulty line, in order. */
typedef void locate_tell(void *self, const struct fault *f);

/* Reports the body's lines that are malformed or have an invalid signature, up to LOCATE_MAX,
 * except the line that item->fault names. pool NULL: signatures are not checked. The item must be
 * broken, have its header, and still be in its batch. *more is the number of faulty lines beyond
 * the limit. 0, or -1 and trouble. */
int locate_faults(const struct item *item, struct sigpool *pool, locate_tell *tell, void *self,
                  uint64_t *more, struct fault *f);

/* In block.c: parses a line of the item's body. 0, or -1 and a rule. */
int stream_parse_entry(struct item *item, struct entry *e, const struct line *line,
                       struct fault *f);

#endif
