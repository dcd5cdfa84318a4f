#include "paxos/paxos_item.h"

#include "paxos/paxos.h"

#include <stdlib.h>
#include <string.h>

const struct paxos_form paxos_forms[PAXOS_KINDS] = {
    [PAXOS_PREPARE] = {"prepare", "bs", 0},
    [PAXOS_PROMISE] = {"promise", "bs", 'p'},
    [PAXOS_REJECT] = {"reject", "b", 0},
    [PAXOS_ACCEPT] = {"accept", "bscn", 'v'},
    [PAXOS_ACCEPTED] = {"accepted", "bskn", 0},
    [PAXOS_CHOSEN] = {"chosen", "sc", 'v'},
    [PAXOS_FETCH] = {"fetch", "s", 0},
    [PAXOS_FORWARD] = {"forward", "", 'v'},
    [PAXOS_READ] = {"read", "xn", 0},
    [PAXOS_READ_AT] = {"readat", "xns", 0},
    [PAXOS_ASK] = {"ask", "x", 0},
    [PAXOS_ANSWER] = {"answer", "xnfy", 0},
    [PAXOS_PROMISED] = {"promised", "b", 0},
    [PAXOS_BORN] = {"born", "", 'm'},
    [PAXOS_SNAPSHOT] = {"snapshot", "sk", 'a'},
};

bool paxos_value_equal(const struct paxos_value *a, const struct paxos_value *b)
{
    if (a->id.client != b->id.client || a->id.serial != b->id.serial)
        return false;
    if (a->payload == b->payload)
        return true;
    return a->payload != NULL && b->payload != NULL && a->payload->len == b->payload->len &&
           memcmp(a->payload->text, b->payload->text, a->payload->len) == 0;
}

struct paxos_item *paxos_item_new(enum paxos_kind kind, size_t count)
{
    const size_t size = sizeof(struct paxos_item) + count * sizeof(struct paxos_entry);
    struct paxos_item *x = malloc(size); /* calloc would not take what free has just put aside */
    if (x == NULL)
        return NULL;
    memset(x, 0, size);
    x->head = (struct engine_item){.references = 1, .kind = kind, .type = &paxos_engine};
    x->count = count;
    return x;
}

void paxos_item_free(struct engine_item *item)
{
    struct paxos_item *x = (struct paxos_item *)item;
    for (size_t i = 0; i < x->count; i++)
        payload_unref(x->entries[i].value.payload);
    payload_unref(x->state);
    applied_free(&x->applied);
    free(x);
}
