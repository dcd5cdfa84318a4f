#include "validator/held_lines.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

int held_lines_add(struct held_lines *h, const struct bft_vote *v)
{
    size_t of_one = 0, oldest = 0;
    for (size_t i = h->count; i-- > 0;) {
        if (h->list[i].node != v->node)
            continue;
        if (bft_vote_equal(&h->list[i], v))
            return 0;
        of_one++;
        oldest = i;
    }
    if (of_one >= HELD_LINES_OF_ONE)
        held_lines_remove(h, oldest);
    else if (h->count >= HELD_LINES_MAX)
        held_lines_remove(h, 0);
    if (ARRAY_RESERVE(h->list, h->cap, h->count + 1))
        return -1;
    h->list[h->count++] = *v;
    return 0;
}

void held_lines_remove(struct held_lines *h, size_t i)
{
    h->count--;
    memmove(h->list + i, h->list + i + 1, (h->count - i) * sizeof *h->list);
}

void held_lines_forget(struct held_lines *h, uint64_t height)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->count; i++)
        if (h->list[i].height > height)
            h->list[kept++] = h->list[i];
    h->count = kept;
}

void held_lines_free(struct held_lines *h)
{
    free(h->list);
    *h = (struct held_lines){0};
}
