/* The faults that a broken property needs: those of a run, left out one by one. */
#ifndef SIM_MINIMISE_H
#define SIM_MINIMISE_H

#include "sim/sim.h"

/* A run of this scenario and seed broke *r's property. Leaves out as many of its faults as it can
 * while the same property is broken: first halves, quarters ..., then single ones, until no single
 * one can be left out, or after `runs` runs (Zeller and Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input", 2002). On return left_out has a byte for each of r->faults faults, to be
 * freed by the caller. 0, or -1 and trouble. */
int sim_minimise(const struct sim_scenario *s, uint64_t seed, const struct sim_result *r,
                 unsigned runs, uint8_t **left_out, struct fault *f);

#endif
