/* Arrays that grow: a pointer to elements, NULL at first, and how many there is space for. And a
 * search in arrays that are in order. */
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

/* The place of the first of `count` elements whose field is not below `value`; count: there is
 * none. The elements ascend by that field. */
#define ARRAY_PLACE(list, count, field, value)                                                     \
    __extension__({                                                                                \
        size_t low_ = 0, high_ = (count);                                                          \
        while (low_ < high_) {                                                                     \
            size_t middle_ = low_ + (high_ - low_) / 2;                                            \
            if ((list)[middle_].field < (value))                                                   \
                low_ = middle_ + 1;                                                                \
            else                                                                                   \
                high_ = middle_;                                                                   \
        }                                                                                          \
        low_;                                                                                      \
    })

#endif
