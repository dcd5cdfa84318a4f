#include "lookup/bound_id.h"

uint32_t crc32c(const uint8_t *bytes, size_t n)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

struct node_id bound_id_make(const uint8_t *host, uint8_t host_len, const struct node_id *chance)
{
    static const uint8_t mask4[] = {0x03, 0x0f, 0x3f, 0xff};
    static const uint8_t mask6[] = {0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff};
    const uint8_t *mask = host_len == 4 ? mask4 : mask6;
    const uint8_t drawn = chance->bytes[NODE_ID_LEN - 1];
    const size_t n = host_len == 4 ? sizeof mask4 : sizeof mask6;
    uint8_t masked[sizeof mask6];
    for (size_t i = 0; i < n; i++)
        masked[i] = host[i] & mask[i];
    masked[0] = (uint8_t)(masked[0] | (drawn & 7) << 5);
    const uint32_t crc = crc32c(masked, n);
    struct node_id id = *chance;
    id.bytes[0] = (uint8_t)(crc >> 24);
    id.bytes[1] = (uint8_t)(crc >> 16);
    id.bytes[2] = (uint8_t)((crc >> 8 & 0xf8) | (chance->bytes[2] & 7));
    return id;
}

bool bound_id_valid(const struct contact *c)
{
    if (contact_is_local(c))
        return true;
    const struct node_id made = bound_id_make(c->host, c->host_len, &c->id);
    return node_id_equal(&made, &c->id);
}
