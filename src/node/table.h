/* The status of several nodes as a table for people, one row per node. */
#ifndef NODE_TABLE_H
#define NODE_TABLE_H

#include "node/status.h"
#include "record/book.h"

/* A node's status with the name of its row; missing: its folder cannot be read. */
struct table_row {
    const char *dir;
    struct node_status status;
    bool missing;
};

/* Appends the table: a line with the time, the headings, at most lines - 4 nodes, and the last
 * refusal of all nodes. Each line is printable ASCII, at most `columns` wide, and ends in `end`. 0,
 * or -1: no memory. */
int table_format(const struct table_row *rows, size_t count, const struct book *book, int64_t now,
                 size_t lines, size_t columns, const char *end, struct buf *out);

#endif
