#include "raft/raft_item.h"

#include "raft/raft.h"

#include <stdlib.h>
#include <string.h>

struct raft_item *raft_item_new(enum raft_kind kind, size_t n)
{
    struct raft_item *x = malloc(sizeof *x + n * sizeof x->entries[0]);
    if (x == NULL)
        return NULL;
    memset(x, 0, sizeof *x);
    x->head = (struct engine_item){.references = 1, .kind = kind, .type = &raft_engine};
    x->node = NODE_NONE;
    return x;
}

void raft_item_free(struct engine_item *item)
{
    struct raft_item *x = (struct raft_item *)item;
    for (uint32_t i = 0; i < x->count; i++)
        payload_unref(x->entries[i].payload);
    payload_unref(x->payload);
    free(x);
}

void raft_item_add(struct raft_item *x, const struct raft_entry *list, size_t n)
{
    struct raft_entry *to = x->entries + x->count;
    if (n > 0)
        memcpy(to, list, n * sizeof *list);
    for (size_t i = 0; i < n; i++) {
        payload_ref(to[i].payload);
        to[i].total = 0;
    }
    x->count += (uint32_t)n;
}
