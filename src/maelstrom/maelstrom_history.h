/* What the clients of a run asked, and what they were answered. */
#ifndef MAELSTROM_MAELSTROM_HISTORY_H
#define MAELSTROM_MAELSTROM_HISTORY_H

#include "base/buf.h"
#include "base/fault.h"
#include "history/history.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum maelstrom_kind {
    MAELSTROM_ECHO,     /* value: a number, sent as the string "say N" */
    MAELSTROM_GENERATE, /* asks for an id that nobody else is given */
    MAELSTROM_BROADCAST,
    MAELSTROM_ADD, /* an element of a set, or to a counter */
    MAELSTROM_READ,
    MAELSTROM_WRITE,
    MAELSTROM_CAS, /* value, if it is `from` */
};

enum maelstrom_status {
    MAELSTROM_OPEN, /* nobody knows whether it was done */
    MAELSTROM_OK,
    MAELSTROM_FAIL, /* it was not done */
};

/* One operation. Clients and nodes are numbered from 1. */
struct maelstrom_op {
    enum maelstrom_kind kind;
    enum maelstrom_status status;
    bool last; /* a read at the end, after the faults */
    uint32_t client, node;
    int64_t asked, answered; /* milliseconds */
    uint64_t began, ended;   /* the numbers of these two events, from 1; ended 0: it has not */
    int64_t key;             /* -1: there are no keys */
    int64_t value, from;
    int64_t error;  /* the code that it failed with */
    json_t *result; /* what an answer tells; NULL: nothing. The history's own */
};

struct maelstrom_history {
    struct maelstrom_op *list;
    size_t count, cap;
    uint64_t events; /* began and ended */
};

/* Adds an operation. 0, or -1: no memory. */
int maelstrom_history_add(struct maelstrom_history *h, const struct maelstrom_op *op);
void maelstrom_history_free(struct maelstrom_history *h);

/* The operation's word. */
const char *maelstrom_kind_name(enum maelstrom_kind kind);

/* What history(5) calls the operation's end: OP_OK, OP_FAIL, OP_REFUSE or OP_INFO. */
enum op_kind maelstrom_op_end(const struct maelstrom_op *op);

/* Appends the words of history(5) that follow the process: OP KEY VALUE... with the result if the
 * operation has one. 0, or -1: no memory. */
int maelstrom_op_format(const struct maelstrom_op *op, struct buf *out);

#endif
