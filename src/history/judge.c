/* Objects are searched in turn, each for more and more steps, until one has no order or all have
 * one: so an object whose search does not end delays no answer that another one gives quickly.
 * An object's order says nothing of another's. (Herlihy and Wing, 1990, theorem 1) */
#include "history/misfit.h"
#include "history/search.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_FIRST 4096 /* of an object's first turn; each turn has twice as many */
#define MISFIT_EFFORT 4  /* steps to find the misfit, for each that found no order */

enum object_state { OBJECT_WAITS, OBJECT_SEARCHED, OBJECT_ORDERED, OBJECT_GIVEN_UP };

struct object {
    const uint32_t *numbers; /* of its operations */
    size_t count;
    enum object_state state;
    struct search search;
    uint32_t *order; /* of OBJECT_ORDERED */
    size_t order_count;
};

struct judging {
    const struct op_history *history;
    const struct op_limits *limits;
    struct op_verdict *verdict;
    struct object *objects;
    size_t count, waiting;
    uint32_t *numbers;
    size_t memory;
    bool stopped;
};

void op_verdict_free(struct op_verdict *v)
{
    free(v->order);
    buf_free(&v->state);
    *v = (struct op_verdict){0};
}

/* Groups the numbers of all operations by object. */
static int group(struct judging *j)
{
    const struct op_history *h = j->history;
    j->count = j->waiting = h->keys.count;
    j->objects = calloc(j->count + 1, sizeof *j->objects);
    j->numbers = calloc(h->count + 1, sizeof *j->numbers);
    size_t *next = calloc(j->count + 1, sizeof *next);
    if (!j->objects || !j->numbers || !next) {
        free(next);
        return -1;
    }
    for (size_t i = 0; i < h->count; i++)
        j->objects[h->ops[i].key].count++;
    for (size_t i = 0, at = 0; i < j->count; i++) {
        j->objects[i].numbers = j->numbers + at;
        next[i] = at;
        at += j->objects[i].count;
    }
    for (size_t i = 0; i < h->count; i++)
        j->numbers[next[h->ops[i].key]++] = (uint32_t)i;
    free(next);
    return 0;
}

static void end_search(struct judging *j, struct object *o, enum object_state state)
{
    j->memory -= search_size(&o->search);
    j->verdict->states += o->search.seen.count;
    search_free(&o->search);
    o->state = state;
    j->waiting--;
}

static int keep_order(struct object *o)
{
    o->order = search_order(&o->search);
    o->order_count = o->search.depth;
    return o->order ? 0 : -1;
}

static int explain_no_order(struct judging *j, const struct object *o)
{
    const struct search *s = &o->search;
    const struct lineup_op *stuck = &s->lineup.list[s->best_bound - s->lineup.ended];
    j->verdict->answer = OP_NO;
    return misfit_find(j->history, o->numbers, o->count, stuck->end_at, j->limits,
                       s->steps * MISFIT_EFFORT + SEARCH_STEPS, j->verdict);
}

/* Gives all orders, object by object. */
static int give_orders(struct judging *j)
{
    struct op_verdict *v = j->verdict;
    v->answer = OP_YES;
    v->order = calloc(j->history->count + 1, sizeof *v->order);
    if (!v->order)
        return -1;
    for (size_t i = 0; i < j->count; i++) {
        const struct object *o = &j->objects[i];
        memcpy(v->order + v->count, o->order, o->order_count * sizeof *o->order);
        v->count += o->order_count;
    }
    return 0;
}

/* Whether a bound ends everything; one of memory ends this object's search alone. */
static bool at_bound(struct judging *j, struct object *o)
{
    const struct op_limits *limits = j->limits;
    const char *bound = NULL;
    if (limits->steps && j->verdict->steps >= limits->steps)
        bound = "steps";
    else if (limits->stop && limits->stop(limits->self))
        bound = "time";
    if (bound)
        j->verdict->bound = bound;
    if (bound)
        return j->stopped = true;
    if (limits->memory && j->memory > limits->memory) {
        j->verdict->bound = "memory";
        end_search(j, o, OBJECT_GIVEN_UP);
    }
    return false;
}

/* Searches an object for a while. */
static enum search_result run(struct judging *j, struct object *o, uint64_t steps)
{
    struct op_verdict *v = j->verdict;
    uint64_t before = o->search.steps;
    size_t size = search_size(&o->search);
    if (j->limits->steps && steps > j->limits->steps - v->steps)
        steps = j->limits->steps - v->steps;
    enum search_result got = search_run(&o->search, steps);
    v->steps += o->search.steps - before;
    j->memory += search_size(&o->search) - size;
    return got;
}

/* An object's turn. SEARCH_YES: go on with the others; SEARCH_NO: it has no order; SEARCH_TROUBLE:
 * no memory. */
static enum search_result take_turn(struct judging *j, struct object *o, uint64_t steps)
{
    enum search_result got = SEARCH_MORE;
    if (o->state == OBJECT_WAITS) {
        if (search_init(&o->search, j->history, o->numbers, o->count, UINT32_MAX))
            return SEARCH_TROUBLE;
        o->state = OBJECT_SEARCHED;
        j->memory += search_size(&o->search);
    }
    for (uint64_t end = o->search.steps + steps;
         o->state == OBJECT_SEARCHED && got == SEARCH_MORE && o->search.steps < end;) {
        if (at_bound(j, o) || o->state != OBJECT_SEARCHED)
            return SEARCH_YES;
        uint64_t left = end - o->search.steps;
        got = run(j, o, left < SEARCH_STEPS ? left : SEARCH_STEPS);
    }
    if (got == SEARCH_YES && keep_order(o))
        return SEARCH_TROUBLE;
    if (got == SEARCH_YES)
        end_search(j, o, OBJECT_ORDERED);
    return got == SEARCH_MORE ? SEARCH_YES : got;
}

/* 0, or -1: no memory. */
static int judge_all(struct judging *j)
{
    for (uint64_t steps = STEPS_FIRST; j->waiting && !j->stopped; steps *= 2)
        for (size_t i = 0; i < j->count && !j->stopped; i++) {
            struct object *o = &j->objects[i];
            if (o->state != OBJECT_WAITS && o->state != OBJECT_SEARCHED)
                continue;
            enum search_result got = take_turn(j, o, steps);
            if (got == SEARCH_TROUBLE)
                return -1;
            if (got == SEARCH_NO)
                return explain_no_order(j, o);
        }
    j->verdict->answer = OP_UNKNOWN;
    return j->verdict->bound ? 0 : give_orders(j);
}

int op_history_judge(const struct op_history *h, const struct op_limits *limits,
                     struct op_verdict *v, struct fault *f)
{
    struct judging j = {.history = h, .limits = limits, .verdict = v};
    *v = (struct op_verdict){.keys = h->keys.count};
    int failed = group(&j) || judge_all(&j);
    for (size_t i = 0; j.objects && i < j.count; i++) {
        v->states += j.objects[i].search.seen.count;
        search_free(&j.objects[i].search);
        free(j.objects[i].order);
    }
    free(j.objects);
    free(j.numbers);
    return failed ? fault_memory(f) : 0;
}
