/*
 * The hash functions of SLH-DSA with SHA-256 at its lowest level of security (FIPS 205, sections
 * 4.1, 4.2 and 11.2.1), many at a time: for this folder and its tests.
 *
 * All of them hash PK.seed, padded to a chunk of SHA-256, then an address of 22 bytes, then values
 * of SLH_N bytes. The state after the first chunk, the midstate, is computed once for a key. The
 * rest of F, H and PRF is one chunk, here a block.
 */
#ifndef SLHDSA_HASH_H
#define SLHDSA_HASH_H

#include "hash/sha256.h"

#include <stdbool.h>

/* Table 2 of FIPS 205. */
enum {
    SLH_N = 16,     /* bytes of every value */
    SLH_LAYERS = 7, /* d: trees in the hypertree, one above the other */
    SLH_HEIGHT = 9, /* h': levels of each of them */
    SLH_LEAVES = 1 << SLH_HEIGHT,
    SLH_FORS_TREES = 14,  /* k */
    SLH_FORS_HEIGHT = 12, /* a */
    SLH_FORS_LEAVES = 1 << SLH_FORS_HEIGHT,
    SLH_DIGITS = 32, /* len_1: digits of a value, of 4 bits each */
    SLH_CHAINS = 35, /* len: with those of the checksum */
    SLH_STEPS = 15,  /* w - 1: hashes in a whole chain */
    SLH_DIGEST = 30, /* m */
};

/* The kinds of address (table 1). */
enum slh_kind {
    SLH_WOTS_HASH,
    SLH_WOTS_PK,
    SLH_TREE,
    SLH_FORS_TREE,
    SLH_FORS_ROOTS,
    SLH_WOTS_PRF,
    SLH_FORS_PRF,
};

/* Where in the hypertree a value stands. The three words are those of the kind: the key pair, then
 * the chain and the hash in it, or the height and the index in the tree. */
struct slh_address {
    uint8_t layer;
    uint64_t tree;
    enum slh_kind kind;
    uint32_t pair, second, third;
};

/* The chunk of one F, H or PRF, padded, and the state to hash it from. */
struct slh_block {
    uint8_t text[SHA256_CHUNK];
    const uint32_t *midstate; /* eight words */
};

enum {
    SLH_ADDRESS = 22,             /* bytes of an address */
    SLH_KIND_AT = 9,              /* its kind */
    SLH_CHAIN_AT = 17,            /* the last byte of its second word */
    SLH_HASH_AT = 21,             /* of its third */
    SLH_VALUE_AT = 22,            /* the first value */
    SLH_LONG = 10 * SHA256_CHUNK, /* bytes of the longest text of T_l, padded */
};

/* The midstate of PK.seed. */
void slh_midstate(const uint8_t seed[SLH_N], uint32_t midstate[8]);

/* Makes a block of an address and len bytes of values: SLH_N or twice that. */
void slh_block_make(struct slh_block *b, const uint32_t *midstate, const struct slh_address *a,
                    const uint8_t *values, size_t len);

/* Steps times: hashes each of n blocks, replaces its first value by the hash, and adds 1 to the
 * last byte of its address. One step is F, H or PRF; more are a part of a chain (algorithm 5). */
void slh_walk(struct slh_block *blocks, size_t n, int steps);

static inline uint8_t *slh_value(struct slh_block *b)
{
    return b->text + SLH_VALUE_AT;
}

/* A text of T_l: begun by slh_long_begin, which gives where its l values go. */
struct slh_long {
    uint8_t text[SLH_LONG];
    const uint32_t *midstate;
};
uint8_t *slh_long_begin(struct slh_long *t, const uint32_t *midstate, const struct slh_address *a,
                        size_t values);

/* T_l of n texts that have the same number of values: outs[i] is where the i-th goes. */
void slh_long_hash(const struct slh_long *texts, size_t n, size_t values, uint8_t *const *outs);

/* H_msg: the digest of a message with so many zero bytes, 0 or 2, before it: two are the pure form
 * with the empty context. r is the signature's first value. */
void slh_digest(const uint8_t r[SLH_N], const uint8_t key[2 * SLH_N], size_t zeros,
                const void *message, size_t n, uint8_t digest[SLH_DIGEST]);

/* Where a digest says to sign (algorithm 19, lines 6 to 13). */
struct slh_place {
    uint64_t tree;                    /* in the lowest layer */
    unsigned leaf;                    /* of that tree */
    unsigned indices[SLH_FORS_TREES]; /* a leaf of each FORS tree */
};
struct slh_place slh_place_of(const uint8_t digest[SLH_DIGEST]);

#endif
