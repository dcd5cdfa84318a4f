/* Recent transactions by the first bytes of their ids, for filling compact blocks. The oldest are
 * forgotten; it holds the newest RECENTS_BYTES, at most twice as many. */
#ifndef GOSSIP_RECENTS_H
#define GOSSIP_RECENTS_H

#include "base/idmap.h"
#include "gossip/wire.h"

#include "base/buf.h"

#define RECENTS_BYTES (16 << 20)
#define RECENTS_MAX (1 << 16) /* in each of the two halves */

struct recents {
    struct recents_half {
        struct idmap places;
        struct buf lines;
    } young, old;
};

void recents_init(struct recents *r, uint64_t seed);
void recents_free(struct recents *r);

/* Adds a line, without its newline, under its id; does nothing if there is no memory. */
void recents_add(struct recents *r, const uint8_t id[ID_LEN], const char *line, size_t len);

/* The line whose id begins like this; text NULL: none. Valid until the next recents_add. */
struct field recents_find(const struct recents *r, const uint8_t id[WIRE_SHORT_LEN]);

#endif
