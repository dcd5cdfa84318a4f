/*
 * Histories: what processes asked of shared objects, and what they were answered, in the order of
 * real time (history(5)). They are read from text (history/reader.h), or added event by event by a
 * program that makes them, and judged: whether each object's operations can be put into one order
 * that explains all answers and keeps real time (Herlihy and Wing, "Linearizability", 1990).
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include "base/buf.h"
#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum op_kind {
    OP_INVOKE, /* the operation begins */
    OP_OK,     /* it was answered, with its result */
    OP_FAIL,   /* it was answered that it changed nothing; a cas: because the value was not OLD */
    OP_REFUSE, /* it never took effect, and nothing was compared */
    OP_INFO,   /* nobody knows: it may take effect at any later time, or never */
};

enum op_name {
    OP_READ,
    OP_WRITE,
    OP_CAS,
    OP_GET,
    OP_PUT,
    OP_APPEND,
    OP_ENQUEUE,
    OP_DEQUEUE,
    OP_ADD,
    OP_REMOVE,
    OP_CONTAINS,
    OP_NAMES
};

/* What the objects are. The first of several that know all operations of a history is meant. */
enum op_model {
    OP_MODEL_REGISTER,
    OP_MODEL_CAS,
    OP_MODEL_KV,
    OP_MODEL_QUEUE,
    OP_MODEL_SET,
    OP_MODELS
};

extern const char *const op_kind_words[]; /* NULL ends each of these */
extern const char *const op_name_words[];
extern const char *const op_model_words[];

/* A word of n bytes; a value whose `at` is NULL is nil, nothing. */
struct op_text {
    const char *at;
    size_t n;
};

#define OP_VALUES_MAX 65536 /* of one event */

/* One line of a history. All that it points to stays the caller's. */
struct op_event {
    enum op_kind kind;
    enum op_name name;
    struct op_text process, key;
    /* The arguments, then, if it is OP_OK, the results. An event that ends an operation may leave
     * them out, but a result must follow its arguments. */
    const struct op_text *values;
    size_t count;
    int64_t time;  /* at least 0, and never less than before; -1: not known */
    uint64_t line; /* where it stands; 0: the number of the event */
};

/* Appends the event as a line of history(5). 0, or -1: no memory. */
int op_event_format(const struct op_event *e, struct buf *out);

struct op_history;

/* An empty history of objects of this model; OP_MODELS: the one that the operations tell. NULL: no
 * memory. */
struct op_history *op_history_new(enum op_model model);
void op_history_free(struct op_history *h);

/* Adds an event. 0, or -1 and *f with the line: FAULT_RULE if it is none, else trouble. */
int op_history_add(struct op_history *h, const struct op_event *e, struct fault *f);

/* How many operations it has. */
size_t op_history_count(const struct op_history *h);

/* Its model. */
enum op_model op_history_model(const struct op_history *h);

enum op_answer { OP_YES, OP_NO, OP_UNKNOWN };

/* Bounds; 0 is none. The same history and bounds give the same verdict, unless `stop` ends it. */
struct op_limits {
    uint64_t steps;           /* tries of an operation */
    size_t memory;            /* bytes of the search */
    bool (*stop)(void *self); /* asked now and then; NULL: never stop */
    void *self;
};

/* The caller sets it to zero and frees it with op_verdict_free. */
struct op_verdict {
    enum op_answer answer;
    uint64_t steps, states; /* tries of an operation; what was remembered */
    size_t keys;            /* how many objects */
    const char *bound;      /* OP_UNKNOWN: which bound was reached: "steps", "memory", "time" */
    /* OP_YES: an order of all operations that took effect, object by object. OP_NO: an order of one
     * object's operations, as they were known just before `misfit` ended. Each is the number of an
     * operation, from 0 by order of invocation. */
    uint32_t *order;
    size_t count;
    size_t misfit;    /* OP_NO: the operation whose end leaves no order */
    bool exact;       /* OP_NO: no order is left even if later events are not known */
    struct buf state; /* OP_NO: what the object is after the order, as text */
};

/* Judges a history. 0, or -1 and trouble. */
int op_history_judge(const struct op_history *h, const struct op_limits *limits,
                     struct op_verdict *v, struct fault *f);
void op_verdict_free(struct op_verdict *v);

/* Appends to out, on one line without its newline, why the answer is OP_NO. 0, or -1: no memory. */
int op_verdict_explain(const struct op_history *h, const struct op_verdict *v, struct buf *out);

/* Appends the order, a line for each operation: its place from 1, "BEGIN-END", the lines of its
 * invocation and its end (none: it is open), the process, and "OP KEY VALUE...", separated by tabs;
 * after OP_NO also the operation that fits nowhere, whose place is "nowhere". 0, or -1: no
 * memory. */
int op_verdict_order(const struct op_history *h, const struct op_verdict *v, struct buf *out);

#endif
