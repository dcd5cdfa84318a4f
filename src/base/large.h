/* Memory for large tables with random access: on huge pages, if the system has them, for fewer TLB
 * misses. */
#ifndef BASE_LARGE_H
#define BASE_LARGE_H

#include <stddef.h>

/* At least n bytes of zeros, to be freed with free(3); NULL: no memory. */
void *large_alloc(size_t n);

#endif
