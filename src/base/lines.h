/*
 * Reads a stream of bytes line by line, in bounded memory.
 *
 * A record's line is 1 to LINE_MAX_LEN bytes and a newline (tx(5)). This reader only splits;
 * record/field.h decides whether a line is a record.
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_MAX_LEN 65535

enum line_state {
    LINE_WHOLE, /* ended by its newline */
    LINE_TORN,  /* the stream ended before the newline */
    LINE_LONG,  /* over LINE_MAX_LEN bytes: text holds its beginning, the rest is skipped */
};

struct line {
    const char *text; /* in the reader's buffer: valid until the next call; no newline, no NUL */
    size_t len;
    size_t size;     /* bytes it takes in the stream, with its newline and whatever was skipped */
    uint64_t number; /* from 1 */
    uint64_t offset; /* of its first byte in the stream */
    enum line_state state;
    bool cut; /* the stream ended before its newline: torn, or long as well */
};

/* Where the bytes come from. */
struct source {
    /* Reads up to n bytes: how many, 0 at the end, -1 with errno set. */
    ptrdiff_t (*read)(void *self, void *out, size_t n);
    /* Whether read would return at once; NULL: it always does. */
    bool (*ready)(void *self);
    /* Closes what the source owns; NULL: nothing. */
    void (*close)(void *self);
    void *self;
};

struct lines;

/* Bytes that a source has yet to deliver. */
struct span {
    const char *at;
    size_t len;
};

/* A source that consumes the bytes of *rest; they stay the caller's. */
struct source source_memory(struct span *rest);

/* The same for data that arrives in parts: when all is consumed the source is not ready until the
 * owner of *rest puts the next bytes there. */
struct source source_pieces(struct span *rest);

/* A source that reads descriptor fd and does not own it. */
struct source source_fd(int fd);

/* A part of a file; and a source that consumes it, whatever the file position, which stays. */
struct file_part {
    int fd;
    uint64_t at, end;
};

struct source source_part(struct file_part *rest);

/* A reader over src, which it will close. first and offset: number and offset of the stream's first
 * line. NULL: no memory (src is closed). */
struct lines *lines_new(struct source src, uint64_t first, uint64_t offset);
void lines_free(struct lines *r);

/* The next line: 1 and *line, 0 at the end, -1 and *f if reading fails. */
int lines_next(struct lines *r, struct line *line, struct fault *f);

/* Gives `take` each line of a source, which it closes, until one is answered by something else than
 * 0. That answer; or 0 at the end; or -1 and *f: reading failed, or no memory. */
typedef int lines_take(void *self, const struct line *line, struct fault *f);
int lines_each(struct source src, uint64_t offset, lines_take *take, void *self, struct fault *f);

/* Whether lines_next would return without waiting for the source. */
bool lines_ready(struct lines *r);

#endif
