/* Proofs that a record is in a block of a ledger (proof(5)): made, and checked. */
#ifndef QUERY_PROVING_H
#define QUERY_PROVING_H

#include "ledger/ledger.h"
#include "record/proof.h"

/* The block that has the record with this id, on the chain that ends at tip or, if tip is NULL, on
 * the best chain. 1; 0: none, *off_best then says whether a block off that chain has it; -1 and a
 * fault.
 */
int proving_find(struct ledger *l, const uint8_t id[ID_LEN], const struct node *tip,
                 struct node *node, bool *off_best, struct fault *f);

/* A block that was read, and the ids of its lines, for proofs of any number of these. */
struct proving {
    struct node node;
    struct buf text;   /* its lines, the header first */
    size_t header_len; /* with the newline */
    size_t count;      /* of lines in the body */
    uint8_t root[ID_LEN], (*ids)[ID_LEN], (*spare)[ID_LEN];
};

/* Reads the block and hashes its lines. 0, or -1 and a fault; call proving_free in either case. */
int proving_read(struct proving *v, struct ledger *l, const struct node *node, struct fault *f);
void proving_free(struct proving *v);

/* Makes the proof of line i of the body, from 0, and compares it with the root. 0, or -1 and a
 * fault. */
int proving_of(struct proving *v, size_t i, struct proof *p, struct fault *f);

/* Makes the proof that the record with this id is in the block, and appends the block's header
 * line, with its newline, to *header. The whole block is hashed and compared with its root. 1, 0:
 * it has no such line, -1 and a fault. */
int proving_make(struct ledger *l, const struct node *node, const uint8_t id[ID_LEN],
                 struct proof *p, struct buf *header, struct fault *f);

/* Appends what a light client takes of a block's body on a chain with `rule finality` (verify(1)),
 * each line with its proof: the attest lines with which it begins, and where accusations alone
 * change the members, these. 1: the body was read; 0: it has none; -1 and a fault. */
int proving_attests(struct ledger *l, const struct node *node, struct buf *out, struct fault *f);

/* Judges a proof against a ledger: its block must be on the best chain. 0, or -1 and a fault. */
int proving_against(struct ledger *l, const struct proof *p, struct fault *f);

#endif
