/*
 * What is still to happen in virtual time, in one order: by time, then by when it was added.
 *
 * Two timing wheels hold what is near, one with a slot a millisecond and one with a slot for each
 * span of the first; a heap holds the rest (Varghese and Lauck, "Hashed and Hierarchical Timing
 * Wheels", 1987). A bitmap of the slots in use finds the next one in a few instructions, however
 * few events there are.
 */
#ifndef VIRTUAL_QUEUE_H
#define VIRTUAL_QUEUE_H

#include "base/fault.h"

#include <stddef.h>
#include <stdint.h>

#define SIM_QUEUE_SLOTS 4096            /* milliseconds in a slot of the second wheel */
#define SIM_QUEUE_MAX (1u << 30)        /* events at once */
#define SIM_TIME_MAX (INT64_C(1) << 52) /* milliseconds; nothing happens later */

/* The fields are the owner's, except for the first and the last. */
struct sim_event {
    uint32_t next;
    uint32_t kind;
    uint32_t node, from;
    uint64_t number;
    void *data;
    int64_t time; /* if it is not in the first wheel */
};

struct sim_queue_far {
    int64_t time;
    uint64_t serial;
    uint32_t event;
};

/* Events by slot, in the order in which they were added. */
struct sim_queue_wheel {
    uint64_t words; /* a bit for each word of `used` that is not 0 */
    uint64_t used[SIM_QUEUE_SLOTS / 64];
    uint32_t first[SIM_QUEUE_SLOTS], last[SIM_QUEUE_SLOTS];
};

/* All zero but for what sim_queue_init sets. Only queue.c looks inside. */
struct sim_queue {
    int64_t now;      /* of the event that was taken last */
    uint64_t serial;  /* how many were ever put into the heap */
    size_t near, far; /* events due in this span of the first wheel; later ones */
    struct sim_queue_wheel soon, later;
    int64_t least[SIM_QUEUE_SLOTS]; /* of a slot of `later` that is in use: its earliest time */
    struct sim_event *events;
    size_t events_count, events_cap;
    uint32_t unused; /* a list of events; UINT32_MAX ends it */
    struct sim_queue_far *heap;
    size_t heap_count, heap_cap;
};

void sim_queue_init(struct sim_queue *q);
void sim_queue_free(struct sim_queue *q);

/* Adds a copy of *e, for a time at most SIM_TIME_MAX; a time that has passed counts as now. 0, or
 * -1 and trouble: no memory, or SIM_QUEUE_MAX. */
int sim_queue_add(struct sim_queue *q, int64_t time, const struct sim_event *e, struct fault *f);

/* When the next event is due; INT64_MAX: there is none. */
int64_t sim_queue_next(const struct sim_queue *q);

/* Takes the next event, whose time q->now then is. 1; or 0: there is none. */
int sim_queue_take(struct sim_queue *q, struct sim_event *e);

/* The same, if its time is still q->now. */
int sim_queue_take_now(struct sim_queue *q, struct sim_event *e);

#endif
