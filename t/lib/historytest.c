/*
 * historytest SEED COUNT MODEL [OPERATIONS]: makes small histories by chance, of one object, and
 * compares the judge's verdicts on them with those of a search that tries every order and remembers
 * nothing. Orders must be orders, and a refusal must come at the very event that leaves none. Ends
 * with 1 and prints the history if something differs; else prints how many were linearizable, and
 * how many were not.
 *
 * Everything that an operation means is written here once more: nothing is shared with the models.
 */
#include "base/chance.h"
#include "history/ops.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 60, ALL_AT_ONCE = 9, ITEMS = 64, VALUES = 3, PROCESSES = 4 };

/* A register is its one item, or none; a set is ascending. */
struct state {
    int n;
    char items[ITEMS];
};

struct test {
    enum op_model model;
    uint64_t chance;
    bool calm; /* at first, if there are many operations: one after the other, and all is known */
    struct op_history *history;
    uint32_t until; /* events after this one are not known */
};

static char value_of(const struct op_history *h, uint32_t value)
{
    size_t n;
    return value == OP_NIL ? '\0' : op_words_text(&h->values, value - 1, &n)[0];
}

static bool same(const struct state *a, const struct state *b)
{
    return a->n == b->n && !memcmp(a->items, b->items, (size_t)a->n);
}

static struct state only(char value)
{
    return (struct state){value != 0, {value}};
}

static int find(const struct state *s, char value)
{
    for (int i = 0; i < s->n; i++)
        if (s->items[i] == value)
            return i;
    return -1;
}

static void insert(struct state *s, int at, char value)
{
    memmove(s->items + at + 1, s->items + at, (size_t)(s->n++ - at));
    s->items[at] = value;
}

static void delete (struct state *s, int at)
{
    memmove(s->items + at, s->items + at + 1, (size_t)(--s->n - at));
}

static void add_to_set(struct state *s, char value)
{
    int at = 0;
    while (at < s->n && s->items[at] < value)
        at++;
    if (find(s, value) < 0)
        insert(s, at, value);
}

static void change(struct state *s, int name, const char *a)
{
    int at = find(s, a[0]);
    if (name == OP_WRITE || name == OP_PUT)
        *s = only(a[0]);
    else if (name == OP_CAS && (s->n ? s->items[0] : 0) == a[0])
        *s = only(a[1]);
    else if (name == OP_APPEND || name == OP_ENQUEUE)
        insert(s, s->n, a[0]);
    else if (name == OP_DEQUEUE && s->n)
        delete (s, 0);
    else if (name == OP_ADD)
        add_to_set(s, a[0]);
    else if (name == OP_REMOVE && at >= 0)
        delete (s, at);
}

/* What a read of any kind gives, as items; -1 none is expected. */
static bool answers(const struct state *s, const struct op_history *h, const struct op *o,
                    const char *a)
{
    struct state got = {0};
    size_t n = 0;
    const char *text;
    if (o->end != OP_OK)
        return o->end != OP_FAIL || o->name != OP_CAS || (s->n ? s->items[0] : 0) != a[0];
    if (o->name == OP_CAS)
        return (s->n ? s->items[0] : 0) == a[0];
    if (!o->results)
        return o->name != OP_READ || s->n == 0; /* of an empty set */
    uint32_t first = h->pool[o->result];
    text = first ? op_words_text(&h->values, first - 1, &n) : "";
    switch (o->name) {
    case OP_READ:
        for (uint32_t i = 0; i < o->results; i++)
            if (value_of(h, h->pool[o->result + i]))
                add_to_set(&got, value_of(h, h->pool[o->result + i]));
        return same(s, &got);
    case OP_GET:
        return (size_t)s->n == n && !memcmp(s->items, text, n);
    case OP_DEQUEUE:
        return (s->n ? s->items[0] : 0) == value_of(h, first);
    default:
        return (find(s, a[0]) >= 0) == (*text == 't');
    }
}

/* Whether it never took effect; and whether it may or may not have. */
static bool is_void(const struct op *o)
{
    return o->end == OP_REFUSE || (o->end == OP_FAIL && o->name != OP_CAS);
}

static struct op known(const struct test *t, int i)
{
    struct op o = t->history->ops[i];
    if (!op_is_open(&o) && o.end_at > t->until)
        o.end = OP_INFO;
    return o;
}

/* Whether operation i could be next after those of the set `done`. */
static bool is_next(const struct test *t, uint64_t done, int i)
{
    const struct op *ops = t->history->ops;
    for (int k = 0; k < (int)t->history->count; k++) {
        struct op o = known(t, k);
        if (!(done >> k & 1) && k != i && !op_is_open(&o) && !is_void(&o) &&
            o.end_at < ops[i].begin_at)
            return false;
    }
    return ops[i].begin_at <= t->until && !(done >> i & 1);
}

