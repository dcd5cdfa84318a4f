#include "farm/nonces.h"

#include <stdlib.h>

enum { FIRST_CAP = 64 };

/* The slot that has this value, or the empty one where it belongs. Hostile workers choose the
 * nonces, but each one costs them the work of a share. */
static size_t slot_of(const struct nonces *n, uint64_t value)
{
    size_t at = (size_t)(value * 0x9e3779b97f4a7c15 >> 20) & (n->cap - 1);
    while (n->slots[at] && n->slots[at] != value)
        at = (at + 1) & (n->cap - 1);
    return at;
}

bool nonces_has(const struct nonces *n, uint64_t nonce)
{
    if (nonce == UINT64_MAX)
        return n->has_last;
    return n->cap && n->slots[slot_of(n, nonce + 1)];
}

static int grow(struct nonces *n)
{
    struct nonces larger = {.cap = n->cap ? 2 * n->cap : FIRST_CAP};
    larger.slots = calloc(larger.cap, sizeof *larger.slots);
    if (!larger.slots)
        return -1;
    for (size_t i = 0; i < n->cap; i++)
        if (n->slots[i])
            larger.slots[slot_of(&larger, n->slots[i])] = n->slots[i];
    free(n->slots);
    n->slots = larger.slots;
    n->cap = larger.cap;
    return 0;
}

int nonces_add(struct nonces *n, uint64_t nonce)
{
    if (n->count == NONCES_MAX)
        return 0;
    if (2 * n->count >= n->cap && grow(n))
        return -1;
    n->count++;
    if (nonce == UINT64_MAX)
        n->has_last = true;
    else
        n->slots[slot_of(n, nonce + 1)] = nonce + 1;
    return 1;
}

void nonces_free(struct nonces *n)
{
    free(n->slots);
    *n = (struct nonces){0};
}
