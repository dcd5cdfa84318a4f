/* The trace of a run: lines `TIME WORD ...`, which netsim(1) lists. Failures are kept, and
 * sim_trace_flush reports them. */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include "base/buf.h"
#include "base/fault.h"

#include <stdbool.h>
#include <stdint.h>

/* Where its bytes go. 0, or -1 and trouble. */
typedef int sim_trace_write(void *self, const char *bytes, size_t n, struct fault *f);

struct sim_trace {
    sim_trace_write *write; /* NULL: there is no trace */
    void *self;
    struct buf text;
    bool failed; /* for want of memory */
};

static inline bool sim_tracing(const struct sim_trace *t)
{
    return __builtin_expect(t->write != NULL, 0);
}

/* A line: its time and first word; then further words, numbers, or lines of text, of which each
 * newline but the last becomes a tab; then its end. */
void sim_trace_begin(struct sim_trace *t, int64_t time, const char *word);
void sim_trace_word(struct sim_trace *t, const char *word);
void sim_trace_number(struct sim_trace *t, uint64_t n);
void sim_trace_glue(struct sim_trace *t, char glue, uint64_t n); /* a number after glue */
void sim_trace_lines(struct sim_trace *t, const char *text, size_t n);
void sim_trace_end(struct sim_trace *t);

/* Writes what waits, if it is much or `all`. 0, or -1 and trouble. */
int sim_trace_flush(struct sim_trace *t, bool all, struct fault *f);

void sim_trace_free(struct sim_trace *t);

#endif
