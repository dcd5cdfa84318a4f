/* Numbers as records write them: decimal, no sign, no leading zero, at most 2^63-1. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

/* Parses the n bytes at s into *out. 0, or -1 if they are not such a number. */
int number_parse(const char *s, size_t n, int64_t *out);

/* *out = a + b, or -1 if the sum exceeds 2^63-1 (a and b are at least 0). */
int number_add(int64_t a, int64_t b, int64_t *out);

#endif
