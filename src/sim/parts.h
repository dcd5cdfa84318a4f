/* For src/sim alone: the simulated world, of which each file here moves a part. */
#ifndef SIM_PARTS_H
#define SIM_PARTS_H

#include "history/history.h"
#include "sim/disk.h"
#include "sim/links.h"
#include "sim/registers.h"
#include "sim/sim.h"
#include "sim/skewed_clock.h"
#include "simprocess/process.h"
#include "virtual/queue.h"

enum sim_event_kind {
    SIM_MESSAGE, /* data: an item, number: of the message */
    SIM_TIMER,   /* number: the life of the node, as below */
    SIM_SYNCED,
    SIM_FAULT_BEGINS, /* number: the place of the fault */
    SIM_FAULT_ENDS,
    SIM_ACTION,  /* number: the place of the scenario's action */
    SIM_CLIENT,  /* node: a client, which begins an operation */
    SIM_TIMEOUT, /* of a client's try; number: the try */
    SIM_REQUEST, /* these three: sim/maelstrom.h */
    SIM_REPLY,
    SIM_ASK,
    SIM_LIVENESS,
};

struct sim_node {
    struct sim_process *process;
    struct engine_setup setup;
    char label[NODE_NAME_MAX + 2]; /* its name, and ' if it is a twin */
    uint32_t name;
    uint32_t twin; /* the other instance; UINT32_MAX: none */
    bool up, paused;
    bool healed;   /* for good, in the liveness phase */
    bool touched;  /* it has a batch that is due now */
    uint32_t life; /* starts; an event for an earlier life is void */
    struct sim_clock clock;
    int64_t deadline;   /* on its clock; and all three: INT64_MAX: never */
    int64_t due, timer; /* when that is; when the timer event that counts comes */
    int64_t instant;    /* of the last timer that ended a batch, and how many it had */
    uint32_t rounds;
    struct engine_event *batch;
    struct engine_item **items; /* of the batch's messages */
    size_t batch_count, batch_cap, items_cap;
    struct sim_disk disk;
    uint64_t disk_stream;
    int64_t sync_began;
    struct sim_registers registers;
    int64_t since_snapshot; /* commits */
    uint64_t reads;         /* serial of the last read */
};

struct sim_client {
    struct sim_operation op;
    bool busy;
    bool reading;  /* through a read index */
    uint32_t node; /* where it waits */
    uint64_t read; /* the serial of its read there */
    struct proposal_id id;
    struct payload *payload;
    uint64_t attempt;
    uint32_t tries;
    int64_t invoked;
    int64_t left;  /* operations; INT64_MAX: no end */
    bool answered; /* one that was invoked in the liveness phase has been answered */
};

struct sim_fault {
    int64_t time;
    int32_t hold;
    enum sim_fault_kind kind;
    bool left_out, active;
    const struct sim_action *action; /* NULL: it is drawn */
    uint64_t stream;
    uint32_t from, to; /* nodes, as drawn; `from` alone: the node */
    uint32_t life;     /* of the node when it crashed */
    struct sim_partition partition;
};

struct maelstrom;

struct sim {
    const struct sim_scenario *scenario;
    const struct sim_options *options;
    struct sim_result *result;
    struct sim_queue queue;
    struct node_names *names;
    struct sim_links links;
    int *regions; /* of each node */
    struct sim_node *nodes;
    uint32_t node_count, base_count; /* with twins; without */
    const char **labels;
    uint32_t *members;
    size_t member_count;
    uint64_t *serials; /* of each base node's proposals */
    uint32_t *touched; /* whose batches are due: each node once, and once more for the next round */
    size_t touched_count;
    struct maelstrom *maelstrom; /* NULL: this is no run of Maelstrom */
    struct sim_client *clients;
    uint64_t workload; /* stream */
    int64_t next_value;
    int64_t *recent; /* of each key: a value that was written */
    struct sim_fault *faults;
    size_t fault_count, faults_cap;
    uint32_t leader; /* the last that was told to watchers; UINT32_MAX: none */
    struct sim_order order;
    uint64_t acknowledged; /* the highest index of a record that a client was told of */
    int64_t last_record;   /* when a record was first committed last */
    struct sim_trace trace;
    struct op_history *history; /* NULL: it is not to be judged */
    struct engine_outputs out;
    struct engine_item **disk_items;
    size_t disk_items_cap;
    uint64_t messages;
    bool live; /* the liveness phase */
    bool over;
    struct buf text;
};

/* What every file calls. */
static inline int64_t sim_now(const struct sim *s)
{
    return s->queue.now;
}
static inline void sim_count_up(struct sim *s, enum sim_count what)
{
    s->result->counts[what]++;
}
int sim_sample_add(struct sim *s, enum sim_sample what, int64_t value, struct fault *f);

