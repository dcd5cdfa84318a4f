/* From which peer each recent record arrived first, so that what this node's programs say of it
 * later reaches that peer. The oldest are forgotten: it holds the newest ORIGINS_MAX, at most twice
 * as many. */
#ifndef GOSSIP_ORIGINS_H
#define GOSSIP_ORIGINS_H

#include "base/idmap.h"

#define ORIGINS_MAX (1 << 15)

/* Where a record came from: the peer's number and slot, and the number of its announcement. */
struct origin {
    uint8_t id[IDMAP_ID_LEN];
    uint64_t peer;
    int64_t announcement;
    uint16_t slot;
    bool costly; /* it is no peer record */
};

struct origins {
    struct idmap young, old;
};

void origins_init(struct origins *o, uint64_t seed);
void origins_free(struct origins *o);

/* Notes where a record came from; the id in *from is not used. Out of memory, it does nothing. */
void origins_add(struct origins *o, const uint8_t id[IDMAP_ID_LEN], const struct origin *from);

/* Whether the record has an entry. */
bool origins_has(const struct origins *o, const uint8_t id[IDMAP_ID_LEN]);

/* Finds and removes the record's entry: whether there is one. */
bool origins_take(struct origins *o, const uint8_t id[IDMAP_ID_LEN], struct origin *from);

#endif
