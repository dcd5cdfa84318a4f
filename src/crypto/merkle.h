/*
 * The Merkle tree of RFC 9162 in the shape that block(5) gives it: leaves are ids as they are, an
 * inner node is the SHA-256 of the text "LEFT RIGHT" (two hashes in hex, one space), the root of no
 * leaves is the SHA-256 of nothing. Leaves come one at a time; memory is one hash a level.
 *
 * No byte tells leaves from inner nodes, as RFC 9162 has it; their texts do. That of an inner node
 * is 129 bytes that begin with a hex digit; that of a leaf is a record, which begins with the name
 * of its type (tx, rule, grant), and none of those is 64 hex digits long. So no record is an inner
 * node, or the other way round, as a transaction of 64 bytes can be in Bitcoin (CVE-2017-12842).
 */
#ifndef CRYPTO_MERKLE_H
#define CRYPTO_MERKLE_H

#include "crypto/sha256.h"

struct merkle {
    uint64_t count;                /* leaves so far */
    uint8_t peaks[64][SHA256_LEN]; /* roots of the whole subtrees, one for each bit set in count,
                                      largest first */
};

void merkle_init(struct merkle *m);
void merkle_add(struct merkle *m, const uint8_t leaf[SHA256_LEN]);
void merkle_root(const struct merkle *m, uint8_t root[SHA256_LEN]);

/* The same root, of all leaves at once, which it uses up: by levels, where many nodes can be hashed
 * beside each other. */
void merkle_root_of(uint8_t (*leaves)[SHA256_LEN], size_t count, uint8_t root[SHA256_LEN]);

/* The most hashes that a path has: the height of a tree of 2^63 leaves. */
#define MERKLE_PATH_MAX 63

/* How many hashes the path of leaf index of count has; index is below count, which is at most
 * 2^63. */
size_t merkle_path_len(uint64_t index, uint64_t count);

/* The path of leaf index: what it is joined with on the way to the root, its sibling first. Uses
 * up the count leaves: leaves[0] is then the root. Gives the path's length. */
size_t merkle_path(uint8_t (*leaves)[SHA256_LEN], size_t count, size_t index,
                   uint8_t path[MERKLE_PATH_MAX][SHA256_LEN]);

/* The root to which a path of n hashes leads from the leaf. 0, or -1 where n is not the length that
 * index and count (at most 2^63) ask for, or index is not below count. */
int merkle_climb(const uint8_t leaf[SHA256_LEN], uint64_t index, uint64_t count,
                 const uint8_t (*path)[SHA256_LEN], size_t n, uint8_t root[SHA256_LEN]);

#endif
