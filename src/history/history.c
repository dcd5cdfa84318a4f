#include "base/array.h"
#include "history/ops.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const op_kind_words[] = {"invoke", "ok", "fail", "refuse", "info", NULL};
const char *const op_name_words[] = {"read",    "write",   "cas", "get",    "put",      "append",
                                     "enqueue", "dequeue", "add", "remove", "contains", NULL};
const char *const op_model_words[] = {"register", "cas", "kv", "queue", "set", NULL};

enum {
    REGISTER = 1 << OP_MODEL_REGISTER,
    CAS = 1 << OP_MODEL_CAS,
    KV = 1 << OP_MODEL_KV,
    QUEUE = 1 << OP_MODEL_QUEUE,
    SET = 1 << OP_MODEL_SET,
};

const struct op_shape op_shapes[OP_NAMES] = {
    [OP_READ] = {REGISTER | CAS | SET, 0, 1},
    [OP_WRITE] = {REGISTER | CAS, 1, 0},
    [OP_CAS] = {CAS, 2, 0},
    [OP_GET] = {KV, 0, 1},
    [OP_PUT] = {KV, 1, 0},
    [OP_APPEND] = {KV, 1, 0},
    [OP_ENQUEUE] = {QUEUE, 1, 0},
    [OP_DEQUEUE] = {QUEUE, 0, 1},
    [OP_ADD] = {SET, 1, 0},
    [OP_REMOVE] = {SET, 1, 0},
    [OP_CONTAINS] = {SET, 1, 1},
};

struct op_history *op_history_new(enum op_model model)
{
    struct op_history *h = calloc(1, sizeof *h);
    if (h)
        h->models = model == OP_MODELS ? (1U << OP_MODELS) - 1 : 1U << model;
    return h;
}

void op_history_free(struct op_history *h)
{
    if (!h)
        return;
    op_words_free(&h->processes);
    op_words_free(&h->keys);
    op_words_free(&h->values);
    free(h->ops);
    free(h->pool);
    free(h->running);
    free(h);
}

size_t op_history_count(const struct op_history *h)
{
    return h->count;
}

static enum op_model first_of(unsigned models)
{
    return (enum op_model)__builtin_ctz(models);
}

enum op_model op_history_model(const struct op_history *h)
{
    return first_of(h->models);
}

/* Leaves the models in which an operation of this name may have so many results; -1: any. */
static int narrow(struct op_history *h, const struct op_event *e, long results, struct fault *f)
{
    unsigned left = h->models & op_shapes[e->name].models;
    if (!left)
        return fault_rule(f, "'%s' is not an operation of the model %s", op_name_words[e->name],
                          op_model_words[first_of(h->models)]);
    if (results >= 0 && results != op_shapes[e->name].results)
        left &= e->name == OP_READ ? SET : 0;
    if (!left)
        return fault_rule(f, "%s: %ld results, expected %d", op_name_words[e->name], results,
                          op_shapes[e->name].results);
    h->models = left;
    return 0;
}

static int check_name(const char *what, const struct op_text *t, struct fault *f)
{
    bool good = t->n >= 1 && t->n <= OP_WORD_MAX;
    for (size_t i = 0; i < t->n && good; i++)
        good = t->at[i] > ' ' && t->at[i] <= '~';
    return good
               ? 0
               : fault_rule(f, "%s: not a word of 1 to %d printable characters", what, OP_WORD_MAX);
}

static int find_value(struct op_history *h, const struct op_text *t, uint32_t *value,
                      struct fault *f)
{
    *value = OP_NIL;
    if (!t->at)
        return 0;
    if (h->values.text.len + t->n > OP_WORDS_MAX)
        return fault_trouble(f, "the values exceed %ld bytes", OP_WORDS_MAX);
    uint32_t word = op_words_add(&h->values, t->at, t->n);
    if (word == WORDS_NONE)
        return fault_memory(f);
    *value = word + 1;
    return 0;
}

/* The number of the process, for which there is a place in h->running. */
static int find_process(struct op_history *h, const struct op_event *e, uint32_t *process,
                        struct fault *f)
{
    size_t old = h->running_cap;
    if (check_name("process", &e->process, f))
        return -1;
    *process = op_words_add(&h->processes, e->process.at, e->process.n);
    if (*process == WORDS_NONE || ARRAY_RESERVE(h->running, h->running_cap, (size_t)*process + 1))
        return fault_memory(f);
    if (h->running_cap > old)
        memset(h->running + old, 0, (h->running_cap - old) * sizeof *h->running);
    return 0;
}

