/* Shared by light*.c only. */
#ifndef LIGHT_LIGHT_PARTS_H
#define LIGHT_LIGHT_PARTS_H

#include "crypto/ed25519_keys.h"
#include "light/light.h"
#include "light/light_finality.h"
#include "light/light_heads.h"
#include "record/proof.h"
#include "record/vote.h"
#include "seal/header.h"

/* --- Chains that members seal ----------------------------------------------------------------- */

/* The most lines that stand with a header: a set, and a vote of each of another. */
enum { LIGHT_GROUP_LINES = 2 * MEMBERS_MAX };

/* The votes that stand with a header, in their order. All zero: none. */
struct light_votes {
    struct vote *list;
    size_t count, cap;
};

/* A header and the lines that stand with it; it points into their text. */
struct light_group {
    struct block block;
    uint8_t id[ID_LEN];
    const char *text;
    size_t size;           /* of the header's line, with its newline */
    struct member_set set; /* of its member lines; count 0: none */
    struct light_votes votes;
    size_t lines;  /* members and votes */
    uint64_t line; /* the header's number in its stream; 0: it is not known */
};

/* A set of members by its root. */
struct light_set {
    uint8_t root[ID_LEN];
    struct member_set set; /* count 0: none */
    /* `sign`: the head that named it, and the trusted member who answers for that */
    uint32_t head;
    uint8_t by[ID_LEN];
};

/* What is kept besides of a head of a chain with `rule seal sign`. */
struct light_sealer {
    uint8_t set[ID_LEN], miner[ID_LEN];
    uint32_t trusted; /* the last head on its chain whose set is trusted */
};

#define LIGHT_LOWER 4096 /* blocks that are kept although they were jumped over, of `bft` */
#define LIGHT_SETS 64    /* sets kept, of `sign` */
#define LIGHT_VOTED 64   /* headers whose votes are kept for evidence, with their sets; in bytes: */
#define LIGHT_VOTED_BYTES (1 << 22)
#define LIGHT_EVIDENCE_BYTES (1 << 20) /* after which no more evidence is collected */

/* The votes of a header. */
struct light_voted {
    int64_t height;
    uint8_t id[ID_LEN];
    struct buf lines;      /* with newlines */
    struct member_set set; /* those who could vote */
};

/* The last headers with votes. */
struct light_ring {
    struct light_voted at[LIGHT_VOTED];
    size_t next, bytes;
    int64_t above; /* the votes of all headers above this height that had some are kept */
};

struct light_sealed {
    bool by_members, by_votes;
    int64_t period;           /* s that a header is trusted for; 0: for ever */
    struct ed25519_keys keys; /* of votes */
    /* `bft`: the highest head with votes, or at a checkpoint; and the set in its TARGET. */
    size_t trusted;
    struct light_set next;
    struct buf lower; /* struct head: blocks below it that were jumped over, and are final */
    struct light_ring voted, voted_lower; /* of the trusted chain; of the blocks in `lower` */
    struct buf evidence;
    /* `sign` */
    struct buf sealers; /* struct light_sealer, by number of head */
    struct light_set sets[LIGHT_SETS];
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
    uint8_t proven[ID_LEN], proven_block[ID_LEN], state_root[ID_LEN];
    int64_t state_count;

    struct light_sealed sealed;
    struct light_finality finality;
    bool unsure;      /* the last line that was refused may be right */
    bool ended;       /* nothing came after that: */
    struct buf group; /* the text of a header and what stands with it */

    struct buf genesis; /* the text of the genesis block */
    bool unsure_told;   /* at the end: that headers without votes are left */
    size_t swept;       /* at the end: how many heads were searched for undone proofs */
};

/* What a judgement that failed gives: 0 if *f is a rule, -1 if it is trouble. */
static inline int light_answer(const struct fault *f)
{
    return f->kind == FAULT_RULE ? 0 : -1;
}

/* --- light_header.c: judging headers. All give 1 if it is valid, 0 and a rule, -1 and trouble. */

/* Judges a header by its chain. */
int light_judge_header(struct light *c, const struct block *b, const uint8_t id[ID_LEN],
                       size_t size, int64_t now, struct fault *f);

/* Judges a proof by the headers. */
int light_judge_proof(struct light *c, const struct proof *p, struct fault *f);

/* Judges a header by its own claims alone, if its chain is not known. */
int light_judge_claim(struct light *c, const struct block *b, const uint8_t id[ID_LEN], size_t size,
                      struct fault *f);

/* Whether a header can begin the chain although its parent is missing: it comes right after
 * genesis, and a checkpoint names it. */
bool light_is_anchor(const struct light *c, const struct block *b, const uint8_t id[ID_LEN]);

/* Sets *h to what stands in the header. */
void light_fill(struct head *h, const struct block *b, const uint8_t id[ID_LEN]);

/* What a header claims of its body and of the supply: 0, or -1 and a rule. */
int light_check_claims(const struct light *c, const struct block *b, size_t size, struct fault *f);

/* Adds a valid header of this weight after its parent: it becomes the best, if its chain has more.
 * 0, or -1 and a fault. */
int light_add_child(struct light *c, const struct block *b, const uint8_t id[ID_LEN], size_t parent,
                    struct u256 weight, struct fault *f);

/* What the child of this head is judged by, without the members. */
struct ancestry light_ancestry(const struct light *c, size_t parent);

