/* A history as a picture in SVG: time across, a row for each process, a bar for each operation, a
 * dot where it takes effect, and a line from dot to dot in the order that was found. */
#ifndef HISTORY_PICTURE_H
#define HISTORY_PICTURE_H

#include "history/history.h"

#define OP_PICTURE_EVENTS 60 /* that are drawn at most: the last ones */

/* Appends a picture of one object: the one that has no order, up to the end of the operation that
 * fits nowhere, which is marked; else the one with the most operations. 0, or -1: no memory. */
int op_picture(const struct op_history *h, const struct op_verdict *v, struct buf *out);

#endif
