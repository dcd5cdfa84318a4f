/*
 * The Merkle tree of RFC 9162 in the shape that formats.md gives it: leaves are ids as they are, an
 * inner node is the SHA-256 of the text "LEFT RIGHT" (two hashes in hex, one space), the root of no
 * leaves is the SHA-256 of nothing. Leaves come one at a time; memory is one hash a level.
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

#endif
