#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int array_grow(void *list, size_t *cap, size_t want, size_t size)
{
    size_t more = *cap > want / 2 && *cap <= SIZE_MAX / 2 ? *cap * 2 : want;
    void *elements;
    memcpy(&elements, list, sizeof elements); /* whatever it points to */
    elements = reallocarray(elements, more, size);
    if (!elements)
        return -1;
    memcpy(list, &elements, sizeof elements);
    *cap = more;
    return 0;
}
