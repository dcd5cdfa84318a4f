/* What a simulated client asks, as the line that is proposed: `c3 17 write k1 42`, and blanks up to
 * the size that the scenario wants. Values are numbers. */
#ifndef SIM_OPERATION_H
#define SIM_OPERATION_H

#include "base/buf.h"

#include <stdint.h>

#define SIM_NIL (-1) /* the value of a register to which nothing was written */

enum sim_operation_kind {
    SIM_OP_NONE, /* a line that no client made */
    SIM_OP_READ,
    SIM_OP_WRITE,
    SIM_OP_CAS, /* compare and set: value, if it is `expected` */
    SIM_OP_LINE,
};

struct sim_operation {
    enum sim_operation_kind kind;
    uint32_t client, key; /* from 0; in text, from 1 */
    uint64_t serial;      /* the client's own, from 1 */
    int64_t value, expected;
};

/* Appends the line, at least `size` bytes long. 0, or -1: no memory. */
int sim_operation_format(const struct sim_operation *op, uint32_t size, struct buf *out);

/* The operation of a proposal; SIM_OP_NONE if it is none. */
struct sim_operation sim_operation_parse(const char *text, size_t n);

#endif
