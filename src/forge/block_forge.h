/*
 * Forged blocks: the best chain's last block, or its genesis block, made again with one rule of
 * seals, votes, members or state lines broken, and the message that refuses it. For tests, and for
 * classes that search for them. (forge/tx_forge.h: of transactions.)
 *
 * A forged block is sealed, and its lines are signed, as an honest one, so nothing else is wrong
 * with it. The keys of those who do that are needed.
 */
#ifndef FORGE_BLOCK_FORGE_H
#define FORGE_BLOCK_FORGE_H

#include "crypto/secret_key.h"
#include "ledger/ledger.h"

#define BLOCK_FORGE_ANY "any"   /* a random kind, among those that can be made of the last block */
#define BLOCK_FORGE_BODY "body" /* the body is the caller's, and may break any rule */

struct block_forger {
    struct ledger *ledger; /* the caller's */
    struct sigpool *pool;  /* the caller's */
    const struct secret_key *keys;
    size_t keys_count;
    struct buf txs;  /* `body`: lines of transactions */
    uint64_t chance; /* the state of the generator, at first the seed: the same seed, the same block
                      */
};

struct forged_block {
    const char *kind;
    struct buf text; /* the block, whole; the caller frees it */
    uint8_t id[ID_LEN];
    struct fault rule; /* what refuses it; its line counts from 1, the header's */
};

/* The kinds' names, from 0; NULL: there are no more. Or whether this is one, or "any". */
const char *block_forge_name(size_t kind);
bool block_forge_is_kind(const char *name);

/* Makes a block of this kind. *out is all zero. 0, or -1 and a fault: a rule if this kind cannot be
 * made of this block, or not with these keys. */
int block_forge(struct block_forger *g, const char *kind, struct forged_block *out,
                struct fault *f);

#endif