static bool step(const struct test *t, struct state *s, const struct op *o)
{
    char a[2] = {value_of(t->history, o->arguments[0]), value_of(t->history, o->arguments[1])};
    if (!answers(s, t->history, o, a))
        return false;
    if (o->end != OP_FAIL)
        change(s, o->name, a);
    return true;
}

static bool is_ordered(const struct test *t, uint64_t done)
{
    for (int i = 0; i < (int)t->history->count; i++) {
        struct op o = known(t, i);
        if (!(done >> i & 1) && !op_is_open(&o) && !is_void(&o) && o.begin_at <= t->until)
            return false;
    }
    return true;
}

static bool any_order(struct test *t, uint64_t done, const struct state *s)
{
    if (is_ordered(t, done))
        return true;
    for (int i = 0; i < (int)t->history->count; i++) {
        struct op o = known(t, i);
        struct state next = *s;
        if (!is_void(&o) && is_next(t, done, i) && step(t, &next, &o) &&
            any_order(t, done | UINT64_C(1) << i, &next))
            return true;
    }
    return false;
}

/* --- Histories by chance ---------------------------------------------------------------------- */

static const enum op_name names[OP_MODELS][4] = {
    [OP_MODEL_REGISTER] = {OP_READ, OP_WRITE, OP_READ, OP_WRITE},
    [OP_MODEL_CAS] = {OP_READ, OP_WRITE, OP_CAS, OP_CAS},
    [OP_MODEL_KV] = {OP_GET, OP_PUT, OP_APPEND, OP_GET},
    [OP_MODEL_QUEUE] = {OP_ENQUEUE, OP_DEQUEUE, OP_ENQUEUE, OP_DEQUEUE},
    [OP_MODEL_SET] = {OP_ADD, OP_REMOVE, OP_CONTAINS, OP_READ},
};

struct running {
    bool busy, took;
    enum op_name name;
    char arguments[2], results[ITEMS];
    int count; /* of results */
};

static uint64_t dice(struct test *t, uint64_t n)
{
    return chance_below(&t->chance, n);
}

static void emit(struct test *t, int process, enum op_kind kind, const struct running *r)
{
    static const char truth[2][6] = {"false", "true"};
    char name[] = {'p', (char)('0' + process)};
    struct op_text values[ITEMS + 2];
    struct fault f;
    size_t n = 0;
    for (unsigned i = 0; i < op_shapes[r->name].arguments; i++)
        values[n++] = (struct op_text){&r->arguments[i], 1};
    if (kind == OP_OK && r->name == OP_GET)
        values[n++] = (struct op_text){r->results, (size_t)r->count};
    else if (kind == OP_OK && r->name == OP_CONTAINS)
        values[n++] = (struct op_text){truth[r->count & 1], strlen(truth[r->count & 1])};
    else if (kind == OP_OK && op_shapes[r->name].results) {
        for (int i = 0; i < r->count; i++)
            values[n++] = (struct op_text){&r->results[i], 1};
        if (!r->count && t->model != OP_MODEL_SET)
            values[n++] = (struct op_text){0};
    }
    struct op_event e = {kind, r->name, {name, 2}, {"x", 1}, values, n, -1, 0};
    if (op_history_add(t->history, &e, &f))
        errx(2, "%s", f.text);
}

/* It takes effect, and sees what it will answer. */
static void take_effect(struct running *r, struct state *s)
{
    struct state was = *s;
    change(s, (int)r->name, r->arguments);
    r->took = true;
    r->count = was.n;
    memcpy(r->results, was.items, sizeof was.items);
    if (r->name == OP_DEQUEUE && r->count > 1)
        r->count = 1;
    if (r->name == OP_CONTAINS)
        r->count = find(&was, r->arguments[0]) >= 0;
    if (r->name == OP_CAS)
        r->count = (was.n ? was.items[0] : 0) == r->arguments[0];
}

static enum op_kind end_of(struct test *t, const struct running *r)
{
    if (!t->calm && dice(t, 8) == 0)
        return OP_INFO;
    if (r->name == OP_CAS && !r->count)
        return OP_FAIL;
    return OP_OK;
}

/* A wrong answer now and then. */
static void spoil(struct test *t, struct running *r)
{
    if (r->count && dice(t, 2))
        r->results[dice(t, (uint64_t)r->count)] = (char)('1' + dice(t, VALUES));
    else
        r->count = (r->name == OP_CAS || r->name == OP_CONTAINS) ? !r->count : 0;
}

static void end_one(struct test *t, int process, struct running *r, struct state *s)
{
    bool never = !t->calm && dice(t, 10) == 0; /* refused, or its effect is lost */
    if (!r->took && !never)
        take_effect(r, s);
    if (!t->calm && dice(t, 5) == 0)
        spoil(t, r);
    if (!r->took)
        emit(t, process, dice(t, 3) ? OP_REFUSE : OP_INFO, r);
    else
        emit(t, process, end_of(t, r), r);
    r->busy = false;
}

