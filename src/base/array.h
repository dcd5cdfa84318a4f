/* Arrays that grow: a pointer to elements, NULL at first, and how many there is space for. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/* Makes space for `want` elements in `list`, and keeps those that it has; cap, a size_t that is 0
 * at first, says how many fit. It at least doubles when it grows. The list is freed with free(3).
 * 0, or -1: no memory, or more bytes than a size_t counts; the list is then unchanged. */
#define ARRAY_RESERVE(list, cap, want)                                                             \
    ((want) <= (cap) ? 0 : array_grow(&(list), &(cap), (want), sizeof *(list)))

/* For ARRAY_RESERVE. list: the address of the pointer. */
int array_grow(void *list, size_t *cap, size_t want, size_t size);

#endif
