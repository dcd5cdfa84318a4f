#include "history/search.h"

#include <stdlib.h>

#define LOOKS 64 /* for each step that is allowed */

int search_init(struct search *s, const struct op_history *h, const uint32_t *numbers, size_t n,
                uint32_t until)
{
    struct lineup *l = &s->lineup;
    *s = (struct search){.spec = op_specs[op_history_model(h)]};
    s->run.history = h;
    if (lineup_make(l, s->spec, &s->run, numbers, n, until) ||
        seen_done_init(&s->done, l->ended, l->count - l->ended))
        return -1;
    s->left = l->ended;
    s->frames = calloc((size_t)l->count + 1, sizeof *s->frames);
    return s->frames ? 0 : -1;
}

void search_free(struct search *s)
{
    lineup_free(&s->lineup);
    seen_done_free(&s->done);
    seen_free(&s->seen);
    sequences_free(&s->run.sequences);
    buf_free(&s->run.scratch);
    free(s->frames);
    *s = (struct search){0};
}

size_t search_size(const struct search *s)
{
    return seen_size(&s->seen) + sequences_size(&s->run.sequences) +
           s->lineup.count * (sizeof *s->lineup.list + sizeof *s->frames + 4 * sizeof(uint32_t));
}

static bool is_end(const struct search *s, uint32_t entry)
{
    return entry >= s->lineup.ended;
}

static bool is_open(const struct search *s, uint32_t i)
{
    return i >= s->lineup.ended;
}

/* The position of the bound in the history. */
static uint32_t bound_at(const struct search *s)
{
    return s->lineup.list[s->bound - s->lineup.ended].end_at;
}

static void push(struct search *s, uint32_t i, uint32_t next, bool forced)
{
    s->frames[s->depth++] = (struct search_frame){i, s->state, s->bound, forced};
    seen_done_flip(&s->done, i);
    if (!is_open(s, i)) {
        lineup_lift(&s->lineup, i);
        s->left--;
    }
    s->state = next;
}

static void pop(struct search *s)
{
    const struct search_frame *frame = &s->frames[--s->depth];
    seen_done_flip(&s->done, frame->i);
    if (!is_open(s, frame->i)) {
        lineup_put_back(&s->lineup, frame->i);
        s->left++;
    }
    s->state = frame->state;
    s->bound = frame->bound;
}

/* Puts the first pure move that is legal into the order: 1; 0: there is none, and the bound is
 * known; -1: no memory. */
static int force_one(struct search *s)
{
    const struct lineup *l = &s->lineup;
    uint32_t next, entry;
    for (entry = lineup_first(l); !is_end(s, entry); entry = l->next[entry]) {
        const struct op_move *m = &l->list[entry].move;
        if (!m->pure)
            continue;
        int legal = s->spec->step(&s->run, m, s->state, &next);
        s->steps++;
        if (legal < 0)
            return -1;
        if (legal)
            push(s, entry, next, true);
        if (legal)
            return 1;
    }
    s->bound = entry;
    return 0;
}

/* Forces all that can be forced. 1: the place is new; 0: it was seen; -1: no memory. */
static int settle(struct search *s)
{
    int forced;
    while ((forced = force_one(s)) > 0)
        ;
    if (forced < 0)
        return -1;
    int fresh = s->left ? seen_add(&s->seen, &s->done, s->state) : 1;
    s->cursor = lineup_first(&s->lineup);
    return fresh;
}

static void note_farthest(struct search *s)
{
    const struct lineup *l = &s->lineup;
    if (!s->best_bound || l->list[s->best_bound - l->ended].end_at < bound_at(s))
        s->best_bound = s->bound;
}

/* Takes back the last choice. false: there is none left. */
static bool take_back(struct search *s)
{
    while (s->depth && s->frames[s->depth - 1].forced)
        pop(s);
    if (!s->depth)
        return false;
    uint32_t i = s->frames[s->depth - 1].i;
    pop(s);
    s->cursor = is_open(s, i) ? s->lineup.ended * 2 + 1 + (i - s->lineup.ended) + 1
                              : s->lineup.next[i];
    return true;
}

/* Whether an equal move that ends before this one could be next as well. */
static bool equal_comes_first(const struct search *s, uint32_t i)
{
    const struct lineup_op *list = s->lineup.list;
    uint32_t at = bound_at(s);
    for (uint32_t t = list[i].equal; t != LINEUP_NONE && list[t].end_at >= at; t = list[t].equal)
        if (list[t].begin_at < at && !seen_done_has(&s->done, t))
            return true;
    return false;
}

/* Whether what came last is an open operation whose effect a blind one would hide. */
static bool hides(const struct search *s)
{
    uint32_t last = s->depth ? s->frames[s->depth - 1].i : 0;
    return s->depth && is_open(s, last) && s->lineup.list[last].move.blind;
}

static bool is_worth(const struct search *s, uint32_t i)
{
    const struct op_move *m = &s->lineup.list[i].move;
    return !m->pure && !(m->blind && hides(s)) && !equal_comes_first(s, i);
}

/* The next operation to try, from the cursor on, which moves past it; LINEUP_NONE: none is left. */
static uint32_t next_choice(struct search *s)
{
    const struct lineup *l = &s->lineup;
    uint32_t past = l->ended * 2 + 1;
    while (s->cursor < past && !is_end(s, s->cursor)) {
        uint32_t i = s->cursor;
        s->cursor = l->next[i];
        s->looks++;
        if (is_worth(s, i))
            return i;
    }
    if (s->cursor < past)
        s->cursor = past;
    while (s->cursor - past < l->count - l->ended) {
        uint32_t i = l->ended + (s->cursor++ - past);
        s->looks++;
        if (l->list[i].begin_at > bound_at(s))
            return LINEUP_NONE;
        if (!seen_done_has(&s->done, i) && is_worth(s, i))
            return i;
    }
    return LINEUP_NONE;
}

/* Tries an operation. 0, or -1: no memory. */
static int try_choice(struct search *s, uint32_t i)
{
    uint32_t next;
    int legal = s->spec->step(&s->run, &s->lineup.list[i].move, s->state, &next);
    s->steps++;
    if (legal < 0)
        return -1;
    if (!legal || (is_open(s, i) && next == s->state))
        return 0;
    push(s, i, next, false);
    int fresh = settle(s);
    if (fresh == 0)
        take_back(s);
    return fresh < 0 ? -1 : 0;
}

enum search_result search_run(struct search *s, uint64_t steps)
{
    uint64_t until = s->steps + steps, looks = s->looks + steps * LOOKS;
    if (!s->begun && settle(s) < 0)
        return SEARCH_TROUBLE;
    s->begun = true;
    while (s->left && s->steps < until && s->looks < looks) {
        uint32_t i = next_choice(s);
        if (i != LINEUP_NONE && try_choice(s, i))
            return SEARCH_TROUBLE;
        if (i != LINEUP_NONE)
            continue;
        note_farthest(s);
        if (!take_back(s))
            return SEARCH_NO;
    }
    return s->left ? SEARCH_MORE : SEARCH_YES;
}

uint32_t *search_order(const struct search *s)
{
    uint32_t *order = calloc((size_t)s->depth + 1, sizeof *order);
    for (uint32_t i = 0; order && i < s->depth; i++)
        order[i] = s->lineup.list[s->frames[i].i].op;
    return order;
}
