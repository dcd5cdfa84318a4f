/*
 * Sequential specifications of objects (Herlihy and Wing, "Linearizability", 1990, section 2): what
 * each operation may answer, and what it changes. One file and one row for each model of
 * history(5).
 *
 * An operation of a history becomes a move: a test of the state, a change of it, or both. A state
 * is a number that the specification gives: 0 is the first state, and equal states have equal
 * numbers.
 */
#ifndef HISTORY_SPEC_H
#define HISTORY_SPEC_H

#include "history/ops.h"
#include "history/sequences.h"

struct op_move {
    uint8_t verb; /* the specification's own number */
    bool pure;    /* whenever it is legal it leaves the state as it is */
    bool blind;   /* it is always legal, and what it leaves does not depend on the state before */
    uint32_t a, b;
};

/* What moves of one object share. */
struct spec_run {
    const struct op_history *history;
    struct sequences sequences;
    struct buf scratch;
};

enum { SPEC_ILLEGAL = 0, SPEC_LEGAL = 1, SPEC_NO_MEMORY = -1 };
enum { SPEC_MOVE = 0, SPEC_NOTHING = 1 };

struct spec {
    /* Makes the move of an operation. SPEC_MOVE; SPEC_NOTHING: the operation can be left out, as
     * it explains nothing and changes nothing; SPEC_NO_MEMORY. */
    int (*move)(struct spec_run *r, const struct op *o, struct op_move *m);

    /* Whether the move is legal in a state, and the state afterwards: SPEC_LEGAL and *next,
     * SPEC_ILLEGAL, or SPEC_NO_MEMORY. */
    int (*step)(struct spec_run *r, const struct op_move *m, uint32_t state, uint32_t *next);

    /* Appends a state as text. 0, or -1: no memory. */
    int (*show)(struct spec_run *r, uint32_t state, struct buf *out);
};

extern const struct spec spec_register, spec_kv, spec_queue, spec_set;

/* By enum op_model. */
extern const struct spec *const op_specs[OP_MODELS];

#endif
