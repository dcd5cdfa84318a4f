/* What the parts of a light client know of each other: for light*.c alone. */
#ifndef LEDGER_LIGHT_PARTS_H
#define LEDGER_LIGHT_PARTS_H

#include "ledger/header.h"
#include "ledger/light.h"

/* Of a header, what others are judged by. Its number is its place in the table; genesis is its own
 * parent. */
struct head {
    uint8_t id[ID_LEN], root[ID_LEN];
    uint64_t work[2]; /* of the chain up to and with it, the lower half first */
    int64_t time;
    uint32_t parent, height;
    uint32_t jump; /* an ancestor, so chosen that any other is a few dozen jumps away */
    uint32_t count : 31;
    uint32_t proven : 1; /* a proof that stands on it held */
};

_Static_assert(sizeof(struct head) == 104, "what light.h promises");

enum { HEADS_CHUNK_BITS = 16, HEADS_CHUNK = 1 << HEADS_CHUNK_BITS };

/* All headers that hold. */
struct heads {
    struct head **chunks; /* so many heads each that moving them all is never needed */
    size_t count, chunks_count;
    uint32_t *slots; /* a head's number plus one, by its id; 0: free. Open addressing */
    size_t slots_count;
    size_t entered; /* heads in the slots: they are only filled when one is asked for */
    uint64_t seed;
};

enum light_mode {
    LIGHT_UNKNOWN, /* nothing that tells has been read */
    LIGHT_WHOLE,   /* the genesis block comes first, with its body */
    LIGHT_LOOSE,   /* it does not: headers are judged by what they claim */
};

struct light {
    struct lines *lines;
    struct line held; /* read, but not yet used */
    bool has_held;
    enum light_mode mode;
    const struct checkpoints *set; /* NULL: none */

    struct heads heads;
    size_t best;

    bool has_genesis; /* LIGHT_WHOLE: and then its rules */
    struct rules rules;
    struct asert asert;
    uint64_t size_max;  /* of a block, with its body */
    int64_t height_max; /* the last whose reward leaves the supply below 2^63 */

    /* Where the last header left off, for the one behind it. */
    struct ancestry above;
    size_t above_of; /* whose child is judged by it */
    uint8_t target[TARGET_LEN];
    unsigned __int128 target_work;

    struct buf genesis; /* the text of the genesis block */
    size_t swept;       /* at the end: how many heads were looked through for undone proofs */
};

/* --- light_heads.c: the table ---------------------------------------------------------------- */

static inline struct head *head_at(const struct heads *t, size_t n)
{
    return &t->chunks[n >> HEADS_CHUNK_BITS][n & (HEADS_CHUNK - 1)];
}

void heads_free(struct heads *t);

/* Room for one more head, at number count. 0, or -1 and trouble. */
int heads_reserve(struct heads *t, struct fault *f);

/* The head with this id: 1, 0 there is none, -1 and trouble. */
int heads_find(struct heads *t, const uint8_t id[ID_LEN], size_t *n, struct fault *f);

/* Where a child of this head jumps to. */
uint32_t heads_jump(const struct heads *t, uint32_t parent);

/* Whether head n is on the chain that ends at tip. */
bool heads_is_above(const struct heads *t, size_t n, size_t tip);

/* --- light_header.c: judging headers. All: 1 it holds, 0 and a rule, -1 and trouble. ---------- */

/* By the chain that it goes on from. */
int light_judge_header(struct light *c, const struct block *b, const uint8_t id[ID_LEN],
                       size_t size, int64_t now, struct fault *f);

/* By what it claims alone: nothing else is known. */
int light_judge_claim(struct light *c, const struct block *b, const uint8_t id[ID_LEN], size_t size,
                      struct fault *f);

/* Begins the chain with a genesis block that holds, which granted so much. */
int light_anchor(struct light *c, const struct item *genesis, int64_t supply, struct fault *f);

/* --- light_genesis.c ------------------------------------------------------------------------- */

/* Takes a header that only a genesis block's can be, and, where that begins the chain, the body
 * behind it: *text is then all of it. 1, 0 and a rule, -1 and trouble. */
int light_take_genesis(struct light *c, const struct line *header, const struct block *b,
                       const uint8_t id[ID_LEN], struct span *text, struct fault *f);

/* Whether a line can only be of a genesis block's body. */
bool light_is_setup(const struct line *line);

/* --- light.c --------------------------------------------------------------------------------- */

/* The next line: the one held, or one that is read. 1, 0 at the end, -1 and trouble. */
int light_next_line(struct light *c, struct line *line, struct fault *f);

#endif
