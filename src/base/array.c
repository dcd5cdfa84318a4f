#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int array_grow(void *list, size_t *cap, size_t want, size_t size)
{
    size_t more = *cap > want / 2 && *cap <= SIZE_MAX / 2 ? *cap * 2 : want, bytes;
    void *elements;
    if (__builtin_mul_overflow(more, size, &bytes))
        return -1;
    memcpy(&elements, list, sizeof elements); /* whatever it points to */
    elements = realloc(elements, bytes);
    if (!elements)
        return -1;
    memcpy(list, &elements, sizeof elements);
    *cap = more;
    return 0;
}
