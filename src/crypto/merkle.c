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

size_t merkle_path_len(uint64_t index, uint64_t count)
{
    size_t n = 0;
    for (; count > 1; index >>= 1, count = count / 2 + count % 2)
        n += (index ^ 1) < count;
    return n;
}

/* Level by level: each two neighbours join, one that is left alone at the end goes up as it is. The
 * root of RFC 9162's definition is the same: whole subtrees join first. */
size_t merkle_path(uint8_t (*leaves)[SHA256_LEN], size_t count, size_t index,
                   uint8_t path[MERKLE_PATH_MAX][SHA256_LEN])
{
    size_t n = 0;
    for (; count > 1; index >>= 1, count = count / 2 + count % 2) {
        if ((index ^ 1) < count)
            memcpy(path[n++], leaves[index ^ 1], SHA256_LEN);
        for (size_t i = 0; i + 1 < count; i += 2)
            inner_node(leaves[i], leaves[i + 1], leaves[i / 2]);
        if (count % 2)
            memmove(leaves[count / 2], leaves[count - 1], SHA256_LEN);
    }
    return n;
}

int merkle_climb(const uint8_t leaf[SHA256_LEN], uint64_t index, uint64_t count,
                 const uint8_t (*path)[SHA256_LEN], size_t n, uint8_t root[SHA256_LEN])
{
    if (index >= count || n != merkle_path_len(index, count))
        return -1;
    memmove(root, leaf, SHA256_LEN);
    for (; count > 1; index >>= 1, count = count / 2 + count % 2) {
        if ((index ^ 1) >= count)
            continue;
        if (index & 1)
            inner_node(*path++, root, root);
        else
            inner_node(root, *path++, root);
    }
    return 0;
}
