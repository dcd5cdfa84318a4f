/*
 * What objects do: one file and one row for each model of history(5).
 *
 * An operation of a history becomes a move: a test of the state, a change of it, or both. A state
 * is a number that the model gives: 0 is the first state, and equal states have equal numbers.
 */
#ifndef HISTORY_MODEL_H
#define HISTORY_MODEL_H

#include "history/ops.h"
#include "history/sequences.h"

struct op_move {
    uint8_t verb; /* the model's own number */
    bool pure;    /* whenever it is legal it leaves the state as it is */
    bool blind;   /* it is always legal, and what it leaves does not depend on the state before */
    uint32_t a, b;
};

/* What moves of one object share. */
struct model_run {
    const struct op_history *history;
    struct sequences sequences;
    struct buf scratch;
};

enum { MODEL_ILLEGAL = 0, MODEL_LEGAL = 1, MODEL_NO_MEMORY = -1 };
enum { MODEL_MOVE = 0, MODEL_NOTHING = 1 };

struct model {
    /* Makes the move of an operation. MODEL_MOVE; MODEL_NOTHING: the operation can be left out, as
     * it explains nothing and changes nothing; MODEL_NO_MEMORY. */
    int (*move)(struct model_run *r, const struct op *o, struct op_move *m);

    /* Whether the move is legal in a state, and the state afterwards: MODEL_LEGAL and *next,
     * MODEL_ILLEGAL, or MODEL_NO_MEMORY. */
    int (*step)(struct model_run *r, const struct op_move *m, uint32_t state, uint32_t *next);

    /* Appends a state as text. 0, or -1: no memory. */
    int (*show)(struct model_run *r, uint32_t state, struct buf *out);
};

extern const struct model model_register, model_kv, model_queue, model_set;

/* By enum op_model. */
extern const struct model *const op_models[OP_MODELS];

#endif
