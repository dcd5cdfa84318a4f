/*
 * What the engine `peer` sends: bytes of a connection between two nodes, as a network that may lose
 * and reorder them carries them. As text, a line `peer KIND CONNECTION NUMBER BYTES`, then the
 * bytes, which are lines of gossip(7), and a newline if they do not end with one.
 */
#ifndef SIMPEER_PEER_ITEM_H
#define SIMPEER_PEER_ITEM_H

#include "consensus/engine.h"

#define PEER_ITEM_MAX (1 << 20) /* bytes in one */

enum peer_item_kind {
    PEER_DIAL,  /* the first bytes from the side that dials */
    PEER_DATA,  /* further ones, or the first from the side that was dialed */
    PEER_CLOSE, /* the connection is closed: no bytes */
};

struct peer_item {
    struct engine_item item; /* item.kind: enum peer_item_kind */
    uint32_t connection;     /* a number that the side that dialed has drawn */
    uint32_t number;         /* of the items of a side in a connection, from 1; 0: of a CLOSE */
    size_t len;
    char bytes[];
};

/* An item with a copy of these bytes. The reference is the caller's. NULL: no memory. */
struct peer_item *peer_item_new(enum peer_item_kind kind, uint32_t connection, uint32_t number,
                                const char *bytes, size_t n);

/* As the functions of struct engine_type. */
void peer_item_free(struct engine_item *item);
int peer_item_format(const struct engine_item *item, const struct node_names *names,
                     struct buf *out);
struct engine_item *peer_item_parse(const char *text, size_t n, size_t *used,
                                    struct node_names *names, struct fault *f);

#endif
