/* Which proposals have been applied: the serials of each client, as ranges.
 *
 * A client numbers its proposals in the order in which it makes them, but they may be committed in
 * another order, and one may be lost with its client: so a range ends where a serial is missing. A
 * proposal that is committed twice is applied once (paxos(1), rule P13; Ongaro, "Consensus:
 * Bridging Theory and Practice", 2014, section 6.3). */
#ifndef CONSENSUS_APPLIED_H
#define CONSENSUS_APPLIED_H

#include "consensus/engine.h"

struct serial_range {
    uint64_t first, last;
};

struct applied_client {
    uint32_t client;
    struct serial_range *ranges; /* in order, none touches the next */
    size_t count, cap;
};

/* All zero is an empty set that owns nothing. */
struct applied {
    struct applied_client *clients; /* in the order of their numbers */
    size_t count, cap;
};

bool applied_has(const struct applied *a, struct proposal_id id);

/* 1: it is new; 0: it was there; -1: no memory. */
int applied_add(struct applied *a, struct proposal_id id);

/* Copies *from into *to, which is empty. 0, or -1: no memory, and *to is empty. */
int applied_copy(const struct applied *from, struct applied *to);

/* Appends a line for each client, `NAME FIRST-LAST ...`. 0, or -1: no memory. */
int applied_format(const struct applied *a, const struct node_names *names, struct buf *out);

/* Adds what one such line says, n bytes without the newline, about a client that is not in the set
 * yet. 0, or -1 and *f: FAULT_RULE if it is no such line, else trouble. */
int applied_parse(struct applied *a, const char *line, size_t n, struct node_names *names,
                  struct fault *f);

void applied_free(struct applied *a);

#endif