/* Begins the chain with a valid genesis block; supply is the chain's supply after it. */
int light_anchor(struct light *c, const struct item *genesis, int64_t supply, struct fault *f);

/* --- light_votes.c ---------------------------------------------------------------------------- */

void light_votes_free(struct light_votes *v);

/* Appends a vote whose line points into the caller's text. 0, or -1 and a fault. */
int light_votes_add(struct light_votes *v, const char *line, size_t len, struct fault *f);

/* Whether they may stand with this header: precommits for it, of one round, keys ascending. 0, or
 * -1 and a rule, and *at: the vote that breaks it. */
int light_votes_check(const struct light_votes *v, const uint8_t chain[ID_LEN], int64_t height,
                      const uint8_t block[ID_LEN], size_t *at, struct fault *f);

/* The weight of those members of the set who have voted; how many votes are of others, and which is
 * the first of these. After light_votes_check. */
int64_t light_votes_weight(const struct light_votes *v, const struct member_set *set,
                           size_t *strangers, size_t *stranger);

/* Checks their signatures. 0, or -1 and a fault, as above. */
int light_votes_signed(const struct light_votes *v, struct ed25519_keys *keys, size_t *at,
                       struct fault *f);

/* --- light_group.c ---------------------------------------------------------------------------- */

/* Whether a line stands with the header before it. */
bool light_is_with_header(const char *line, size_t len);

/* Reads a header and what stands with it from *text on, which moves to the next header, or to end.
 * line: as in the group. 0, or -1 and a fault with its line. light_group_free in either case. */
int light_group_read(const char **text, const char *end, uint64_t line, struct light_group *g,
                     struct fault *f);
void light_group_free(struct light_group *g);

/* Reads the lines that stand with a header into c->group, behind it and without the last newline;
 * and if it begins a jump, the next header with its lines. 0, or -1 and trouble. */
int light_gather_group(struct light *c, const struct line *header, struct fault *f);

/* --- light_sealed.c: judging the headers of chains that members seal -------------------------- */

void light_sealed_free(struct light_sealed *s);

/* Begins with genesis, whose member lines these are; takes them over. 0, or -1 and trouble. */
int light_sealed_begin(struct light *c, const struct item *genesis, struct member_set *first,
                       struct fault *f);

/* How long members of this chain are bound to what they sign: seconds, 0 for ever. */
int64_t light_bound_for(const struct rules *r);

/* Judges a header and what stands with it, or the two headers of a jump. line: of the first, or 0.
 * 1, 0 and a rule, -1 and trouble. */
int light_judge_sealed(struct light *c, const char *text, size_t len, uint64_t line, int64_t now,
                       struct fault *f);

/* Copies a set, which is empty before, 0, or -1: no memory. */
int light_copy_set(const struct member_set *set, struct member_set *out);

/* --- light_final.c: `bft`, where votes decide. 1, 0 and a rule, -1 and trouble. --------------- */

/* Judges a header whose parent is known. */
int light_take_next(struct light *c, struct light_group *g, size_t parent, int64_t now,
                    struct fault *f);

/* Judges head n, which is final, when it comes again: its votes, as far as it is known who votes.
 */
int light_take_again(struct light *c, const struct light_group *g, size_t n, struct fault *f);

/* Judges two headers, of which the parent of the first is not known and the second has votes. */
int light_take_jump(struct light *c, struct light_group *below, struct light_group *g, int64_t now,
                    struct fault *f);

/* The block with this id that was jumped over and is final; or NULL. */
const struct head *light_find_lower(const struct light *c, const uint8_t id[ID_LEN]);

/* Trusts a head, and its set from now on, which it takes over if there are member lines. */
void light_trust(struct light *c, size_t n, struct light_group *g);

/* --- light_turns.c: `sign`, where members take turns. 1, 0 and a rule, -1 and trouble. -------- */

int light_turns_begin(struct light *c, struct light_set *first, struct fault *f);
int light_take_turn(struct light *c, struct light_group *g, size_t parent, int64_t now,
                    struct fault *f);
int light_take_turn_anchor(struct light *c, struct light_group *g, struct fault *f);

/* Keeps the set of head n, if its lines came with it and it is not kept yet. */
void light_keep_set(struct light *c, size_t n, struct member_set *set);

/* The set in the TARGET of head n; NULL: it is not kept any more. */
const struct member_set *light_turns_set(const struct light *c, size_t n);

/* Whether the chain of head n is better than that of another. */
bool light_turns_better(const struct light *c, size_t n, size_t than);

/* The last head on the chain of head n whose set is trusted. */
size_t light_turns_trusted(const struct light *c, size_t n);

/* --- light_evidence.c ------------------------------------------------------------------------- */

void light_voted_free(struct light_sealed *s);

/* Keeps the votes of a header, which are valid and of members of this set. 0, or -1 and trouble. */
int light_keep_votes(struct light_ring *r, const struct light_group *g,
                     const struct member_set *set, struct fault *f);

/* The members who vote for head n, which is final; NULL: they are not known any more. */
const struct member_set *light_voters_again(const struct light *c, size_t n);

/* A header that contradicts one that is final, with votes: collects who has voted for both. -1, and
 * a rule that says so, or that its height was jumped over; or trouble. */
int light_contradiction(struct light *c, const struct light_group *g, struct fault *f);

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
