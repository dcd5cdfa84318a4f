/* What is printed of runs: the line that makes one again, and counts. All give 0, or -1: no
 * memory. */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include "sim/sim.h"

/* The first line of a trace: `# netsim FLAGS-s SEED -x FAULTS -e 'STATEMENT' ...`, so that a shell
 * that is given the rest of it makes the same trace. flags: further options, each with a blank
 * after it. */
int sim_report_command(const struct sim_scenario *s, const struct sim_options *o, const char *flags,
                       struct buf *out);

/* Lines `count WORD N` and `quantile WORD PERCENT MILLISECONDS`. */
int sim_report_counts(struct sim_result *r, struct buf *out);

/* A line `SEED PROPERTY MILLISECONDS WORDS...` of a run that broke a property. */
int sim_report_broken(uint64_t seed, const struct sim_result *r, struct buf *out);

/* The faults of `1-4,7`, as a byte for each up to the last, which the caller frees. 0, or -1: a
 * rule, or trouble. */
int sim_faults_parse(const char *text, uint8_t **left_out, size_t *count, struct fault *f);

#endif
