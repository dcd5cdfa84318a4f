#include "history/misfit.h"
#include "history/search.h"

#include <stdlib.h>

struct misfit_search {
    const struct op_history *history;
    const uint32_t *numbers;
    size_t n;
    const struct op_limits *limits;
    uint64_t steps; /* that are left */
    struct op_verdict *verdict;
};

static enum search_result try(struct misfit_search *r, struct search *s, uint32_t until)
{
    if (search_init(s, r->history, r->numbers, r->n, until))
        return SEARCH_TROUBLE;
    enum search_result got = SEARCH_MORE;
    while (got == SEARCH_MORE && r->steps &&
           !(r->limits->stop && r->limits->stop(r->limits->self))) {
        uint64_t before = s->steps, most = r->steps < SEARCH_STEPS ? r->steps : SEARCH_STEPS;
        got = search_run(s, most);
        /* one that only looked is counted as if it had tried */
        uint64_t took = got == SEARCH_MORE ? most : s->steps - before;
        r->steps -= took < r->steps ? took : r->steps;
    }
    return got;
}

static enum search_result answer(struct misfit_search *r, uint32_t until)
{
    struct search s;
    enum search_result got = try(r, &s, until);
    search_free(&s);
    return got;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The ends from this one on, ascending; to be freed. NULL: no memory. */
static uint32_t *ends_of(const struct misfit_search *r, uint32_t from, size_t *count)
{
    uint32_t *ends = calloc(r->n + 1, sizeof *ends);
    *count = 0;
    for (size_t i = 0; ends && i < r->n; i++) {
        const struct op *o = &r->history->ops[r->numbers[i]];
        if (o->end != OP_INVOKE && o->end_at >= from)
            ends[(*count)++] = o->end_at;
    }
    if (ends)
        qsort(ends, *count, sizeof *ends, compare);
    return ends;
}

/* Halves the ends until the first that leaves no order is found: what has an order keeps it if less
 * is known. SEARCH_NO and *at; SEARCH_MORE: it takes too long; SEARCH_TROUBLE. */
static enum search_result find_first(struct misfit_search *r, uint32_t from, uint32_t *at)
{
    size_t low = 0, high;
    enum search_result got = SEARCH_NO;
    uint32_t *ends = ends_of(r, from, &high);
    if (!ends)
        return SEARCH_TROUBLE;
    while (low + 1 < high && (got == SEARCH_NO || got == SEARCH_YES)) {
        size_t middle = (low + high - 1) / 2;
        got = answer(r, ends[middle]);
        if (got == SEARCH_NO)
            high = middle + 1;
        else
            low = middle + 1;
    }
    *at = ends[low];
    free(ends);
    return got == SEARCH_YES ? SEARCH_NO : got;
}

/* Takes the order of what was known before this end, if it is found. */
static enum search_result take_order(struct misfit_search *r, uint32_t end)
{
    struct op_verdict *v = r->verdict;
    struct search s;
    enum search_result got = try(r, &s, end - 1);
    if (got == SEARCH_YES) {
        v->order = search_order(&s);
        v->count = s.depth;
        if (!v->order || s.spec->show(&s.run, s.state, &v->state))
            got = SEARCH_TROUBLE;
    }
    search_free(&s);
    return got;
}

static void name_misfit(struct misfit_search *r, uint32_t end)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct op *o = &r->history->ops[r->numbers[i]];
        if (o->end != OP_INVOKE && o->end_at == end)
            r->verdict->misfit = r->numbers[i];
    }
}

int misfit_find(const struct op_history *h, const uint32_t *numbers, size_t n, uint32_t from,
                const struct op_limits *limits, uint64_t steps, struct op_verdict *v)
{
    struct misfit_search r = {h, numbers, n, limits, steps, v};
    uint32_t end;
    enum search_result got = find_first(&r, from, &end);
    v->exact = got == SEARCH_NO;
    if (got == SEARCH_MORE)
        end = from;
    if (got == SEARCH_TROUBLE)
        return -1;
    name_misfit(&r, end);
    r.steps = steps;
    return take_order(&r, end) == SEARCH_TROUBLE ? -1 : 0;
}
