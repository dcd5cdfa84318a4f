/* The parts of node/status.h; for status*.c only. */
#ifndef NODE_STATUS_PARTS_H
#define NODE_STATUS_PARTS_H

#include "node/status.h"

/* Notes what could not be read, unless there are too many already. */
void status_trouble(struct node_status *s, const char *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Opens a regular file in the folder; -1, with a trouble unless it is missing. */
int status_open(struct node_status *s, int dir, const char *name);

/* The chain and its tip: by the index; without one, from the ledger's last blocks. */
void status_tip(struct node_status *s, int dir, const char *path);

/* Reads the last refusals in the log, at most `most`. */
void status_refusals(struct node_status *s, int dir, size_t most);

#endif
