/* Finality over work (block(5)), as far as attest lines show it. Shared by light*.c only. */
#ifndef LIGHT_LIGHT_FINALITY_H
#define LIGHT_LIGHT_FINALITY_H

#include "base/lines.h"
#include "record/attest.h"
#include "record/member.h"
#include "record/proof.h"

struct light;

#define LIGHT_LINKS 256  /* links whose lines are counted at a time, */
#define LIGHT_LINES 8192 /* ... and lines of each, beyond which only those of two chains stay */
#define LIGHT_ABOVE 64   /* bodies off the best chain that a line below them completes */
#define LIGHT_SHOWN 64   /* sets that are kept */
#define LIGHT_ENTRIES (1 << 18) /* entries of a state that shows one */
#define LIGHT_ACCUSED 4096      /* accusations, on all branches */

/* A member's line, which is in the body of this head. */
struct light_attested {
    uint8_t key[ID_LEN];
    uint32_t block;
};

/* The lines from one source to one target, in bodies of all branches upon that. */
struct light_link {
    int64_t source_height;
    uint8_t source[ID_LEN];
    uint32_t target;
    struct buf lines; /* struct light_attested */
    struct buf by;    /* uint32_t: heads whose bodies have completed it */
};

/* A head that is justified on the chains on which head `by` is. */
struct light_justified {
    uint32_t head, by;
};

/* A head that is final there; `target` is the head that members linked it to. */
struct light_finalized {
    uint32_t head, by, target;
};

/* The members after the parent of this head. */
struct light_shown {
    uint32_t block;
    struct member_set set;
};

/* A member of genesis that is accused in the body of this head. */
struct light_accused {
    uint8_t key[ID_LEN];
    uint32_t block;
};

struct light_finality {
    bool follows; /* the chain has finality over work */
    bool changes; /* operations may change its members */
    struct member_set first;
    struct light_link links[LIGHT_LINKS];
    size_t links_count;
    struct buf justified; /* struct light_justified, as they came */
    struct buf finals;    /* struct light_finalized, by the height of `by` */
    struct light_shown shown[LIGHT_SHOWN];
    size_t shown_count;
    struct buf accused; /* struct light_accused, none twice on a chain */
    size_t final;       /* the head that is final, of all branches: the highest upon the first */
    uint64_t counted;   /* lines that were; again, if they came after what they rest on */
};

/* --- light_finals.c: what is final, and by which members -------------------------------------- */

void light_finality_free(struct light_finality *x);

/* Begins with genesis, whose member lines these are; takes them over. */
void light_finality_begin(struct light *c, struct member_set *first);

/* The members after a head; set NULL: they are not known. */
struct light_members {
    const struct member_set *set;
    size_t head;
    bool are_first; /* those of genesis but for the accused; else the set has no accused */
};

/* Those that count for lines with this target, F and E of block(5). */
struct light_counting {
    struct light_members f, e;
};
struct light_counting light_counting(const struct light *c, size_t target);

/* Whether the checkpoint with this height and id is justified by bodies below this head. */
bool light_is_justified(const struct light *c, int64_t height, const uint8_t id[ID_LEN],
                        size_t block);

/* The body of `by` justifies target from a source at this height, which may become final. 0, or -1
 * and a fault: a rule if that excludes what is final. */
int light_justify(struct light *c, int64_t source_height, size_t target, size_t by,
                  struct fault *f);

/* Keeps the members after the parent of this head; takes them over. */
void light_show(struct light *c, size_t block, struct member_set *set);

/* Whether head n, or a child of it, may become the best. 0, or -1 and a rule. */
int light_holds_final(const struct light *c, size_t n, struct fault *f);

/* --- light_accused.c -------------------------------------------------------------------------- */

/* The member with this key, or NULL; whether those with this weight are over two thirds. */
const struct member *light_member(const struct light *c, const struct light_members *m,
                                  const uint8_t key[ID_LEN]);
bool light_two_thirds(const struct light *c, const struct light_members *m, int64_t weight);

/* Judges an accusation that is in the body of this head, and notes it. 0, or -1 and a fault. */
int light_accuse(struct light *c, const char *line, size_t len, size_t block, struct fault *f);

/* --- light_attests.c -------------------------------------------------------------------------- */

/* Judges an attest line or an accusation, and the line after it, which proves that it is in a body;
 * both are *text then. 1, 0 and a rule, -1 and trouble. */
int light_take_attest(struct light *c, const struct line *line, int64_t now, struct span *text,
                      struct fault *f);

/* --- light_links.c: lines that have been judged ----------------------------------------------- */

/* What its key has attested with this target, in bodies up to that of this head: 1: this, in that
 * body itself; 2: else something; 0: nothing. */
int light_has_attested(const struct light *c, const struct attest *a, size_t target, size_t block);

/* Counts the line, which is in the body of block, and judges its link. 0, or -1 and a fault. */
int light_count(struct light *c, const struct attest *a, size_t target, size_t block,
                const struct light_counting *sets, struct fault *f);

/* Judges the link of a line that is counted already, and counts the line once more if an accusation
 * that came after it lets it complete the link. 0, or -1 and a fault. */
int light_judge_again(struct light *c, const struct attest *a, size_t target, size_t block,
                      const struct light_counting *sets, struct fault *f);

/* --- light_entries.c -------------------------------------------------------------------------- */

/* Whether the line is an entry of a state. */
bool light_is_entry(const char *line, size_t len);

/* Judges all entries of the last state line, of which this is the first; *text is all of them then.
 * 1, 0 and a rule, -1 and trouble. */
int light_take_entries(struct light *c, const struct line *line, struct span *text,
                       struct fault *f);

#endif
