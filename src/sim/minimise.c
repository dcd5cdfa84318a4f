#include "sim/minimise.h"

#include <stdlib.h>
#include <string.h>

struct minimiser {
    const struct sim_scenario *scenario;
    uint64_t seed;
    enum sim_property property;
    size_t faults;
    unsigned runs; /* left */
    uint8_t *out, *trial;
};

/* Whether the property is still broken without what `trial` leaves out: 1, 0, or -1 and trouble. */
static int still_broken(struct minimiser *x, struct fault *f)
{
    struct sim_result r = {0};
    const struct sim_options o = {
        .seed = x->seed, .left_out = x->trial, .left_out_count = x->faults};
    const int result = sim_run(x->scenario, &o, &r, f);
    const bool same = r.broken && r.property == x->property;
    sim_result_free(&r);
    return result ? -1 : same;
}

/* Tries to leave out `size` of the faults that are left, from the at-th on. 1: they are now. */
static int leave_out(struct minimiser *x, size_t at, size_t size, struct fault *f)
{
    size_t changed = 0;
    memcpy(x->trial, x->out, x->faults);
    for (size_t i = at; i < at + size && i < x->faults; i++) {
        changed += !x->trial[i];
        x->trial[i] = 1;
    }
    if (changed == 0 || x->runs == 0)
        return 0;
    x->runs--;
    const int broken = still_broken(x, f);
    if (broken > 0)
        memcpy(x->out, x->trial, x->faults);
    return broken;
}

static int minimise(struct minimiser *x, struct fault *f)
{
    size_t size = x->faults;
    while (size > 0 && x->runs > 0) {
        bool shrunk = false;
        for (size_t at = 0; at < x->faults; at += size) {
            const int result = leave_out(x, at, size, f);
            if (result < 0)
                return -1;
            shrunk |= result > 0;
        }
        if (size > 1)
            size = (size + 1) / 2;
        else if (!shrunk)
            break;
    }
    return 0;
}

int sim_minimise(const struct sim_scenario *s, uint64_t seed, const struct sim_result *r,
                 unsigned runs, uint8_t **left_out, struct fault *f)
{
    struct minimiser x = {.scenario = s,
                          .seed = seed,
                          .property = r->property,
                          .faults = r->faults,
                          .runs = runs,
                          .out = calloc(r->faults + 1, 1),
                          .trial = calloc(r->faults + 1, 1)};
    *left_out = x.out;
    const int result = x.out == NULL || x.trial == NULL ? fault_memory(f) : minimise(&x, f);
    free(x.trial);
    return result;
}
