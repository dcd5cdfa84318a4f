#include "farm/parts.h"

bool ticket_cut(struct ticket *left, uint64_t nonces, struct ticket *part)
{
    uint64_t others = nonces - 1; /* besides the first */
    *part = *left;
    if (left->last - left->first <= others)
        return false;
    part->last = left->first + others;
    left->first = part->last + 1;
    return true;
}

uint64_t ticket_parts(const struct ticket *t, uint64_t most)
{
    return t->last - t->first < most ? t->last - t->first + 1 : most;
}

struct ticket ticket_part(const struct ticket *t, uint64_t i, uint64_t parts)
{
    unsigned __int128 nonces = (unsigned __int128)(t->last - t->first) + 1;
    struct ticket part = *t;
    part.first = t->first + (uint64_t)(nonces * i / parts);
    part.last = t->first + (uint64_t)(nonces * (i + 1) / parts - 1);
    return part;
}
