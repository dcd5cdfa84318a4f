#include "dht/krpc.h"

#include <string.h>

size_t compact_put(const struct contact *c, uint8_t out[COMPACT_MAX])
{
    memcpy(out, c->host, c->host_len);
    out[c->host_len] = (uint8_t)(c->port >> 8);
    out[c->host_len + 1] = (uint8_t)c->port;
    return c->host_len + 2U;
}

bool compact_get(const uint8_t *bytes, size_t n, struct contact *c)
{
    *c = (struct contact){0};
    if (n != 6 && n != 18)
        return false;
    c->host_len = (uint8_t)(n - 2);
    memcpy(c->host, bytes, c->host_len);
    c->port = (uint16_t)(bytes[n - 2] << 8 | bytes[n - 1]);
    return c->port != 0;
}

size_t compact_put_node(const struct contact *c, uint8_t out[COMPACT_NODE_MAX])
{
    memcpy(out, c->id.bytes, NODE_ID_LEN);
    return NODE_ID_LEN + compact_put(c, out + NODE_ID_LEN);
}

size_t compact_get_nodes(struct krpc_bytes nodes, uint8_t host_len, struct contact *out,
                         size_t most)
{
    size_t step = NODE_ID_LEN + host_len + 2U, count = 0;
    for (size_t at = 0; nodes.len - at >= step && count < most; at += step) {
        if (!compact_get(nodes.at + at + NODE_ID_LEN, step - NODE_ID_LEN, &out[count]))
            continue;
        memcpy(out[count].id.bytes, nodes.at + at, NODE_ID_LEN);
        count++;
    }
    return count;
}
