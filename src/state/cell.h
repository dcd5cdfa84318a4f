/*
 * Values as the entries of a state hold them: 32 bytes, so that entries are small. Values of more
 * than 31 bytes are kept in a list of their own.
 */
#ifndef STATE_CELL_H
#define STATE_CELL_H

#include "state/state.h"

#include <string.h>

#define CELL_MAX 31

struct cell {
    uint8_t len;
    uint8_t bytes[CELL_MAX]; /* the value; of a long one, its number in the list (uint32_t) */
};

struct long_values {
    struct state_value *list;
    size_t cap;
    uint32_t count; /* fewer than entries, whose numbers have 32 bits */
    uint32_t freed; /* one more than the number of an unused one, which holds the next such number;
                       0: none */
};

/* What cell_fill and cell_free do for long values. */
int cell_fill_long(struct long_values *l, struct cell *c, const struct state_value *v);
void cell_free_long(struct long_values *l, const struct cell *c);
void cell_read_long(const struct long_values *l, const struct cell *c, struct state_value *v);

/* Gives a cell its value; it must not have a long one. 0, or -1: no memory. */
static inline int cell_fill(struct long_values *l, struct cell *c, const struct state_value *v)
{
    if (v->len > CELL_MAX)
        return cell_fill_long(l, c, v);
    memcpy(c, v, sizeof *c); /* what comes after its length has no meaning */
    return 0;
}

/* Frees a long value; the cell must then be filled again. */
static inline void cell_free(struct long_values *l, const struct cell *c)
{
    if (c->len > CELL_MAX)
        cell_free_long(l, c);
}

static inline void cell_read(const struct long_values *l, const struct cell *c,
                             struct state_value *v)
{
    if (c->len > CELL_MAX)
        cell_read_long(l, c, v);
    else
        memcpy(v, c, sizeof *c);
}

#endif
