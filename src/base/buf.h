/* A byte buffer that grows. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

/* All zero is an empty buffer that owns nothing. */
struct buf {
    char *data;
    size_t len, cap;
};

/* Makes room for n more bytes after len. 0, or -1: no memory, and the buffer is unchanged. */
int buf_reserve(struct buf *b, size_t n);

/* Appends n bytes. 0, or -1 as above. */
int buf_add(struct buf *b, const void *bytes, size_t n);
int buf_add_string(struct buf *b, const char *s);

/* Appends the number in decimal. 0, or -1 as above. */
int buf_add_number(struct buf *b, long long n);

/* Drops the first n of its bytes. */
void buf_drop(struct buf *b, size_t n);

/* Frees the bytes and leaves an empty buffer. */
void buf_free(struct buf *b);

#endif
