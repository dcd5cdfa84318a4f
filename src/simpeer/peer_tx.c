#include "simpeer/peer_tx.h"

#include "base/hex.h"
#include "hash/sha256.h"

#include <string.h>

static int add_hex(struct buf *out, const uint8_t *bytes, size_t n)
{
    if (buf_reserve(out, 2 * n + 1))
        return -1;
    hex_encode(out->data + out->len, bytes, n);
    out->len += 2 * n;
    return 0;
}

int peer_tx_make(const void *bytes, size_t n, struct buf *out, uint8_t id[ID_LEN])
{
    uint8_t chain[ID_LEN], drawn[2 * ID_LEN + SIGNATURE_LEN];
    const size_t at = out->len;
    memset(chain, PEER_CHAIN_BYTE, ID_LEN);
    sha256(bytes, n, drawn);
    for (size_t i = ID_LEN; i < sizeof drawn; i += ID_LEN)
        sha256(drawn, i, drawn + i);
    if (buf_add_string(out, "tx ") || add_hex(out, chain, ID_LEN) || buf_add_string(out, " ") ||
        add_hex(out, drawn, ID_LEN) || buf_add_string(out, " 0 1 pay ") ||
        add_hex(out, drawn + ID_LEN, ID_LEN) || buf_add_string(out, " 1 - ") ||
        add_hex(out, drawn + (size_t)2 * ID_LEN, SIGNATURE_LEN))
        return -1;
    sha256(out->data + at, out->len - at, id);
    return buf_add_string(out, "\n");
}
