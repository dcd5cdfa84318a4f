/*
 * The light client: judges a chain by its headers alone.
 *
 * Its input is a genesis block with its body, headers without theirs, and `proof` records. From
 * genesis on every header is checked for everything that needs no body: parent, height, target,
 * work, time, and that neither COUNT nor the height would exceed maxblock or the supply. Headers
 * may form side branches; the best chain is that of a ledger with the same blocks. A proof is valid
 * if its block is on the best chain of the headers before it, its count is that block's, and its
 * path leads to that block's root.
 *
 * If the input does not begin with a genesis block and its body, headers are judged by what they
 * claim: they must meet their own targets; and proofs are judged by such headers, whatever their
 * chain.
 *
 * A header takes 104 bytes of memory, and up to 11 more once a header is looked up by its id (a
 * fork, a proof). At most LIGHT_HEADERS_MAX are accepted.
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

/* From now on refuses headers that contradict these checkpoints, which stay the caller's. */
void light_hold(struct light *c, const struct checkpoints *set);

/* At the end: whether no checkpoint names a header higher than the tip of the best chain, and hence
 * on another branch, with less work. 0, or -1 and a rule or trouble. */
int light_above(struct light *c, struct fault *f);

enum light_verdict {
    LIGHT_END,
    LIGHT_HOLDS, /* *text is the line, or the genesis block, without its last newline */
    LIGHT_FALLS, /* *f says why, and for which line */
};

/* Judges the next line, or the genesis block with its body; now is the clock. *text is valid until
 * the next call. After the last line it gives, as LIGHT_FALLS without a line, the blocks of proofs
 * that were valid when they were read, but whose blocks a later header took off the best chain. A
 * verdict, or -1 and trouble. */
int light_next(struct light *c, int64_t now, struct span *text, struct fault *f);

/* Whether light_next would answer without waiting. */
bool light_ready(struct light *c);

/* Counts of what was judged so far. */
struct light_sum {
    bool from_genesis;    /* a valid genesis block came first */
    uint64_t headers;     /* different valid headers, including genesis */
    int64_t height;       /* of the best chain; only if from_genesis */
    uint8_t best[ID_LEN]; /* its tip */
};
struct light_sum light_sum(const struct light *c);

#endif
