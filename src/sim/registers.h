/*
 * The application on each simulated node: registers to which commits are applied, and each client's
 * last result, so that one who asks again is answered. Its snapshot is lines:
 *
 *     order INDEX CHAIN            the last commit that was applied, and sim/order.h's hash of all
 *     register k1 42
 *     session c3 17 42             of client c3's operation 17; `no`: a cas whose register differed
 */
#ifndef SIM_REGISTERS_H
#define SIM_REGISTERS_H

#include "base/fault.h"
#include "sim/operation.h"

#include <stdbool.h>
#include <stddef.h>

struct sim_session {
    uint64_t serial;
    int64_t value; /* that was read or written */
    bool no;
};

struct sim_registers {
    uint64_t applied; /* index of the last commit */
    uint64_t chain;
    uint32_t keys, clients;
    int64_t *values;
    struct sim_session *sessions;
};

/* 0, or -1 and trouble. */
int sim_registers_init(struct sim_registers *r, uint32_t keys, uint32_t clients, struct fault *f);
void sim_registers_free(struct sim_registers *r);

/* As at the beginning: a node that restarts is told its commits, or a snapshot, anew. */
void sim_registers_clear(struct sim_registers *r);

/* Applies one commit, after which the index and chain are these. An operation that this client has
 * had applied before changes nothing. */
void sim_registers_apply(struct sim_registers *r, const struct sim_operation *op, uint64_t index,
                         uint64_t chain);

/* Appends the snapshot. 0, or -1: no memory. */
int sim_registers_format(const struct sim_registers *r, struct buf *out);

/* Takes a snapshot's text in place of what it held. 0, or -1 and a rule: it is none. */
int sim_registers_restore(struct sim_registers *r, const char *text, size_t n, struct fault *f);

#endif
