/*
 * Which way stems go in an epoch of Dandelion++ (Fanti et al. 2018, "Dandelion++: Lightweight
 * Cryptocurrency Networking with Formal Anonymity Guarantees"): each node has chosen two
 * others, and a rule that says to which of them a stem goes on.
 */
#ifndef MODEL_STEM_ROUTES_H
#define MODEL_STEM_ROUTES_H

#include "base/fault.h"
#include "model/peer_graph.h"

#include <stdbool.h>
#include <stdint.h>

enum stem_rule {
    STEM_ONE_TO_ONE, /* each of the two gets what came by one half of the edges: by one edge, in a
                        graph in which two come in; own ones go to either */
    STEM_PER_EDGE,   /* for each edge by which stems come in, one of the two */
    STEM_ALL_TO_ONE, /* one of the two gets all, as from gossip/sender.h */
    STEM_PER_RECORD, /* one of the two for each record */
};

struct stem_routes {
    enum stem_rule rule;
    uint32_t nodes;
    uint32_t *to;  /* two for each node */
    uint8_t *turn; /* of each such edge: to which of its two the node at its end passes on */
    uint8_t *own;  /* to which of its two each node sends its own */
};

/* Draws who chooses whom. graph NULL: each node chooses two, and is chosen by two (the paper's
 * exact 4-regular graph); else each chooses two of those that it dialed, if it did. 0, or -1 and
 * *f. */
int stem_routes_make(struct stem_routes *r, enum stem_rule rule, uint32_t nodes,
                     const struct peer_graph *graph, uint64_t seed, struct fault *f);
void stem_routes_free(struct stem_routes *r);

/* The edge (place in r->to) by which a record of this node leaves it; by which one goes on that
 * came by `edge`. *chance is drawn from if the rule says so. */
uint32_t stem_routes_begin(const struct stem_routes *r, uint32_t node, uint64_t *chance);
uint32_t stem_routes_next(const struct stem_routes *r, uint32_t edge, uint64_t *chance);

#endif
