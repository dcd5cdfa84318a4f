/*
 * What a run of the simulation is made of: nodes, the network, faults, clients, properties. A
 * scenario(5) is flat lines, each a statement; the command line gives further statements.
 */
#ifndef SCENARIO_SCENARIO_H
#define SCENARIO_SCENARIO_H

#include "base/buf.h"
#include "base/fault.h"
#include "consensus/node_names.h"
#include "virtual/draw.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SIM_NODES_MAX = 1024,      /* twins among them */
    SIM_STATEMENTS_MAX = 4096, /* lines */
    SIM_LINE_MAX = 4096,       /* bytes of one */
    SIM_WORDS_MAX = 512,       /* in one */
    SIM_REGIONS_MAX = 16,
    SIM_CLIENTS_MAX = 4096,
    SIM_KEYS_MAX = 4096,
    SIM_SIZE_MAX = 32768,     /* bytes of a proposal */
    SIM_LIVE_DEFAULT = 20000, /* milliseconds of the liveness phase, unless told otherwise */
};

/* Words of a statement, which live as long as the scenario. */
struct sim_words {
    const char *const *list;
    size_t count;
};

struct sim_node_plan {
    const char *name;
    struct sim_words runs; /* the words of what it runs; none: those of `run` */
    int region;            /* -1: none */
    bool made;             /* by `node' or `spare'; else another statement names it */
    bool spare;            /* it is no member at the beginning */
    bool twin;             /* it has a second instance */
};

enum sim_fault_kind {
    SIM_FAULT_LOSS, /* these three change messages one by one, all the time */
    SIM_FAULT_DUPLICATE,
    SIM_FAULT_REORDER,
    SIM_FAULT_PARTITION,  /* two random groups */
    SIM_FAULT_ISOLATE,    /* one node against all */
    SIM_FAULT_ASYMMETRIC, /* two groups; one still hears the other */
    SIM_FAULT_BRIDGE,     /* two groups that have one node in common */
    SIM_FAULT_OMIT,       /* one direction of one link loses everything */
    SIM_FAULT_CLOG,       /* ... or holds everything back */
    SIM_FAULT_CRASH,      /* what was not synced is lost */
    SIM_FAULT_TORN,       /* ... or a part of it is */
    SIM_FAULT_WIPE,       /* the disk is lost */
    SIM_FAULT_PAUSE,
    SIM_FAULT_SKEW, /* a clock jumps forward */
    SIM_FAULT_KINDS
};

extern const char *const sim_fault_words[]; /* NULL ends it */

/* Faults of one kind that are drawn from the seed: the time between the beginnings of two is
 * exponential with the mean `every`, and each holds for least to most. every 0: there are none. */
struct sim_fault_plan {
    int32_t every, least, most;
};

enum sim_action_kind {
    SIM_ACT_FAULT,   /* of kind `fault`, which ends after `hold` milliseconds; 0: at `heal` */
    SIM_ACT_RESTART, /* a node that is down */
    SIM_ACT_RESUME,
    SIM_ACT_HEAL,
    SIM_ACT_COMMAND, /* words for a node's operator */
    SIM_ACT_PROPOSE, /* words that a node proposes */
    SIM_ACT_READ,
};

/* What happens at a given time. */
struct sim_action {
    int64_t time;
    enum sim_action_kind kind;
    enum sim_fault_kind fault;
    int32_t hold;
    struct sim_words words; /* names, or the text */
};

enum sim_workload {
    SIM_WORK_REGISTER, /* clients read, write and compare-and-set registers */
    SIM_WORK_LOG,      /* clients propose lines */
    SIM_WORK_NONE,
};

enum sim_property {
    SIM_ORDER,        /* no two nodes commit different records at an index */
    SIM_ONCE,         /* nothing is committed at two indexes */
    SIM_DURABLE,      /* what was acknowledged is in the order that all agree on in the end */
    SIM_LEADER,       /* one leader a term */
    SIM_LIVE,         /* the liveness phase ends */
    SIM_LINEARIZABLE, /* the registers are (history/history.h) */
    SIM_ANSWERS,      /* what clients of Maelstrom were answered is right */
    SIM_PROCESS,      /* no process breaks a rule; it cannot be left out */
    SIM_PROPERTIES
};

extern const char *const sim_property_words[];

struct sim_region_delay {
    int from, to;
    struct sim_delay delay;
};

struct maelstrom_workload;

struct sim_scenario {
    struct buf *statements; /* each as text, for the first line of the trace */
    size_t statements_count, statements_cap;
    char **texts; /* what the words below point into */
    const char ***lists;
    size_t kept, texts_cap, lists_cap;

    struct sim_node_plan *nodes;
    size_t node_count, nodes_cap;
    int64_t numbered; /* nodes n1, n2, ... */
    struct sim_words runs;
    size_t twins; /* so many nodes, drawn from the seed, have twins */

    int64_t time, live; /* of the phase with faults; the bound of the liveness phase */
    struct sim_delay delay, disk;
    char regions[SIM_REGIONS_MAX][NODE_NAME_MAX + 1];
    int region_count;
    struct sim_region_delay *region_delays;
    size_t region_delay_count, region_delays_cap;
    bool fifo;                         /* a link delivers in the order of sending */
    uint32_t loss, duplicate, reorder; /* in a million */
    int32_t reorder_most;
    int32_t drift; /* each clock is fast or slow by at most so many in a million */
    struct sim_fault_plan faults[SIM_FAULT_KINDS];
    struct sim_action *actions;
    size_t action_count, actions_cap;

    enum sim_workload workload;
    const struct maelstrom_workload *maelstrom; /* NULL: this is no scenario of Maelstrom */
    int pace;                                   /* enum maelstrom_pace */
    int silence; /* milliseconds of real time in which a program answers */
    uint32_t clients, keys, size, retries;
    uint32_t reads, writes; /* of 100 operations; the others compare and set */
    bool log_reads;         /* reads are proposed as well, instead of asking for a read index */
    int64_t operations;     /* of each client; 0: as many as there is time for */
    struct sim_delay think;
    int32_t timeout;
    int64_t snapshot; /* commits after which a node is given a snapshot; 0: never */
    bool properties[SIM_PROPERTIES];
    bool work_given, properties_given; /* by a statement: work for clients; properties */
    struct sim_words quorum;           /* of the liveness phase; none: it is drawn */
};

/* The defaults, and no nodes. */
void sim_scenario_init(struct sim_scenario *s);
void sim_scenario_free(struct sim_scenario *s);

/* Takes one statement, n bytes without a newline; a comment or an empty line is none. 0, or -1:
 * FAULT_RULE says what is wrong with it, else trouble. */
int sim_scenario_line(struct sim_scenario *s, const char *line, size_t n, struct fault *f);

/* Takes all lines of a file. -1: f->line is the line's number. */
int sim_scenario_read(struct sim_scenario *s, int fd, struct fault *f);

/* What one statement cannot tell: that there are nodes, that each runs something, that the names in
 * actions are nodes'. 0, or -1 and a rule, or trouble. */
int sim_scenario_check(struct sim_scenario *s, struct fault *f);

/* The place of a node's plan; -1: there is none with this name. */
long sim_scenario_node(const struct sim_scenario *s, const char *name);

#endif
