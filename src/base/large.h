/* Memory for large tables with random access: on huge pages, if the system has them, for fewer TLB
 * misses and fewer page faults. */
#ifndef BASE_LARGE_H
#define BASE_LARGE_H

#include <stddef.h>

/* From so many bytes on, memory is on huge pages: the size of one. */
#define LARGE_PAGE ((size_t)1 << 21)

/* At least n bytes of zeros, to be freed with free(3); NULL: no memory. */
void *large_alloc(size_t n);

/* The same, of any content. The system gives memory that was never touched only an address, so it
 * costs little to ask for more than is needed now. */
void *large_room(size_t n);

/* Takes the pages of n bytes from the system in one call instead of one by one: of memory from
 * malloc(3) that is about to be written for the first time, in order. That is cheaper than huge
 * pages, if the system has to find and clear those. Does nothing if the system cannot. */
void large_touch(void *memory, size_t n);

#endif
