#define HASH_NONFATAL_OOM 1
/* A proposal_key: one multiplication instead of a pass over its bytes. */
#define HASH_FUNCTION(key, length, hash)                                                           \
    do {                                                                                           \
        const struct proposal_key *k_ = (const void *)(key);                                       \
        uint64_t mixed_ = (k_->serial + (k_->client << 40)) * 0x9e3779b97f4a7c15;                  \
        (hash) = (unsigned)(mixed_ >> 32);                                                         \
    } while (0)
#include "consensus/proposals.h"

#include <stdlib.h>
#include <uthash.h>

struct proposal *proposals_find(const struct proposals *p, struct proposal_id id)
{
    struct proposal_key key = {.serial = id.serial, .client = id.client};
    struct proposal *found;
    HASH_FIND(hh, p->list, &key, sizeof key, found);
    return found;
}

bool proposals_full(const struct proposals *p, size_t bytes)
{
    return proposals_count(p) >= PROPOSALS_MAX || p->bytes + bytes > PROPOSALS_BYTES_MAX;
}

int proposals_add(struct proposals *p, struct proposal_id id, struct payload *payload)
{
    if (proposals_find(p, id) != NULL)
        return 0;
    struct proposal *x = malloc(sizeof *x);
    if (x == NULL)
        return -1;
    *x = (struct proposal){.key = {.serial = id.serial, .client = id.client}};
    HASH_ADD(hh, p->list, key, sizeof x->key, x);
    if (x->hh.tbl == NULL) { /* no memory */
        free(x);
        return -1;
    }
    x->payload = payload_ref(payload);
    p->bytes += payload->len;
    if (p->next == NULL)
        p->next = x;
    return 1;
}

struct proposal *proposals_take(struct proposals *p)
{
    struct proposal *x = p->next;
    if (x != NULL)
        p->next = x->hh.next;
    return x;
}

void proposals_remove(struct proposals *p, struct proposal *x)
{
    if (p->next == x)
        p->next = x->hh.next;
    p->bytes -= x->payload->len;
    HASH_DELETE(hh, p->list, x);
    payload_unref(x->payload);
    free(x);
}

void proposals_clear(struct proposals *p)
{
    while (p->list != NULL)
        proposals_remove(p, p->list);
}
