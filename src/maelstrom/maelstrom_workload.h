/*
 * What the clients of a run ask for, and by which rule the answers are judged: Maelstrom's
 * workloads (jepsen-io/maelstrom, doc/workloads.md), a row each.
 */
#ifndef MAELSTROM_MAELSTROM_WORKLOAD_H
#define MAELSTROM_MAELSTROM_WORKLOAD_H

#include "base/fault.h"
#include "maelstrom/maelstrom_check.h"
#include "maelstrom/maelstrom_history.h"
#include "maelstrom/maelstrom_message.h"

struct maelstrom_workload {
    const char *name;
    bool topology;     /* nodes are told one */
    const char *list;  /* the member of `read_ok` that has what was read */
    const char *added; /* the member of `add` or `broadcast` that has the value */
    /* Draws an operation, the serial-th: its kind, key and values. */
    void (*draw)(uint64_t *chance, int64_t serial, struct maelstrom_op *op);
    /* Judges a run (maelstrom/maelstrom_check.h). What `check` refuses stays wrong. What
     * `check_last` refuses may become right as long as nodes tell each other what they know: it
     * judges reads of all nodes after the faults; NULL: there are none. */
    maelstrom_check *check, *check_last;
};

/* The workload with this name, or NULL. And all their names, ended by NULL. */
const struct maelstrom_workload *maelstrom_workload_find(const char *name);
const char *const *maelstrom_workload_names(void);

/* The body that asks for an operation: the caller's. NULL: no memory. */
json_t *maelstrom_request(const struct maelstrom_workload *w, const struct maelstrom_op *op,
                          int64_t id);

/* Takes the answer to *op: sets its status, and result or error. 0; or -1 and a rule: it is no
 * answer to that. */
int maelstrom_answer(const struct maelstrom_workload *w, struct maelstrom_op *op,
                     const struct maelstrom_message *answer, struct fault *f);

#endif
