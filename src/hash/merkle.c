#include "hash/merkle.h"

#include "base/hex.h"

#include <string.h>

/* The text of an inner node, which is hashed. */
struct pair {
    char text[4 * SHA256_LEN + 1];
};

static void make_pair(const uint8_t left[SHA256_LEN], const uint8_t right[SHA256_LEN],
                      struct pair *pair)
{
    hex_encode(pair->text, left, SHA256_LEN);
    pair->text[2 * SHA256_LEN] = ' ';
    hex_encode(pair->text + 2 * SHA256_LEN + 1, right, SHA256_LEN);
}

void merkle_node(const uint8_t left[SHA256_LEN], const uint8_t right[SHA256_LEN],
                 uint8_t out[SHA256_LEN])
{
    struct pair pair;
    make_pair(left, right, &pair);
    sha256(pair.text, sizeof pair.text, out);
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
        merkle_node(m->peaks[top - 1], m->peaks[top], m->peaks[top - 1]);
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
        merkle_node(m->peaks[top], root, root);
}

size_t merkle_path_len(uint64_t index, uint64_t count)
{
    size_t n = 0;
    for (; count > 1; index >>= 1, count = count / 2 + count % 2)
        n += (index ^ 1) < count;
    return n;
}

/* Joins neighbours in pairs; an odd one at the end moves up unchanged. Gives how many are left. */
static size_t join_level(uint8_t (*nodes)[SHA256_LEN], size_t count)
{
    struct pair pairs[SHA256_LANES];
    struct sha256_text texts[SHA256_LANES];
    for (size_t i = 0; i + 1 < count;) {
        size_t n = 0;
        for (; n < SHA256_LANES && i + 1 < count; n++, i += 2) {
            make_pair(nodes[i], nodes[i + 1], &pairs[n]);
            texts[n] = (struct sha256_text){pairs[n].text, sizeof pairs[n].text, nodes[i / 2]};
        }
        sha256_all(texts, n);
    }
    if (count % 2)
        memmove(nodes[count / 2], nodes[count - 1], SHA256_LEN);
    return count / 2 + count % 2;
}

void merkle_root_of(uint8_t (*leaves)[SHA256_LEN], size_t count, uint8_t root[SHA256_LEN])
{
    if (count == 0) {
        sha256("", 0, root);
        return;
    }
    while (count > 1)
        count = join_level(leaves, count);
    memcpy(root, leaves[0], SHA256_LEN);
}

/* RFC 9162's definition gives the same root: whole subtrees join first. */
size_t merkle_path(uint8_t (*leaves)[SHA256_LEN], size_t count, size_t index,
                   uint8_t path[MERKLE_PATH_MAX][SHA256_LEN])
{
    size_t n = 0;
    for (; count > 1; index >>= 1) {
        if ((index ^ 1) < count)
            memcpy(path[n++], leaves[index ^ 1], SHA256_LEN);
        count = join_level(leaves, count);
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
            merkle_node(*path++, root, root);
        else
            merkle_node(root, *path++, root);
    }
    return 0;
}
