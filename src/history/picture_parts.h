/* What the parts of the picture share. */
#ifndef HISTORY_PICTURE_PARTS_H
#define HISTORY_PICTURE_PARTS_H

#include "history/ops.h"
#include "history/picture.h"

#define PICTURE_LEFT 24
#define PICTURE_TOP 96
#define PICTURE_ROW 40
#define PICTURE_COLUMN 30 /* at least */
#define PICTURE_WIDTH 960 /* at least */

struct picture {
    const struct op_history *history;
    const struct op_verdict *verdict;
    struct buf *out;
    bool failed; /* no memory */
    uint32_t key;
    uint32_t first, last; /* the events that are drawn, of all */
    uint32_t *columns;    /* of each event, or of the last one before it that has one: from 1 */
    uint32_t columns_count;
    uint32_t *rows; /* of each process: from 1; 0: it has none */
    uint32_t rows_count;
    double *points; /* for each operation of the order, where it takes effect; 0: not drawn */
    double column;  /* width of one */
    double names;   /* width of the processes' names */
    double *limits; /* of each process: where its next operation begins, when bars are drawn from
                       the last to the first */
};

/* Each appends to the picture, or sets p->failed. */
void picture_put(struct picture *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void picture_put_escaped(struct picture *p, const char *text, size_t n);

/* Chooses what is drawn, and where. 0, or -1: no memory. */
int picture_lay_out(struct picture *p);

/* Whether an operation is of the object and reaches into what is drawn. */
bool picture_has(const struct picture *p, const struct op *o);

/* The left and right end of an operation's bar, and the middle of its height. */
double picture_begin(const struct picture *p, const struct op *o);
double picture_end(const struct picture *p, const struct op *o);
double picture_y(const struct picture *p, const struct op *o);

/* The right edge of the rows. */
double picture_right(const struct picture *p);

#endif
