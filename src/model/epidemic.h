/*
 * How one record spreads by gossip(7) over a graph of up to millions of nodes, each of which is a
 * few bytes instead of a listener and a sender: a node that has the record announces it (`have`) to
 * its neighbours, unless they have announced it; one that lacks it requests it (`want`) from the
 * first that announces it; and the record follows. So a hop takes three messages. To neighbours
 * that asked for it (`eager`), the record is pushed without being announced, which takes one.
 *
 * A record may first travel along a stem (Dandelion++; model/stem_routes.h), and the network may be
 * in two parts at first.
 *
 * The same setup gives the same course on every machine: whatever is drawn comes from the seed, by
 * integers.
 */
#ifndef MODEL_EPIDEMIC_H
#define MODEL_EPIDEMIC_H

#include "base/fault.h"
#include "model/peer_graph.h"
#include "model/slots.h"
#include "model/spread.h"
#include "model/stem_routes.h"

#include <stdbool.h>
#include <stdint.h>

#define EPIDEMIC_DELAY_MAX 10000 /* ms, the mean */
#define EPIDEMIC_PART_MAX 600000 /* ms for which there are two parts */
#define EPIDEMIC_EMBARGO 10000   /* ms, plus as many again on average, as SENDER_EMBARGO */
#define EPIDEMIC_HOPS_MAX 4096   /* hops that are told apart */
/* An exponential delay is at most this many times its mean; a longer one has a chance of 10^-14. */
#define EPIDEMIC_TAIL 32

struct epidemic_setup {
    const struct peer_graph *graph;
    uint64_t seed;
    enum spread spread;
    uint32_t delay;                   /* ms that a message takes on average, from 1 */
    uint32_t eager;                   /* neighbours that push the record to a node */
    const struct stem_routes *routes; /* NULL: no stems */
    uint32_t fluff;                   /* one in so many stems ends at each node but the source */
    uint32_t part;                    /* the last `part` nodes are apart from the others */
    uint32_t heal;                    /* ... for so many ms */
};

/* What became of the record, in the epidemic below. */
struct epidemic_course {
    uint32_t reached;                /* nodes that have it */
    uint64_t announced, repeated;    /* `have`s received; those by nodes that had or awaited it */
    uint64_t requested;              /* `want`s */
    uint64_t delivered, superfluous; /* records received, and those by nodes that had it */
    uint64_t stem_hops;
    uint64_t messages;
    uint32_t percent[101];              /* at p: ms until p percent of the nodes had it; UINT32_MAX:
                                           never */
    uint32_t at_hop[EPIDEMIC_HOPS_MAX]; /* nodes that got it after so many hops */
    uint32_t spy, spied;                /* the first spy that heard of it, and from whom; else
                                           UINT32_MAX */
};

struct epidemic {
    const struct epidemic_setup *setup;
    struct slots queue;
    uint8_t *state;    /* of each node */
    uint16_t *hops;    /* that the record took to get to each */
    uint8_t *heard;    /* a bit for each neighbour of each node: it has announced the record */
    uint8_t *eager;    /* ... : the record is pushed to it */
    uint8_t *is_spy;   /* of each node: it notes the first from whom it hears; NULL: none is */
    uint32_t *touched; /* the nodes whose state has changed, and how many */
    uint32_t touched_count;
    uint64_t chance;
    struct epidemic_course course;
};

/* Prepares to spread records; *setup and what it points to stay the caller's. 0, or -1 and *f. */
int epidemic_init(struct epidemic *e, const struct epidemic_setup *setup, struct fault *f);
void epidemic_free(struct epidemic *e);

/* Spreads a record that the node makes at time 0; afterwards e->course tells of it. until_spied:
 * only until a spy hears of it. 0, or -1 and *f: no memory. */
int epidemic_run(struct epidemic *e, uint32_t node, bool until_spied, struct fault *f);

/* Notes that one more of so many nodes has the record, `ms` after it was made. */
void epidemic_note_reached(struct epidemic_course *c, uint32_t nodes, uint32_t ms);

/* Milliseconds until this percentage of the nodes had the record. -1: never. */
static inline int64_t epidemic_ms(const struct epidemic_course *c, unsigned percent)
{
    return c->percent[percent] == UINT32_MAX ? -1 : (int64_t)c->percent[percent];
}

/* Hops after which at least this percentage of so many nodes had the record. -1: never. */
int epidemic_hops(const struct epidemic_course *c, uint32_t nodes, uint32_t percent);

#endif
