/* A block template: the parent, the body, and the header without its seal. */
#ifndef FARM_TEMPLATE_H
#define FARM_TEMPLATE_H

#include "crypto/secret_key.h"
#include "farm/unsealed.h"
#include "hash/merkle.h"
#include "record/rules.h"
#include "record/state_line.h"
#include "seal/header.h"

/* The caller sets the first part before template_begin. */
struct template
{
    const struct rules *rules; /* the chain's; the caller's */
    uint64_t size_max;         /* of header and transactions, in bytes */
    struct account miner;

    /* The parent: the ledger's tip, or the block that template_follow was told. */
    uint8_t parent[ID_LEN];
    int64_t height, supply;
    int64_t times[MEDIAN_OF]; /* newest first */
    int times_count;

    struct buf body;  /* lines, each with its newline */
    int64_t count;    /* how many */
    size_t uncounted; /* bytes of the body that size_max does not bound */
    struct merkle tree;
};

/* An empty body. */
void template_begin(struct template *t);
void template_free(struct template *t);

/* Adds a line that maxblock does not bound, before all transactions: its text with the newline, and
 * its id. 0, or -1: no memory. */
int template_add_free(struct template *t, const char *line, size_t size, const uint8_t id[ID_LEN]);

/* Adds the state line that is due, after the lines that members sign. 0, or -1: no memory. */
int template_add_state(struct template *t, const struct state_line *line);

/* Adds a transaction, which must be valid after those before it: its line with the newline, and its
 * id. 0, or -1 and a fault: no memory, or the block would be too large. */
int template_add(struct template *t, const char *line, size_t size, const uint8_t id[ID_LEN],
                 struct fault *f);

/* Makes the header with this target, without a seal, for a clock that shows `now`: its time is now,
 * or the earliest that its ancestors allow. 0, or -1 and a fault: a rule if no block can follow,
 * because its reward would raise the supply too far. */
int template_header(const struct template *t, int64_t now, const uint8_t target[TARGET_LEN],
                    struct block *b, struct fault *f);

/* Whether the block is small enough with a header line of this length. 0, or -1 and a rule. */
int template_check_size(const struct template *t, size_t header, struct fault *f);

/* Lays out this header. 0, or -1 and a fault: a rule if the block would be too large. Call
 * unsealed_free in either case. */
int template_unsealed(const struct template *t, const struct block *b, struct unsealed *u,
                      struct fault *f);

/* Appends the block with this header, which the key's account seals (block(5), "sign and bft"):
 * with its body, each line with its newline. 0, or -1 and a fault: a rule if the block would be too
 * large. */
int template_sign(const struct template *t, const struct block *b, const struct secret_key *k,
                  struct buf *out, struct fault *f);

/* Makes the block that was sealed so the parent of the next one, which is empty. */
void template_follow(struct template *t, const struct block *b, const uint8_t id[ID_LEN]);

#endif
