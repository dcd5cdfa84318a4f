/* Lines of a log (process/log.h): made, and checked each alone. */
#ifndef PROCESS_LOG_LINES_H
#define PROCESS_LOG_LINES_H

#include "base/buf.h"
#include "record/field.h"

#include <stdbool.h>
#include <stdint.h>

struct log_line {
    uint64_t number;
    bool goes_on; /* the item has more lines */
    struct field text;
};

/* Appends a line with its newline. 0, or -1: no memory. */
int log_line_format(struct buf *out, const struct log_line *line);

/* Whether n bytes, without a newline, are a line whose check is right. */
bool log_line_parse(const char *bytes, size_t n, struct log_line *line);

#endif
