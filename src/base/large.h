/* Memory for much data that is looked into at random: on large pages, where the system has them,
 * the processor finds its way sooner. */
#ifndef BASE_LARGE_H
#define BASE_LARGE_H

#include <stddef.h>

/* At least n bytes of zeros, to be freed with free(3); NULL: no memory. */
void *large_alloc(size_t n);

#endif
