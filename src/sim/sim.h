/*
 * One run of a scenario in virtual time, from a seed. The same scenario, seed and options give the
 * same trace, byte for byte, on every machine: nothing but they decides anything.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "scenario/scenario.h"
#include "sim/order.h"
#include "sim/trace.h"

/* Faults have numbers, from 1: those that change messages one by one, each kind in its turn; then
 * each fault that happens once, by time. */
struct sim_options {
    uint64_t seed;
    const uint8_t *left_out; /* a byte for each fault: 1: it does not happen; NULL: all do */
    size_t left_out_count;
    sim_trace_write *write; /* the trace after its first line; NULL: none */
    void *self;
};

enum sim_count {
    SIM_COUNT_SENT, /* messages, a copy for each addressee */
    SIM_COUNT_DELIVERED,
    SIM_COUNT_DROPPED,
    SIM_COUNT_DUPLICATED,
    SIM_COUNT_EVENTS, /* that processes were given */
    SIM_COUNT_BATCHES,
    SIM_COUNT_SAVES,
    SIM_COUNT_SYNCS,
    SIM_COUNT_COMMITS, /* by all nodes together */
    SIM_COUNT_RECORDS, /* indexes with a record */
    SIM_COUNT_FAULTS,
    SIM_COUNT_CRASHES,
    SIM_COUNT_LEADERS, /* terms with a leader */
    SIM_COUNT_INVOKED,
    SIM_COUNT_OK,
    SIM_COUNT_FAILED,
    SIM_COUNT_UNKNOWN, /* operations of which no client knows whether they happened */
    SIM_COUNTS
};

extern const char *const sim_count_words[];

enum sim_sample {
    SIM_SAMPLE_OPERATION, /* milliseconds from invoke to ok or fail */
    SIM_SAMPLE_SYNC,      /* of a disk */
    SIM_SAMPLE_GAP,       /* between commits of new records */
    SIM_SAMPLES
};

extern const char *const sim_sample_words[];

struct sim_samples {
    uint32_t *list;
    size_t count, cap;
};

/* All zero at first; freed with sim_result_free. */
struct sim_result {
    bool broken;
    enum sim_property property; /* the first that was broken, and in which words, and when */
    char text[320];
    int64_t time;
    size_t faults; /* that have numbers, left out or not */
    uint64_t counts[SIM_COUNTS];
    struct sim_samples samples[SIM_SAMPLES];
};

/* Runs it, and fills in *r. 0, whether or not a property was broken; or -1 and trouble, or a rule
 * that the scenario breaks, such as a setting that its engine does not have. */
int sim_run(const struct sim_scenario *s, const struct sim_options *o, struct sim_result *r,
            struct fault *f);
void sim_result_free(struct sim_result *r);

#endif
