/*
 * The Merkle tree of RFC 9162, in the form of block(5): the leaves are ids, an inner node is the
 * SHA-256 of the text "LEFT RIGHT" (two hashes in hex and a space), and the root of no leaves is
 * the SHA-256 of the empty text. Leaves are added one at a time; memory is one hash a level.
 *
 * RFC 9162 (section 2.1.1) distinguishes leaves from inner nodes by a prefix byte; here their texts
 * differ. The text of an inner node is 129 bytes, of which the first 64 are hex digits. The text of
 * a leaf is a record, which begins with the name of its type (tx, rule, grant), and no type's name
 * has 64 hex digits. So no text is both, as a transaction of 64 bytes can be in Bitcoin
 * (CVE-2017-12842).
 */
#ifndef HASH_MERKLE_H
#define HASH_MERKLE_H

#include "hash/sha256.h"

/* The hash of an inner node; out may be one of the two. */
void merkle_node(const uint8_t left[SHA256_LEN], const uint8_t right[SHA256_LEN],
                 uint8_t out[SHA256_LEN]);

struct merkle {
    uint64_t count;                /* leaves so far */
    uint8_t peaks[64][SHA256_LEN]; /* roots of the complete subtrees, one for each bit set in count,
                                      largest first */
};

void merkle_init(struct merkle *m);
void merkle_add(struct merkle *m, const uint8_t leaf[SHA256_LEN]);
void merkle_root(const struct merkle *m, uint8_t root[SHA256_LEN]);

/* The same root from all leaves at once, which are overwritten: level by level, so many nodes can
 * be hashed side by side. */
void merkle_root_of(uint8_t (*leaves)[SHA256_LEN], size_t count, uint8_t root[SHA256_LEN]);

/* The most hashes in a path: the height of a tree of 2^63 leaves. */
#define MERKLE_PATH_MAX 63

/* The number of hashes in the path of leaf `index` out of `count`; index is below count, which is
 * at most 2^63. */
size_t merkle_path_len(uint64_t index, uint64_t count);

/* The path of leaf `index` (RFC 9162, section 2.1.3.1): the hashes that it is joined with on the
 * way to the root, its sibling first. Overwrites the count leaves: leaves[0] is then the root.
 * Gives the path's length. */
size_t merkle_path(uint8_t (*leaves)[SHA256_LEN], size_t count, size_t index,
                   uint8_t path[MERKLE_PATH_MAX][SHA256_LEN]);

/* The root to which a path of n hashes leads from the leaf (RFC 9162, section 2.1.3.2). 0, or -1 if
 * n is not the length for this index and count (at most 2^63), or index is not below count. */
int merkle_climb(const uint8_t leaf[SHA256_LEN], uint64_t index, uint64_t count,
                 const uint8_t (*path)[SHA256_LEN], size_t n, uint8_t root[SHA256_LEN]);

#endif