static int begin(struct op_history *h, const struct op_event *e, uint32_t process, struct fault *f)
{
    const struct op_shape *shape = &op_shapes[e->name];
    struct op o = {.name = (uint8_t)e->name, .end = OP_INVOKE, .process = process};
    if (h->running[process])
        return fault_rule(f, "process %.*s: its operation of line %" PRIu64 " has not ended",
                          (int)e->process.n, e->process.at,
                          h->ops[h->running[process] - 1].begin_line);
    if (narrow(h, e, -1, f) || check_name("key", &e->key, f))
        return -1;
    if (e->count != shape->arguments)
        return fault_rule(f, "%s: %zu values, expected %d", op_name_words[e->name], e->count,
                          shape->arguments);
    for (size_t i = 0; i < e->count; i++)
        if (find_value(h, &e->values[i], &o.arguments[i], f))
            return -1;
    if (h->count == OP_COUNT_MAX)
        return fault_trouble(f, "more than %d operations", OP_COUNT_MAX);
    o.key = op_words_add(&h->keys, e->key.at, e->key.n);
    if (o.key == WORDS_NONE || ARRAY_RESERVE(h->ops, h->cap, h->count + 1))
        return fault_memory(f);
    o.begin_at = h->events;
    o.begin_line = e->line ? e->line : h->events + 1;
    o.begin_time = o.end_time = e->time;
    h->ops[h->count++] = o;
    h->running[process] = (uint32_t)h->count;
    return 0;
}

static int check_same(struct op_history *h, const struct op *o, const struct op_event *e,
                      struct fault *f)
{
    size_t n;
    const char *key = op_words_text(&h->keys, o->key, &n);
    bool same = o->name == e->name;
    if (e->key.n || e->kind == OP_OK)
        same = same && e->key.n == n && !memcmp(key, e->key.at, n);
    return same ? 0
                : fault_rule(f,
                             "the operation of this process is '%s %.*s', invoked in line %" PRIu64,
                             op_name_words[o->name], (int)n, key, o->begin_line);
}

static int check_arguments(struct op_history *h, const struct op *o, const struct op_event *e,
                           struct fault *f)
{
    uint32_t value;
    for (size_t i = 0; i < op_shapes[e->name].arguments; i++) {
        if (find_value(h, &e->values[i], &value, f))
            return -1;
        if (value != o->arguments[i])
            return fault_rule(f, "%s: other arguments than in line %" PRIu64,
                              op_name_words[o->name], o->begin_line);
    }
    return 0;
}

/* Puts the last n values into the pool. */
static int take_results(struct op_history *h, struct op *o, const struct op_event *e, size_t n,
                        struct fault *f)
{
    if (ARRAY_RESERVE(h->pool, h->pool_cap, h->pool_len + n))
        return fault_memory(f);
    o->result = (uint32_t)h->pool_len;
    o->results = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        if (find_value(h, &e->values[e->count - n + i], &h->pool[h->pool_len++], f))
            return -1;
    return 0;
}

static int check_boolean(const struct op_event *e, struct fault *f)
{
    const struct op_text *t = &e->values[1];
    if (t->at &&
        ((t->n == 4 && !memcmp(t->at, "true", 4)) || (t->n == 5 && !memcmp(t->at, "false", 5))))
        return 0;
    return fault_rule(f, "contains: neither true nor false");
}

/* Checks the values of an answer, and keeps its results. */
static int take_answer(struct op_history *h, struct op *o, const struct op_event *e,
                       struct fault *f)
{
    const struct op_shape *shape = &op_shapes[e->name];
    size_t arguments = shape->arguments;
    if (e->count == 0 && !shape->results)
        return 0;
    if (e->count < arguments)
        return fault_rule(f, "%s: %zu values, expected %zu", op_name_words[e->name], e->count,
                          arguments + shape->results);
    size_t n = e->count - arguments;
    if (n > OP_VALUES_MAX || h->pool_len + n > UINT32_MAX)
        return fault_rule(f, "%s: too many results", op_name_words[e->name]);
    if (narrow(h, e, (long)n, f) || check_arguments(h, o, e, f) ||
        (e->name == OP_CONTAINS && check_boolean(e, f)))
        return -1;
    return take_results(h, o, e, n, f);
}

static int end(struct op_history *h, const struct op_event *e, uint32_t process, struct fault *f)
{
    uint32_t running = h->running[process];
    if (!running)
        return fault_rule(f, "process %.*s: no operation was invoked", (int)e->process.n,
                          e->process.at);
    struct op *o = &h->ops[running - 1];
    if (check_same(h, o, e, f) || (e->kind == OP_OK && take_answer(h, o, e, f)))
        return -1;
    o->end = (uint8_t)e->kind;
    o->end_at = h->events;
    o->end_line = e->line ? e->line : h->events + 1;
    o->end_time = e->time;
    h->running[process] = 0;
    return 0;
}

int op_history_add(struct op_history *h, const struct op_event *e, struct fault *f)
{
    uint32_t process;
    int failed;
    if (e->time >= 0 && e->time < h->last_time)
        failed = fault_rule(f, "time: before that of an earlier line");
    else
        failed = find_process(h, e, &process, f) ||
                 (e->kind == OP_INVOKE ? begin(h, e, process, f) : end(h, e, process, f));
    if (failed) {
        f->line = e->line;
        return -1;
    }
    if (e->time >= 0)
        h->last_time = e->time;
    h->events++;
    return 0;
}
