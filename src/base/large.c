#include "base/large.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *large_room(size_t n)
{
    if (n < LARGE_PAGE)
        return malloc(n);
    if (n > SIZE_MAX - LARGE_PAGE)
        return NULL;
    void *memory = aligned_alloc(LARGE_PAGE, (n + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE);
    if (memory)
        madvise(memory, n, MADV_HUGEPAGE); /* has no effect on small systems, which does no harm */
    return memory;
}

void *large_alloc(size_t n)
{
    if (n < LARGE_PAGE)
        return calloc(n, 1);
    void *memory = large_room(n);
    if (memory)
        memset(memory, 0, n);
    return memory;
}

void large_touch(void *memory, size_t n)
{
#ifdef MADV_POPULATE_WRITE
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t before = (page - (uintptr_t)memory % page) % page; /* up to a whole page */
    if (before < n)
        madvise((char *)memory + before, (n - before) / page * page, MADV_POPULATE_WRITE);
#else
    (void)memory, (void)n;
#endif
}
