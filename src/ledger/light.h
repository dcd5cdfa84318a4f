/*
 * The light client: a chain judged by its headers alone.
 *
 * Its input is a genesis block with its body, headers without theirs, and `proof` records. From
 * genesis on every header is held to all that needs no body: parent, height, target, work, time,
 * and that neither COUNT nor the height make maxblock or the supply be exceeded. Headers may form
 * side branches; the best chain is that of a ledger with the same blocks. A proof holds if its
 * block is on the best chain of the headers before it, its count is that block's, and its path
 * leads to that block's root.
 *
 * Where no genesis block with its body comes first, headers are judged by what they claim: that
 * they meet their own targets; and proofs by them, whatever chain they are of.
 *
 * A header takes 104 bytes of memory, and up to 11 more once a header is looked up by its id (a
 * fork, a proof). At most LIGHT_HEADERS_MAX are taken.
 */
#ifndef LEDGER_LIGHT_H
#define LEDGER_LIGHT_H

#include "base/lines.h"
#include "ledger/checkpoints.h"

#define LIGHT_HEADERS_MAX ((UINT64_C(1) << 31) - 1)

struct light;

/* A light client over src, which it closes in the end. NULL: no memory. */
struct light *light_new(struct source src);
void light_free(struct light *c);

/* From here on a header falls that stands where these checkpoints have another. They stay the
 * caller's. */
void light_hold(struct light *c, const struct checkpoints *set);

/* At the end: whether none of them names a header that is higher than the tip of the best chain,
 * and so on another branch, with less work. 0, or -1 and a rule or trouble. */
int light_above(struct light *c, struct fault *f);

enum light_verdict {
    LIGHT_END,
    LIGHT_HOLDS, /* *text is the line, or the genesis block, without its last newline */
    LIGHT_FALLS, /* *f says why, and of which line */
};

/* Judges the next line, or the genesis block with its body; now is the clock. *text is good until
 * the next call. Behind the last line come, as LIGHT_FALLS without a line, the blocks of proofs
 * that held when they were read, but that a later header took off the best chain. A verdict, or -1
 * and trouble. */
int light_next(struct light *c, int64_t now, struct span *text, struct fault *f);

/* Whether light_next would answer without waiting. */
bool light_ready(struct light *c);

/* What was judged so far. */
struct light_sum {
    bool from_genesis;    /* a genesis block came first, and held */
    uint64_t headers;     /* that hold, different ones, genesis among them */
    int64_t height;       /* of the best chain; from_genesis only */
    uint8_t best[ID_LEN]; /* its tip */
};
struct light_sum light_sum(const struct light *c);

#endif
