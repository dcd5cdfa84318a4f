/* Shared by light*.c only. */
#ifndef LIGHT_LIGHT_PARTS_H
#define LIGHT_LIGHT_PARTS_H

#include "base/idhash.h"
#include "light/light.h"
#include "record/proof.h"
#include "seal/header.h"

/* What is kept of a header to judge others by. Its number is its index in the table; genesis is its
 * own parent. */
struct head {
    uint8_t id[ID_LEN], root[ID_LEN];
    struct u256 work; /* of the chain up to and including it */
    int64_t time;
    uint32_t parent, height;
    uint32_t jump; /* an ancestor, chosen so that any other is at most a few dozen jumps away */
    uint32_t count : 31;
    uint32_t proven : 1; /* a valid proof relies on it */
};

_Static_assert(sizeof(struct head) == 120, "what light.h promises");

enum { HEADS_CHUNK_BITS = 16, HEADS_CHUNK = 1 << HEADS_CHUNK_BITS };

/* All valid headers. */
struct heads {
    struct head **chunks; /* so many heads each, so that they never have to be moved */
    size_t count, chunks_count, chunks_cap;
    /* A hash table with open addressing: a head's number plus one, or 0 if the slot is free. It is
     * filled only when a head is looked up. base/idmap would hold every id a second time. */
    uint32_t *slots;
    size_t slots_count;
    size_t entered; /* heads in the slots */
    struct idhash hash;
};

enum light_mode {
    LIGHT_UNKNOWN, /* nothing has been read yet that decides */
    LIGHT_WHOLE,   /* the genesis block came first, with its body */
    LIGHT_LOOSE,   /* it did not: headers are judged by their own claims */
};

struct light {
    struct lines *lines;
    struct line held; /* read, but not judged yet */
    bool has_held;
    enum light_mode mode;
    const struct checkpoints *set; /* NULL: none */

    struct heads heads;
    size_t best;
    size_t anchor; /* a header at a checkpoint, whose parent is not known; 0: none */

    bool has_genesis; /* its rules, if LIGHT_WHOLE */
    struct rules rules;
    struct anchor chain;
    uint64_t size_max;  /* of a block with its body */
    int64_t height_max; /* the last whose reward leaves the supply below 2^63 */

    /* The ancestry by which the child of the last header is judged. */
    struct ancestry ancestry;
    size_t ancestry_of; /* the head whose child is judged by it */

    bool has_proven, has_state; /* the last proof holds; the last state line is what it proves */
    uint8_t proven[ID_LEN], state_root[ID_LEN];

    struct buf genesis; /* the text of the genesis block */
    size_t swept;       /* at the end: how many heads were searched for undone proofs */
};

/* --- light_heads.c: the table ---------------------------------------------------------------- */

static inline struct head *head_at(const struct heads *t, size_t n)
{
    return &t->chunks[n >> HEADS_CHUNK_BITS][n & (HEADS_CHUNK - 1)];
}

void heads_free(struct heads *t);

/* Makes sure that head number t->count can be written. 0, or -1 and trouble. */
int heads_reserve(struct heads *t, struct fault *f);

/* The head with this id: 1, 0 there is none, -1 and trouble. */
int heads_find(struct heads *t, const uint8_t id[ID_LEN], size_t *n, struct fault *f);

/* The jump of a child of this head (Myers, "An applicative random-access stack", 1983). */
uint32_t heads_jump(const struct heads *t, uint32_t parent);

/* The ancestor of head n at this height, or the lowest one above it. */
size_t heads_ancestor(const struct heads *t, size_t n, uint32_t height);

/* Whether head n is on the chain that ends at tip. */
bool heads_is_ancestor(const struct heads *t, size_t n, size_t tip);

/* --- light_header.c: judging headers. All give 1 if it is valid, 0 and a rule, -1 and trouble. */

/* Judges a header by its chain. */
int light_judge_header(struct light *c, const struct block *b, const uint8_t id[ID_LEN],
                       size_t size, int64_t now, struct fault *f);

/* Judges a proof by the headers. */
int light_judge_proof(struct light *c, const struct proof *p, struct fault *f);

/* Judges a header by its own claims alone, if its chain is not known. */
int light_judge_claim(struct light *c, const struct block *b, const uint8_t id[ID_LEN], size_t size,
                      struct fault *f);

/* Begins the chain with a valid genesis block; supply is the chain's supply after it. */
int light_anchor(struct light *c, const struct item *genesis, int64_t supply, struct fault *f);

/* --- light_genesis.c ------------------------------------------------------------------------- */

/* Reads a header that must be a genesis block's and, if it begins the chain, the body after it:
 * *text is then the whole block. 1, 0 and a rule, -1 and trouble. */
int light_take_genesis(struct light *c, const struct line *header, const struct block *b,
                       const uint8_t id[ID_LEN], struct span *text, struct fault *f);

/* Reads the genesis block whose text has been collected. 1, 0 and a rule, -1 and trouble. */
int light_judge_genesis(struct light *c, uint64_t line, struct fault *f);

/* Whether a line can only be part of a genesis block's body. */
bool light_is_setup(const struct line *line);

/* --- light.c --------------------------------------------------------------------------------- */

/* The next line: the one held back, or a new one. 1, 0 at the end, -1 and trouble. */
int light_next_line(struct light *c, struct line *line, struct fault *f);

#endif
