/*
 * Finality over work (block(5), "Finality over work"; Casper FFG: Buterin, Griffith 2017): what the
 * attest lines in the bodies of a chain have justified and made final. It is kept in the state,
 * under kinds that are no entries: each key's last line, the justified checkpoints, and the heights
 * of those whose members count.
 *
 * A block of a chain with `rule finality` is counted with its journal open, before
 * members_begin_block: attests_begin, attests_add for each attest line of its body, attests_end.
 */
#ifndef STATE_ATTESTS_H
#define STATE_ATTESTS_H

#include "record/attest.h"
#include "record/member.h"
#include "state/apply.h"

#define ATTEST_KIND 't'    /* a key's last attest line: the heights of its target and its source */
#define JUSTIFIED_KIND 'J' /* a justified checkpoint, by its height: its id */
#define FINALITY_KIND 'f'  /* struct finality */

/* Heights of checkpoints on the chain of the state; 0 is genesis, which is final. */
struct finality {
    int64_t final, before; /* the highest final one, and the final one before it */
    int64_t f, e; /* the same by the bodies up to and including the last checkpoint: their members
                     are the sets F and E, which count for lines with that TARGET */
};
int finality_get(struct state *s, struct finality *out, struct fault *f);

/* Whether the checkpoint at this height on the chain of the state is justified: 1 and its id (of
 * genesis, `chain`), 0, or -1 and trouble. */
int attests_justified(struct state *s, const uint8_t chain[ID_LEN], int64_t height,
                      uint8_t id[ID_LEN], struct fault *f);

/* The highest justified checkpoint below this one, which is not genesis: 1 with its height and id,
 * or -1 and trouble. */
int attests_source(struct state *s, const struct rules *r, const uint8_t chain[ID_LEN],
                   int64_t target, int64_t *height, uint8_t id[ID_LEN], struct fault *f);

struct attests {
    const struct apply_context *in; /* of the block; `ancestor` must be set */
    struct finality finality;
    bool is_loaded; /* the next ones are set: */
    struct member_set f, e;
    int64_t target; /* the last checkpoint before the block, */
    uint8_t target_id[ID_LEN];
    struct field last; /* the line before */
    int64_t *sources;  /* those of the lines so far */
    size_t count, cap;
};

/* 0, or -1 and trouble. */
int attests_begin(struct attests *a, const struct apply_context *in, struct fault *f);

/* Counts a line, whose signature was checked or will be. 0, or -1 and a fault. */
int attests_add(struct attests *a, const struct attest *line, struct fault *f);

/* Finds what the lines justify and make final, and sets *final to the height of the highest final
 * checkpoint on this chain. 0, or -1 and trouble. Frees *a, as attests_free does, which is for
 * those that are not ended. */
int attests_end(struct attests *a, int64_t *final, struct fault *f);
void attests_free(struct attests *a);

/* For members_begin_block: the heights whose members a later block than this one may ask for, at
 * most FINALITY_HEIGHTS, in any order. 0, or -1 and trouble. */
#define FINALITY_HEIGHTS 6
int attests_heights(const struct apply_context *in, int64_t heights[FINALITY_HEIGHTS],
                    struct fault *f);

#endif
