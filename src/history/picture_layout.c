#include "history/picture_parts.h"

#include <stdlib.h>

/* The object with the most operations, the first of several. */
static uint32_t busiest(const struct op_history *h)
{
    uint32_t best = 0, *counts = calloc((size_t)h->keys.count + 1, sizeof *counts);
    if (!counts)
        return WORDS_NONE;
    for (size_t i = 0; i < h->count; i++)
        counts[h->ops[i].key]++;
    for (uint32_t key = 1; key < h->keys.count; key++)
        if (counts[key] > counts[best])
            best = key;
    free(counts);
    return best;
}

static bool ends_in(const struct picture *p, const struct op *o)
{
    return o->end != OP_INVOKE && o->end_at >= p->first && o->end_at <= p->last;
}

/* Marks the events of the object in p->columns, which begins with the first event of all. */
static void mark_events(struct picture *p)
{
    const struct op_history *h = p->history;
    for (size_t i = 0; i < h->count; i++) {
        const struct op *o = &h->ops[i];
        if (o->key != p->key)
            continue;
        if (o->begin_at <= p->last)
            p->columns[o->begin_at] = 1;
        if (ends_in(p, o))
            p->columns[o->end_at] = 1;
    }
}

/* The last events of the object get columns. */
static void number_columns(struct picture *p)
{
    uint32_t left = OP_PICTURE_EVENTS, at = p->last + 1;
    while (at > 0 && left > 0)
        left -= p->columns[--at] != 0;
    p->first = at;
    for (uint32_t i = 0; i < at; i++)
        p->columns[i] = 0;
    for (uint32_t i = at; i <= p->last; i++) {
        p->columns_count += p->columns[i];
        p->columns[i] = p->columns_count;
    }
}

bool picture_has(const struct picture *p, const struct op *o)
{
    return o->key == p->key && o->begin_at <= p->last &&
           (op_is_open(o) || o->end_at >= p->first || o->begin_at >= p->first);
}

static void number_rows(struct picture *p)
{
    const struct op_history *h = p->history;
    for (size_t i = 0; i < h->count; i++) {
        uint32_t *row = &p->rows[h->ops[i].process];
        size_t n;
        if (!picture_has(p, &h->ops[i]) || *row)
            continue;
        *row = ++p->rows_count;
        op_words_text(&h->processes, h->ops[i].process, &n);
        double width = 8.0 * (double)(n < 20 ? n : 20) + 16;
        p->names = width > p->names ? width : p->names;
    }
}

static double column_x(const struct picture *p, double column)
{
    return PICTURE_LEFT + p->names + p->column * column;
}

double picture_right(const struct picture *p)
{
    return column_x(p, p->columns_count + 1.0);
}

double picture_begin(const struct picture *p, const struct op *o)
{
    return column_x(p, o->begin_at < p->first ? 0.2 : p->columns[o->begin_at]);
}

double picture_end(const struct picture *p, const struct op *o)
{
    bool later = op_is_open(o) || o->end_at > p->last;
    return later ? picture_right(p) : column_x(p, p->columns[o->end_at]);
}

double picture_y(const struct picture *p, const struct op *o)
{
    return PICTURE_TOP + PICTURE_ROW * (p->rows[o->process] - 0.4);
}

/* Each takes effect as early as it can: after the one before it and after its own beginning. Those
 * between the same two events stand apart by equal distances. */
static void place_points(struct picture *p)
{
    const struct op_verdict *v = p->verdict;
    uint32_t at = 0;
    size_t same;
    for (size_t i = 0; i < v->count; i += same) {
        const struct op *o = &p->history->ops[v->order[i]];
        same = 1;
        if (o->key != p->key)
            continue;
        at = o->begin_at > at ? o->begin_at : at;
        for (; i + same < v->count; same++) {
            o = &p->history->ops[v->order[i + same]];
            if (o->key != p->key || o->begin_at > at)
                break;
        }
        for (size_t k = 0; k < same && at >= p->first; k++)
            p->points[i + k] = column_x(p, p->columns[at] + (double)(k + 1) / (double)(same + 1));
    }
}

int picture_lay_out(struct picture *p)
{
    const struct op_history *h = p->history;
    const struct op_verdict *v = p->verdict;
    bool no = v->answer == OP_NO;
    p->key = no ? h->ops[v->misfit].key : busiest(h);
    p->last = no ? h->ops[v->misfit].end_at : h->events - 1;
    p->columns = calloc((size_t)h->events + 1, sizeof *p->columns);
    p->rows = calloc((size_t)h->processes.count + 1, sizeof *p->rows);
    p->points = calloc(v->count + 1, sizeof *p->points);
    if (p->key == WORDS_NONE || !p->columns || !p->rows || !p->points)
        return -1;
    mark_events(p);
    number_columns(p);
    number_rows(p);
    p->column = (PICTURE_WIDTH - PICTURE_LEFT * 2 - p->names) / (p->columns_count + 1.0);
    p->column = p->column < PICTURE_COLUMN ? PICTURE_COLUMN : p->column;
    place_points(p);
    return 0;
}
