/* Reads histories from text, line by line: the lines of history(5), Jepsen's log of operations, and
 * its maps in EDN, of which each line says by itself which it is. */
#ifndef HISTORY_READER_H
#define HISTORY_READER_H

#include "history/history.h"

/* All zero but for the history, which stays the caller's. */
struct op_reader {
    struct op_history *history;
    uint64_t skipped; /* lines that are none of a history */
    struct buf text;  /* of the line's strings */
    struct op_text *values;
    size_t cap;
};

void op_reader_free(struct op_reader *r);

/* Takes a line of n bytes, without its newline. 0, or -1 and *f, with this line number: FAULT_RULE
 * if it is a broken one, else trouble. */
int op_reader_line(struct op_reader *r, const char *text, size_t n, uint64_t line, struct fault *f);

#endif
