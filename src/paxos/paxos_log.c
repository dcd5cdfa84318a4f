#include "paxos/paxos_log.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

struct paxos_slot *paxos_log_reach(struct paxos_log *l, uint64_t slot)
{
    size_t want = (size_t)(slot - l->base);
    if (want <= l->count)
        return &l->list[l->first + want - 1];
    if (l->first + want > l->cap && l->first > 0) {
        memmove(l->list, l->list + l->first, l->count * sizeof *l->list);
        l->first = 0;
    }
    if (ARRAY_RESERVE(l->list, l->cap, l->first + want) != 0)
        return NULL;
    memset(l->list + l->first + l->count, 0, (want - l->count) * sizeof *l->list);
    for (; l->count < want; l->count++)
        l->list[l->first + l->count].value.id.client = NODE_NONE;
    return &l->list[l->first + want - 1];
}

void paxos_slot_set(struct paxos_slot *s, const struct paxos_value *value)
{
    payload_ref(value->payload);
    payload_unref(s->value.payload);
    s->value = *value;
}

void paxos_log_drop(struct paxos_log *l, uint64_t slot)
{
    while (l->count > 0 && l->base < slot) {
        payload_unref(l->list[l->first].value.payload);
        l->first++;
        l->count--;
        l->base++;
    }
    if (l->count == 0)
        l->first = 0;
    if (l->base < slot)
        l->base = slot;
}

void paxos_log_reset(struct paxos_log *l, uint64_t base)
{
    paxos_log_drop(l, paxos_log_end(l));
    l->base = base;
}

void paxos_log_free(struct paxos_log *l)
{
    paxos_log_reset(l, 0);
    free(l->list);
    *l = (struct paxos_log){0};
}
