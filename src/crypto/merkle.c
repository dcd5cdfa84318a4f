#include "crypto/merkle.h"

#include "base/hex.h"

#include <string.h>

/* out may be one of the two. */
static void inner_node(const uint8_t left[SHA256_LEN], const uint8_t right[SHA256_LEN],
                       uint8_t out[SHA256_LEN])
{
    char text[4 * SHA256_LEN + 1];
    hex_encode(text, left, SHA256_LEN);
    text[2 * SHA256_LEN] = ' ';
    hex_encode(text + 2 * SHA256_LEN + 1, right, SHA256_LEN);
    sha256(text, sizeof text, out);
}

void merkle_init(struct merkle *m)
{
    m->count = 0;
}

/* Adding one to count carries through its trailing ones; each carry joins two peaks of one size. */
void merkle_add(struct merkle *m, const uint8_t leaf[SHA256_LEN])
{
    int top = __builtin_popcountll(m->count);
    memcpy(m->peaks[top], leaf, SHA256_LEN);
    for (uint64_t carry = m->count; carry & 1; carry >>= 1, top--)
        inner_node(m->peaks[top - 1], m->peaks[top], m->peaks[top - 1]);
    m->count++;
}

/* The left subtree is always the largest peak, so the smaller ones join first. */
void merkle_root(const struct merkle *m, uint8_t root[SHA256_LEN])
{
    int top = __builtin_popcountll(m->count) - 1;
    if (top < 0) {
        sha256("", 0, root);
        return;
    }
    memcpy(root, m->peaks[top], SHA256_LEN);
    while (top-- > 0)
        inner_node(m->peaks[top], root, root);
}
