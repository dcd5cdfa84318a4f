/*
 * What netsim(1) runs besides engines: models of whole networks, from millions of nodes that pass a
 * record on to miners that race. netsim-scale(7) and, of those that find things, netsim-overlay(7)
 * tell what each assumes, and of the theory beside its figures.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/buf.h"
#include "base/fault.h"

#include <stddef.h>
#include <stdint.h>

struct sim_model_setup {
    uint64_t nodes; /* 0: not given, and the model's own number is taken */
    uint64_t seed;
    const char *const *words; /* settings NAME=VALUE; the caller's */
    size_t count;
};

struct sim_model {
    const char *name;
    const char *help; /* one line */
    /* Runs it, and appends its lines to *out: `# ` and the names of the columns, then rows of
     * numbers, the same for the same setup on every machine. 0; or -1 and *f: FAULT_RULE if a
     * setting is wrong, else trouble. */
    int (*run)(const struct sim_model_setup *setup, struct buf *out, struct fault *f);
};

/* Ended by NULL. */
extern const struct sim_model *const sim_models[];

/* The model of this name, or NULL. */
const struct sim_model *sim_model_find(const char *name);

/* Appends the line that says how to make the output again, then runs the model: as its run. */
int sim_model_run(const struct sim_model *m, const struct sim_model_setup *setup, struct buf *out,
                  struct fault *f);

/* The number of nodes that the setup asks for, from least to most; `otherwise` if it asks for none.
 * 0, or -1 and FAULT_RULE. */
int model_nodes(const struct sim_model_setup *setup, uint64_t least, uint64_t most,
                uint64_t otherwise, uint32_t *nodes, struct fault *f);

/* Appends text. 0, or -1 and *f: no memory. */
int model_print(struct buf *out, struct fault *f, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
