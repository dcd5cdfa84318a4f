/* Recent transactions by the first bytes of their ids, for filling compact blocks. The oldest are
 * forgotten; it holds the newest RECENT_TXS_BYTES, at most twice as many. */
#ifndef GOSSIP_RECENT_TXS_H
#define GOSSIP_RECENT_TXS_H

#include "wire/wire.h"

#define RECENT_TXS_BYTES (16 << 20)
#define RECENT_TXS_MAX (1 << 16) /* in each of the two halves */

/* A line, and the first bytes of its id. */
struct recent_tx {
    uint64_t start;
    uint32_t at, len; /* in its half's text; len 0: the slot is free */
};

struct recent_txs {
    uint64_t factor; /* of the hash (Dietzfelbinger et al., "multiply-shift", 1997): secret, odd */
    struct recent_txs_half {
        struct recent_tx *slots; /* open addressing; never more than half of them are used */
        size_t count, cap;       /* cap: a power of two, or 0 */
        char *text;              /* the lines, one after the other */
        size_t len, room;        /* bytes in use, and in all */
        size_t touched;          /* ... of which so many have pages already */
    } young, old;
};

void recent_txs_init(struct recent_txs *r, uint64_t seed);
void recent_txs_free(struct recent_txs *r);

/* Adds a line of at least one byte, without its newline, under its id; does nothing if there is no
 * memory. */
void recent_txs_add(struct recent_txs *r, const uint8_t id[ID_LEN], const char *line, size_t len);

/* Prefetches what recent_txs_find and recent_txs_add will read, so many ids ahead of them. */
#define RECENT_TXS_AHEAD 16
void recent_txs_prefetch(const struct recent_txs *r, const uint8_t id[WIRE_SHORT_LEN]);

/* The line whose id begins like this; text NULL: none. Valid until the next recent_txs_add. */
struct field recent_txs_find(const struct recent_txs *r, const uint8_t id[WIRE_SHORT_LEN]);

#endif
