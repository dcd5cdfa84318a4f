/* The operations of a history, as its parts see them. */
#ifndef HISTORY_OPS_H
#define HISTORY_OPS_H

#include "history/history.h"
#include "history/words.h"

#define OP_COUNT_MAX (1 << 22)  /* operations of a history */
#define OP_WORDS_MAX (1L << 30) /* bytes of all its values */
#define OP_WORD_MAX 64          /* bytes of the name of a process or a key */

/* A value: 0 is nil, v the word v - 1 of the history's values. */
#define OP_NIL 0

/* What is known of each op_name. */
struct op_shape {
    unsigned models;   /* a bit for each op_model */
    uint8_t arguments; /* how many */
    uint8_t results;   /* of OP_OK, after the arguments; a set's read has any number */
};

extern const struct op_shape op_shapes[OP_NAMES];

/* Times are -1 if they are not known. Positions count the events of the history from 0. */
struct op {
    uint8_t name, end; /* OP_INVOKE: it has not ended */
    uint32_t process, key;
    uint32_t arguments[2];
    uint32_t result;  /* of OP_OK: the first of its results in the pool */
    uint32_t results; /* how many */
    uint32_t begin_at, end_at;
    uint64_t begin_line, end_line;
    int64_t begin_time, end_time;
};

struct op_history {
    unsigned models; /* those that know all operations */
    struct op *ops;
    size_t count, cap;
    struct op_words processes, keys, values;
    uint32_t *pool; /* results of all operations */
    size_t pool_len, pool_cap;
    uint32_t *running; /* for each process, its operation's number + 1; 0: it has none */
    size_t running_cap;
    uint32_t events;
    int64_t last_time;
};

/* Whether the operation may take effect after everything else, or never. */
static inline bool op_is_open(const struct op *o)
{
    return o->end == OP_INVOKE || o->end == OP_INFO;
}

/* Appends a value as history(5) writes it: a word, quoted if need be, or nil. 0, or -1: no
 * memory. */
int op_text_format(const struct op_text *t, struct buf *out);
int op_value_format(const struct op_history *h, uint32_t value, struct buf *out);

/* Appends an operation as "OP KEY VALUE...", with its results. 0, or -1: no memory. */
int op_format(const struct op_history *h, const struct op *o, struct buf *out);

#endif
