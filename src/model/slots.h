/*
 * A queue of small events for models of a million nodes: a timing wheel (Varghese and Lauck 1987)
 * whose slots are one millisecond each. Events of the same millisecond come out in the order in
 * which they were put in. An event is 8 bytes, for a hundred million of them may wait.
 */
#ifndef MODEL_SLOTS_H
#define MODEL_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLOTS_CHUNK 61 /* events: a chunk is 496 bytes */

struct slots_chunk {
    uint32_t next, taken, count; /* next chunk; UINT32_MAX: none */
    uint64_t events[SLOTS_CHUNK];
};

struct slot {
    uint32_t first, last;
};

struct slots {
    struct slot *slots;
    uint32_t mask; /* their number, a power of two, less 1 */
    uint64_t now;  /* of the last event taken */
    uint64_t waiting;
    struct slots_chunk *chunks;
    size_t count, cap;
    uint32_t free; /* the first chunk that is in no slot */
};

/* Makes an empty queue at time 0, for events at most `span` ms ahead. 0, or -1: no memory. */
int slots_init(struct slots *s, uint32_t span);
void slots_free(struct slots *s);

/* Empties it, and sets the clock to 0. */
void slots_clear(struct slots *s);

/* Puts in an event that is due in `after` ms, at most the span. 0, or -1: no memory. */
int slots_put(struct slots *s, uint64_t after, uint64_t event);

/* Takes the next event and sets s->now to its time; false: none is left. */
bool slots_take(struct slots *s, uint64_t *event);

#endif
