#include "validator/polkas.h"

#include "base/array.h"

#include <stdlib.h>

/* Its place among the first n of the list, or n. */
static size_t find(const struct polkas *p, size_t n, const struct bft_vote *v)
{
    size_t i = 0;
    while (i < n && !bft_vote_equal(&p->list[i], v))
        i++;
    return i;
}

int polkas_add(struct polkas *p, const struct bft_vote *v)
{
    if (find(p, p->count, v) < p->count)
        return 0;
    if (ARRAY_RESERVE(p->list, p->cap, p->count + 1))
        return -1;
    p->list[p->count++] = *v;
    return 0;
}

bool polkas_is_said(const struct polkas *p, const struct bft_vote *v)
{
    return find(p, p->said, v) < p->said;
}

static bool is_over(const struct bft_vote *v, uint64_t height, int32_t round)
{
    return v->height < height ||
           (v->height == height && v->round < round && v->step == BFT_PREVOTE);
}

void polkas_forget(struct polkas *p, uint64_t height, int32_t round)
{
    size_t kept = 0, saved = 0, said = 0;
    for (size_t i = 0; i < p->count; i++)
        if (!is_over(&p->list[i], height, round)) {
            saved += i < p->saved;
            said += i < p->said;
            p->list[kept++] = p->list[i];
        }
    p->count = kept;
    p->saved = saved;
    p->said = said;
}

void polkas_free(struct polkas *p)
{
    free(p->list);
    *p = (struct polkas){0};
}
