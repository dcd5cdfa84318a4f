/* The one order on which all simulated nodes have to agree: who first committed what at which
 * index, and who led in which term. */
#ifndef SIM_ORDER_H
#define SIM_ORDER_H

#include "consensus/engine.h"
#include "sim/operation.h"

/* One index. Two of the same chain have had the same records before them. */
struct sim_record {
    struct payload *payload; /* NULL: not known, or nothing */
    struct proposal_id id;
    uint64_t before, chain; /* before it; with it */
    struct sim_operation operation;
    uint32_t node; /* the first that committed it, or passed it over */
    bool nothing;  /* it was passed over */
};

struct sim_leader {
    uint64_t term;
    uint32_t name;
};

/* All zero is an order without records. */
struct sim_order {
    struct sim_record *records; /* from index 1 */
    size_t count, cap;
    uint64_t **indexes; /* of each name's proposals by serial; 0: not committed */
    size_t *index_caps;
    size_t names, names_cap, index_lists_cap;
    struct sim_leader *leaders; /* by term */
    size_t leader_count, leaders_cap;
};

#define SIM_INDEX_MAX (1 << 26) /* the highest index or serial that is looked at */

void sim_order_free(struct sim_order *o);

/* What a rule broken says: which property, in words. */
struct sim_breach {
    int property; /* enum sim_property; -1: none */
    char text[300];
};

/* A node whose last commit was `before`, of that chain, commits this. 0 and the record, or a breach
 * of SIM_ORDER or SIM_ONCE; -1 and trouble. labels: of the nodes. */
int sim_order_commit(struct sim_order *o, uint32_t node, uint64_t before, uint64_t before_chain,
                     const struct engine_output *commit, const char *const *labels,
                     struct sim_breach *breach, const struct sim_record **record, struct fault *f);

/* The chain at an index that some node has committed. 0: none has. */
uint64_t sim_order_chain(const struct sim_order *o, uint64_t index);

/* A node's watchers were told `leader TERM NAME`. 0, maybe with a breach of SIM_LEADER; -1 and
 * trouble. */
int sim_order_leader(struct sim_order *o, uint64_t term, uint32_t name,
                     const struct node_names *names, struct sim_breach *breach, struct fault *f);

#endif