/* Ends the run: a property is broken, unless the scenario leaves it out. */
void sim_broken(struct sim *s, enum sim_property property, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int sim_add(struct sim *s, int64_t time, enum sim_event_kind kind, uint32_t node, uint64_t number,
            struct fault *f);

/* setup.c */
int sim_nodes_init(struct sim *s, struct fault *f);
void sim_nodes_free(struct sim *s);
uint32_t sim_node_find(const struct sim *s, const char *name);

/* node.c: the machine around a process. Each 0, or -1 and trouble. */
void sim_trace_node(struct sim *s, const char *word, const struct sim_node *n);
int sim_node_start(struct sim *s, struct sim_node *n, struct fault *f);
/* Kills the process. How many of the unsynced saves are kept is drawn from the stream; NULL: none.
 */
void sim_node_crash(struct sim *s, struct sim_node *n, uint64_t *stream);
void sim_node_wipe(struct sim *s, struct sim_node *n); /* its disk */
int sim_node_skew(struct sim *s, struct sim_node *n, int64_t ms, struct fault *f);
void sim_node_resume(struct sim *s, struct sim_node *n); /* after a pause */
/* Adds an event to the node's batch. The references to its payload and to the item, which is that
 * of a message, become the node's, also if it fails. */
int sim_node_give(struct sim *s, struct sim_node *n, const struct engine_event *e,
                  struct engine_item *item, struct fault *f);
void sim_node_clear_batch(struct sim_node *n);
/* Gives the process its batch, and takes what it puts out. */
int sim_node_run(struct sim *s, struct sim_node *n, struct fault *f);
/* SIM_TIMER and SIM_SYNCED. */
int sim_node_timer(struct sim *s, struct sim_node *n, uint64_t life, struct fault *f);
int sim_node_synced(struct sim *s, struct sim_node *n, uint64_t life, struct fault *f);

/* outputs.c: acts on s->out, what a process has put out, and empties it. 0, or -1 and trouble. */
int sim_outputs_take(struct sim *s, struct sim_node *n, struct fault *f);

/* messages.c. The item stays the sender's; that of the event is taken. 0, or -1 and trouble. */
int sim_message_send(struct sim *s, struct sim_node *from, uint32_t to, struct engine_item *item,
                     struct fault *f);
int sim_message_arrive(struct sim *s, const struct sim_event *e, struct fault *f);
/* Begins a line of the trace about a message: WORD FIRST SECOND NUMBER. */
void sim_trace_message(struct sim *s, const char *word, const char *first, const char *second,
                       uint64_t number);

/* clients.c: the clients of the workloads register and log. Each 0, or -1 and trouble. */
int sim_clients_init(struct sim *s, struct fault *f);
void sim_clients_free(struct sim *s);
int sim_client_begin(struct sim *s, uint32_t client, struct fault *f);
int sim_client_timeout(struct sim *s, uint32_t client, uint64_t attempt, struct fault *f);
/* The node has applied this operation; NULL: a snapshot, so any of them. */
int sim_clients_applied(struct sim *s, const struct sim_node *n, const struct sim_operation *op,
                        struct fault *f);
/* The node has answered its read with this number. index UINT64_MAX: ask again later. */
int sim_clients_answered(struct sim *s, const struct sim_node *n, uint64_t read, uint64_t index,
                         struct fault *f);
int sim_clients_live(struct sim *s, struct fault *f);

/* history_lines.c: invoke, ok, fail, info. init: -1: no memory. */
int sim_history_init(struct sim *s);
int sim_history_event(struct sim *s, uint32_t client, enum op_kind kind, int64_t value,
                      struct fault *f);
int sim_history_check(struct sim *s, struct fault *f);

/* fault_plan.c, faults.c, actions.c. Each 0, or -1 and trouble; the plan also a rule. */
int sim_faults_plan(struct sim *s, struct fault *f);
void sim_faults_free(struct sim *s);
int sim_fault_begin(struct sim *s, struct sim_fault *x, struct fault *f);
int sim_fault_end(struct sim *s, struct sim_fault *x, struct fault *f);
int sim_action(struct sim *s, const struct sim_action *a, struct fault *f);
int sim_propose(struct sim *s, struct sim_node *n, struct proposal_id id, struct payload *p,
                struct fault *f);

/* liveness.c: heals a quorum and lets the clients ask again; whether all were answered; breaks the
 * property that they were not. */
int sim_live_begin(struct sim *s, struct fault *f);
bool sim_live_done(const struct sim *s);
void sim_live_failed(struct sim *s);

#endif