static void begin_one(struct test *t, int process, struct running *r)
{
    *r = (struct running){.busy = true, .name = names[t->model][dice(t, 4)]};
    r->arguments[0] = (char)('1' + dice(t, VALUES));
    r->arguments[1] = (char)('1' + dice(t, VALUES));
    emit(t, process, OP_INVOKE, r);
}

static void make_history(struct test *t, size_t operations)
{
    struct running running[PROCESSES] = {0};
    struct state s = {0};
    t->history = op_history_new(t->model);
    if (!t->history)
        err(2, NULL);
    for (size_t left = operations * 4; left > 0; left--) {
        t->calm = op_history_count(t->history) + ALL_AT_ONCE < operations;
        int process = t->calm ? 0 : (int)dice(t, PROCESSES);
        struct running *r = &running[process];
        if (r->busy && !r->took && dice(t, 3) == 0)
            take_effect(r, &s);
        else if (r->busy && dice(t, 2))
            end_one(t, process, r, &s);
        else if (!r->busy && op_history_count(t->history) < operations)
            begin_one(t, process, r);
    }
}

/* --- Comparing -------------------------------------------------------------------------------- */

/* Whether it is an order of all that the judge knew at `until`, or a part of one. */
static bool is_order(struct test *t, const struct op_verdict *v)
{
    struct state s = {0};
    uint64_t done = 0;
    for (size_t i = 0; i < v->count; i++) {
        struct op o = known(t, (int)v->order[i]);
        if (is_void(&o) || !is_next(t, done, (int)v->order[i]) || !step(t, &s, &o))
            return false;
        done |= UINT64_C(1) << v->order[i];
    }
    /* Operations that neither explain nor change anything are left out of it. */
    for (int i = 0; i < (int)t->history->count && v->answer == OP_YES; i++) {
        struct op o = known(t, i);
        if (!(done >> i & 1) && !op_is_open(&o) && !is_void(&o))
            return false;
    }
    return true;
}

static const char *check_refusal(struct test *t, const struct op_verdict *v)
{
    struct state none = {0};
    const struct op *misfit = &t->history->ops[v->misfit];
    t->until = misfit->end_at - 1;
    if (!any_order(t, 0, &none))
        return "there is no order before the misfit ends either";
    t->until = misfit->end_at;
    if (any_order(t, 0, &none))
        return "there is an order although the misfit has ended";
    if (!v->exact || !v->state.len)
        return "the reason is not told";
    t->until = misfit->end_at - 1;
    return is_order(t, v) ? NULL : "what could be ordered is no order";
}

static const char *compare(struct test *t, struct op_verdict *v)
{
    const struct op_limits limits = {0};
    struct state none = {0};
    struct fault f;
    t->until = UINT32_MAX;
    if (op_history_judge(t->history, &limits, v, &f))
        errx(2, "%s", f.text);
    if (v->answer == OP_UNKNOWN)
        return "unknown without a bound";
    if (any_order(t, 0, &none) != (v->answer == OP_YES))
        return "another verdict";
    if (v->answer == OP_NO)
        return check_refusal(t, v);
    return is_order(t, v) ? NULL : "the order is none";
}

static void print_history(const struct op_history *h)
{
    struct buf text = {0};
    for (uint32_t at = 0; at < h->events; at++)
        for (size_t i = 0; i < h->count; i++) {
            const struct op *o = &h->ops[i];
            bool begins = o->begin_at == at, ends = o->end != OP_INVOKE && o->end_at == at;
            if (!begins && !ends)
                continue;
            text.len = 0;
            if (op_format(h, o, &text))
                err(2, NULL);
            printf("%s p%u %.*s\n", op_kind_words[begins ? OP_INVOKE : o->end], o->process,
                   (int)text.len, text.data);
        }
    buf_free(&text);
}

int main(int argc, char **argv)
{
    struct test t = {0};
    long answers_count[3] = {0};
    if (argc < 4)
        errx(2, "usage: historytest SEED COUNT MODEL [OPERATIONS]");
    t.chance = strtoull(argv[1], NULL, 10);
    while (t.model < OP_MODELS && strcmp(op_model_words[t.model], argv[3]) != 0)
        t.model++;
    size_t operations = argc > 4 ? strtoull(argv[4], NULL, 10) : 6;
    if (t.model == OP_MODELS || operations > MOST)
        errx(2, "no such model, or more than %d operations", MOST);
    for (long left = strtol(argv[2], NULL, 10); left > 0; left--) {
        struct op_verdict v = {0};
        make_history(&t, operations);
        const char *wrong = compare(&t, &v);
        if (wrong)
            print_history(t.history);
        if (wrong)
            errx(1, "%s: judged %d", wrong, (int)v.answer);
        answers_count[v.answer]++;
        op_verdict_free(&v);
        op_history_free(t.history);
    }
    printf("%s: %ld linearizable, %ld not\n", argv[3], answers_count[OP_YES], answers_count[OP_NO]);
    return 0;
}
