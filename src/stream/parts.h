/* What the files of stream/ share. */
#ifndef STREAM_PARTS_H
#define STREAM_PARTS_H

#include "stream/stream.h"

#define HASHED_TOGETHER 16 /* lines that are hashed side by side */

struct stream {
    struct lines *lines;
    struct line held; /* a line read but not yet used: the header that ended the previous block */
    bool has_held;
    uint64_t limit;
    const struct record_type *only; /* of others, only the form is checked; NULL: all are parsed */
};

/* Whether the item itself is signed, and not its entries. */
static inline bool item_is_signed(const struct item *item)
{
    return item->type && item->type->fields;
}

/* Whether a line of a body is one that a member signs. */
static inline bool entry_is_signed(const struct entry *e)
{
    return e->type == &vote_type || e->type == &attest_type;
}

/* Marks the item as broken at this line, unless it already is. */
void item_break(struct item *item, uint64_t line, const struct fault *why);

/* The next line of the stream: 1, 0 at its end, or -1 and trouble. */
int stream_line(struct stream *s, struct line *line, struct fault *f);

/* Adds an entry, all zero. NULL: no memory. */
struct entry *batch_add_entry(struct batch *b);

/* Counts a line of the item and keeps its bytes. 0, or -1: no memory. */
int item_take_line(struct batch *b, struct item *item, const struct line *line);

/* --- block.c --- */

/* Reads a block that begins with this header: its lines up to the next header, or as many as it
 * counts. 0, or -1 and trouble. */
int block_read(struct stream *s, struct batch *b, struct item *item, const struct line *line,
               struct fault *f);

#endif
