/*
 * Lines out of a stream of bytes, one at a time, in bounded memory.
 *
 * A record's line is 1 to LINE_MAX_LEN bytes and a newline (formats.md). This reader splits;
 * whether the bytes between are a record is record/field.h's to say.
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
    LINE_TORN,  /* the stream ended before the newline came */
    LINE_LONG,  /* over LINE_MAX_LEN bytes: text holds its beginning, the rest is passed over */
};

struct line {
    const char *text; /* into the reader's buffer: good until the next call; no newline, no NUL */
    size_t len;
    size_t size;     /* bytes it takes in the stream, newline and all that was passed over */
    uint64_t number; /* from 1 */
    uint64_t offset; /* of its first byte in the stream */
    enum line_state state;
    bool cut; /* the stream ended before its newline came: torn, or long as well */
};

/* Where the bytes come from. */
struct source {
    /* Reads up to n bytes: how many, 0 at the end, -1 with errno set. */
    ptrdiff_t (*read)(void *self, void *out, size_t n);
    /* Whether read would answer at once; NULL: it always does. */
    bool (*ready)(void *self);
    /* Closes what the source owns; NULL: nothing. */
    void (*close)(void *self);
    void *self;
};

struct lines;

/* Bytes that a source is still to give. */
struct span {
    const char *at;
    size_t len;
};

/* A source of the bytes of *rest, which it eats up; they stay the caller's. */
struct source source_memory(struct span *rest);

/* The same where more is still to come: once all is eaten up, whoever owns *rest puts the next
 * bytes there, and until then the source is not ready. */
struct source source_pieces(struct span *rest);

/* A source that reads descriptor fd and does not own it. */
struct source source_fd(int fd);

/* A reader over src, which it closes in the end. first and offset are the number and the place of
 * the stream's first line. NULL: no memory (src is closed). */
struct lines *lines_new(struct source src, uint64_t first, uint64_t offset);
void lines_free(struct lines *r);

/* The next line: 1 and *line, 0 at the end, -1 and *f where reading fails. */
int lines_next(struct lines *r, struct line *line, struct fault *f);

/* Whether lines_next would answer without waiting for the source. */
bool lines_ready(struct lines *r);

#endif
