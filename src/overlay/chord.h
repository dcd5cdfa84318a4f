/*
 * Chord (Stoica, Morris, Karger, Kaashoek and Balakrishnan 2001, "Chord: A Scalable Peer-to-peer
 * Lookup Service for Internet Applications", section 4): a ring of nodes, each of which knows the
 * nodes that follow it, and at 2^i behind it a finger. A key belongs to its successor, the first
 * node whose id is not below it. Nodes may be dead, without anybody having noticed. The tables are
 * found by search, so a node is a few bytes.
 */
#ifndef OVERLAY_CHORD_H
#define OVERLAY_CHORD_H

#include "base/fault.h"

#include <stdbool.h>
#include <stdint.h>

#define CHORD_MAX (1U << 24)    /* nodes */
#define CHORD_SUCCESSORS_MAX 64 /* that a node knows */

struct chord {
    uint32_t nodes;
    unsigned successors;
    uint64_t *ids; /* ascending, each once */
    uint8_t *dead; /* one a node */
};

/* 2 to CHORD_MAX nodes, of which this share is dead (ppm), but never all. 0, or -1 and no memory.
 */
int chord_make(struct chord *c, uint32_t nodes, unsigned successors, uint32_t dead, uint64_t seed,
               struct fault *f);
void chord_free(struct chord *c);

struct chord_course {
    unsigned hops;     /* messages that reached somebody, the one to the key's node included */
    unsigned timeouts; /* messages to the dead */
    bool found;        /* the last hop was to the live successor of the key */
};

/* A node looks for a key (section 4.3, and 5.2 for the dead): goes from node to node, each time to
 * the live contact that is nearest before the key. No hop leads to a node's own key. */
struct chord_course chord_find(const struct chord *c, uint32_t node, uint64_t key);

#endif
