#include "base/large.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 1 << 21 };

void *large_alloc(size_t n)
{
    if (n < PAGE)
        return calloc(n, 1);
    void *memory = aligned_alloc(PAGE, (n + PAGE - 1) / PAGE * PAGE);
    if (memory) {
        madvise(memory, n, MADV_HUGEPAGE); /* has no effect on small systems, which does no harm */
        memset(memory, 0, n);
    }
    return memory;
}
