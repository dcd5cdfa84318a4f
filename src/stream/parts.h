/* What the files of stream/ share. */
#ifndef STREAM_PARTS_H
#define STREAM_PARTS_H

#include "stream/stream.h"

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

#endif
