/* block: a block's header line (block(5)). */
#ifndef RECORD_BLOCK_H
#define RECORD_BLOCK_H

#include "base/buf.h"
#include "record/account.h"

#define NONCE_MAX 64
#define SEAL_MAX (2 * SIGNATURE_LEN)

struct block {
    int64_t height, time, count;
    uint8_t prev[ID_LEN], root[ID_LEN], target[ID_LEN];
    struct account miner;
    struct field seal; /* lowercase hex digits: 1 to NONCE_MAX, or a signature's SEAL_MAX */
};

/* Parses a line that line_check let through; b->seal points into it. 0, or -1 and a rule that
 * begins with "block: ". It also gives -1 for every line that line_check would refuse. */
int block_parse(const char *line, size_t len, struct block *b, struct fault *f);

/* The same without a rule about TARGET, which under some seals is a hash of any value. */
int block_form(const char *line, size_t len, struct block *b, struct fault *f);

/* The same for the fields of an unsealed header, from the word `block` on. 0, or -1 and a rule as
 * above; b->seal is empty. */
#define BLOCK_UNSEALED 8
int block_parse_unsealed(const struct field x[BLOCK_UNSEALED], struct block *b, struct fault *f);

/* Appends the header line, without a newline; with an empty seal it ends in the space before the
 * seal. 0, or -1: no memory. */
int block_format(const struct block *b, struct buf *out);

/* Writes what a member's SEAL signs, the header line before the space in front of it, and gives its
 * length. */
#define BLOCK_SIGNED_MAX (5 + 3 * (1 + 2 * ID_LEN) + 3 * 20 + 1 + ACCOUNT_TEXT_MAX + 1)
size_t block_signed_text(const struct block *b, char out[BLOCK_SIGNED_MAX]);

/* Whether this is the header of a genesis block: height 0, no parent, no miner, seal 0. */
bool block_is_genesis(const struct block *b);

#endif
