#include "history/lineup.h"

#include <stdlib.h>

void lineup_free(struct lineup *l)
{
    free(l->list);
    free(l->next);
    free(l->prev);
    *l = (struct lineup){0};
}

static void take_out(struct lineup *l, uint32_t entry)
{
    l->next[l->prev[entry]] = l->next[entry];
    l->prev[l->next[entry]] = l->prev[entry];
}

static void put_in(struct lineup *l, uint32_t entry)
{
    l->next[l->prev[entry]] = entry;
    l->prev[l->next[entry]] = entry;
}

void lineup_lift(struct lineup *l, uint32_t i)
{
    take_out(l, i);
    take_out(l, l->ended + i);
}

void lineup_put_back(struct lineup *l, uint32_t i)
{
    put_in(l, l->ended + i);
    put_in(l, i);
}

/* Adds the operation to the list if it is, or is not, open. */
static int add_move(struct lineup *l, const struct spec *spec, struct spec_run *r, uint32_t number,
                    uint32_t until, bool open)
{
    struct op o = r->history->ops[number];
    struct lineup_op *to = &l->list[l->count];
    if (o.begin_at > until)
        return 0;
    if (!op_is_open(&o) && o.end_at > until)
        o.end = OP_INFO;
    if (op_is_open(&o) != open)
        return 0;
    int made = spec->move(r, &o, &to->move);
    if (made == SPEC_NO_MEMORY)
        return -1;
    to->op = number;
    to->begin_at = o.begin_at;
    to->end_at = open ? LINEUP_NONE : o.end_at;
    to->equal = LINEUP_NONE;
    if (made == SPEC_MOVE && !(open && to->move.pure))
        l->count++;
    return 0;
}

struct mark {
    uint32_t at, entry;
};

static int compare_marks(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static int link_entries(struct lineup *l)
{
    size_t n = (size_t)l->ended * 2;
    struct mark *marks = calloc(n + 1, sizeof *marks);
    if (!marks)
        return -1;
    for (uint32_t i = 0; i < l->ended; i++) {
        marks[i] = (struct mark){l->list[i].begin_at, i};
        marks[l->ended + i] = (struct mark){l->list[i].end_at, l->ended + i};
    }
    qsort(marks, n, sizeof *marks, compare_marks);
    marks[n].entry = (uint32_t)n;
    for (size_t i = 0; i <= n; i++) {
        uint32_t entry = marks[i].entry, after = marks[i == n ? 0 : i + 1].entry;
        l->next[entry] = after;
        l->prev[after] = entry;
    }
    free(marks);
    return 0;
}

static int order(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int same_move(const struct lineup_op *x, const struct lineup_op *y)
{
    int different = order(x->move.verb, y->move.verb);
    different = different ? different : order(x->move.a, y->move.a);
    return different ? different : order(x->move.b, y->move.b);
}

static int compare_moves(const void *a, const void *b)
{
    const struct lineup_op *x = *(struct lineup_op *const *)a, *y = *(struct lineup_op *const *)b;
    int different = same_move(x, y);
    different = different ? different : order(x->end_at, y->end_at);
    return different ? different : order(x->begin_at, y->begin_at);
}

static int link_equal_moves(struct lineup *l)
{
    struct lineup_op **sorted = calloc((size_t)l->count + 1, sizeof *sorted);
    if (!sorted)
        return -1;
    for (uint32_t i = 0; i < l->count; i++)
        sorted[i] = &l->list[i];
    qsort(sorted, l->count, sizeof *sorted, compare_moves);
    for (uint32_t i = 1; i < l->count; i++)
        if (!same_move(sorted[i - 1], sorted[i]))
            sorted[i]->equal = (uint32_t)(sorted[i - 1] - l->list);
    free(sorted);
    return 0;
}

static int add_moves(struct lineup *l, const struct spec *spec, struct spec_run *r,
                     const uint32_t *numbers, size_t n, uint32_t until, bool open)
{
    for (size_t i = 0; i < n; i++)
        if (add_move(l, spec, r, numbers[i], until, open))
            return -1;
    return 0;
}

int lineup_make(struct lineup *l, const struct spec *spec, struct spec_run *r,
                const uint32_t *numbers, size_t n, uint32_t until)
{
    *l = (struct lineup){.list = calloc(n + 1, sizeof *l->list)};
    if (!l->list || add_moves(l, spec, r, numbers, n, until, false))
        return -1;
    l->ended = l->count;
    if (add_moves(l, spec, r, numbers, n, until, true))
        return -1;
    l->next = calloc((size_t)l->ended * 2 + 1, sizeof *l->next);
    l->prev = calloc((size_t)l->ended * 2 + 1, sizeof *l->prev);
    return !l->next || !l->prev || link_entries(l) || link_equal_moves(l) ? -1 : 0;
}
