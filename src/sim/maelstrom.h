/* For src/sim alone: a run of Maelstrom. Its nodes are those of the scenario, on its network and
 * with its faults; clients and services are no nodes, and no fault touches what passes between them
 * and a node. */
#ifndef SIM_MAELSTROM_H
#define SIM_MAELSTROM_H

#include "maelstrom/maelstrom_check.h"
#include "maelstrom/maelstrom_service.h"
#include "maelstrom/maelstrom_workload.h"
#include "sim/parts.h"

struct maelstrom_client {
    size_t asks;     /* the place of its open operation; SIZE_MAX: it has none */
    int64_t id;      /* of its newest request */
    uint32_t node;   /* which it asks, from 0 */
    bool reads_last; /* it only reads after the faults */
};

struct maelstrom {
    const struct maelstrom_workload *workload;
    struct maelstrom_history history;
    /* Their names come after those of the nodes, and the services' after these. */
    struct maelstrom_client *clients;
    uint32_t client_count;
    struct maelstrom_service *services[MAELSTROM_SERVICES];
    uint64_t delays, chance; /* streams */
    int64_t serial;          /* of the last operation that was drawn */
    size_t open;             /* operations */
    uint64_t judged;         /* the number of events when it was judged last */
};

/* Nothing, if the scenario is not one of Maelstrom. After the nodes were made. 0, or -1. */
int sim_maelstrom_init(struct sim *s, struct fault *f);
void sim_maelstrom_free(struct sim *s);

/* The process of a node that runs these words, as maelstrom_node_new. */
struct sim_process *sim_maelstrom_process(const struct sim *s, const struct sim_words *words,
                                          const struct engine_setup *setup, struct fault *f);

/* A node has sent a message to a client or a service. The item stays the caller's. */
int sim_maelstrom_send(struct sim *s, const struct sim_node *n, uint32_t name,
                       struct engine_item *item, struct fault *f);

/* SIM_REQUEST: a message from the name `from` arrives at the node `node`. SIM_REPLY: one from the
 * node `from` arrives at the name `node`. The event's item is taken. */
int sim_maelstrom_request(struct sim *s, const struct sim_event *e, struct fault *f);
int sim_maelstrom_reply(struct sim *s, const struct sim_event *e, struct fault *f);

/* SIM_ASK: a client begins an operation, or, if `number` is that of its open one, gives it up. */
int sim_maelstrom_ask(struct sim *s, uint32_t client, uint64_t number, struct fault *f);

/* After the faults. live: has each healed node read from now on, if the workload judges last reads.
 * done: whether all was answered, and rightly. failed: time is up: breaks the property that does
 * not hold. Each 0, or -1 and trouble. */
int sim_maelstrom_live(struct sim *s, struct fault *f);
int sim_maelstrom_done(struct sim *s, bool *done, struct fault *f);
int sim_maelstrom_failed(struct sim *s, struct fault *f);

/* For these files alone. A message from the name `from` sets out to a node. */
int maelstrom_post(struct sim *s, uint32_t from, uint32_t node, const json_t *body, int64_t delay,
                   struct fault *f);
/* A client is told what a node says. */
int maelstrom_client_answered(struct sim *s, uint32_t client, uint32_t node,
                              const struct maelstrom_message *m, struct fault *f);

#endif
