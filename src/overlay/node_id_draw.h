/* Ids drawn at random. */
#ifndef OVERLAY_NODE_ID_DRAW_H
#define OVERLAY_NODE_ID_DRAW_H

#include "base/chance.h"
#include "lookup/node_id.h"

/* The next id of the stream; advances *chance. */
static inline struct node_id node_id_draw(uint64_t *chance)
{
    struct node_id id;
    for (int i = 0; i < NODE_ID_LEN; i += 4) {
        const uint64_t drawn = chance_next(chance);
        for (int j = 0; j < 4; j++)
            id.bytes[i + j] = (uint8_t)(drawn >> (56 - 8 * j));
    }
    return id;
}

#endif
