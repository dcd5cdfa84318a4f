#include "lookup/node_id.h"

#include <string.h>

bool node_id_equal(const struct node_id *a, const struct node_id *b)
{
    return memcmp(a->bytes, b->bytes, NODE_ID_LEN) == 0;
}

int node_id_compare(const struct node_id *target, const struct node_id *a, const struct node_id *b)
{
    int i = 0;
    while (i < NODE_ID_LEN - 1 && a->bytes[i] == b->bytes[i])
        i++;
    return (a->bytes[i] ^ target->bytes[i]) - (b->bytes[i] ^ target->bytes[i]);
}

unsigned node_id_common(const struct node_id *a, const struct node_id *b)
{
    for (unsigned i = 0; i < NODE_ID_LEN; i++) {
        const unsigned differ = a->bytes[i] ^ b->bytes[i];
        if (differ)
            return 8 * i + (unsigned)__builtin_clz(differ) - 24;
    }
    return NODE_ID_BITS;
}

struct node_id node_id_join(const struct node_id *head, unsigned bits, const struct node_id *tail)
{
    struct node_id id = *tail;
    memcpy(id.bytes, head->bytes, bits / 8);
    if (bits % 8) {
        const uint8_t mask = (uint8_t)(0xff00 >> bits % 8);
        id.bytes[bits / 8] = (uint8_t)((head->bytes[bits / 8] & mask) |
                                       (tail->bytes[bits / 8] & ~mask));
    }
    return id;
}

struct node_id node_id_flip(struct node_id id, unsigned bit)
{
    id.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    return id;
}
