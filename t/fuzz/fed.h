/* An engine that is fed items of its own, read of any text: for the fuzz targets of engines. */
#ifndef FUZZ_FED_H
#define FUZZ_FED_H

#include "consensus/engine.h"
#include "fuzz.h"

enum { FED_ITEMS_MAX = 64, FED_MEMBERS_MAX = 4 };

struct fed {
    const struct engine_type *type;
    struct engine_setup setup; /* of the first of the members; settings are the target's */
    uint32_t members[FED_MEMBERS_MAX];
    struct engine *engine;
    struct engine_item *items[FED_ITEMS_MAX];
    size_t count;
    uint64_t saves;
    int64_t now;
};

/* Members n1 to n`count`, and one name more, who is none. */
static inline void fed_init(struct fed *x, const struct engine_type *type, size_t count)
{
    struct fault f;
    struct node_names *names = node_names_new();
    must(names != NULL && count <= FED_MEMBERS_MAX);
    *x = (struct fed){.type = type};
    for (uint32_t i = 0; i < count; i++)
        x->members[i] = node_names_add(names, &"n1n2n3n4"[i * 2], 2, &f);
    node_names_add(names, &"n1n2n3n4n5"[count * 2], 2, &f);
    x->setup = (struct engine_setup){
        .names = names, .self = 0, .members = x->members, .member_count = count};
}

static inline void fed_free(struct fed *x)
{
    for (size_t i = 0; i < x->count; i++)
        engine_item_unref(x->items[i]);
    x->type->free(x->engine);
    node_names_free(x->setup.names);
}

/* What is written is read again, and written the same. */
static inline void fed_check_text(const struct fed *x, const struct engine_item *item)
{
    struct buf text = {0}, again = {0};
    struct fault f;
    size_t used = 0;
    must(x->type->item_format(item, x->setup.names, &text) == 0);
    struct engine_item *copy = x->type->item_parse(text.data, text.len, &used, x->setup.names, &f);
    must(copy != NULL && used == text.len);
    must(x->type->item_format(copy, x->setup.names, &again) == 0);
    must_equal(text.data, text.len, again.data, again.len);
    engine_item_unref(copy);
    buf_free(&text);
    buf_free(&again);
}

static inline void fed_parse(struct fed *x, const char *text, size_t n)
{
    size_t used = 0;
    struct fault f = {0};
    for (size_t at = 0; at < n && x->count < FED_ITEMS_MAX; at += used) {
        struct engine_item *item = x->type->item_parse(text + at, n - at, &used, x->setup.names,
                                                       &f);
        if (item == NULL) {
            must(f.kind == FAULT_RULE && f.text[0]);
            return;
        }
        must(used > 0 && used <= n - at);
        fed_check_text(x, item);
        x->items[x->count++] = item;
    }
}

/* Whether it goes on: a log may break a rule. */
static inline bool fed_step(struct fed *x, struct engine_event *e)
{
    struct engine_outputs out = {0};
    struct fault f = {0};
    e->now = x->now;
    int status = x->type->step(x->engine, e, &out, &f);
    must(status == 0 || (e->kind == ENGINE_RESTART && f.kind == FAULT_RULE && f.text[0]));
    for (size_t i = 0; i < out.count; i++)
        x->saves += out.list[i].kind == ENGINE_SAVE;
    engine_outputs_free(&out);
    return status == 0;
}

/* The items as messages of others, with time and the disk between; and as the log of a start. */
static inline void fed_feed(struct fed *x, bool log)
{
    if (!fed_step(x, &(struct engine_event){
                         .kind = ENGINE_RESTART, .items = x->items, .count = log ? x->count : 0}))
        return;
    for (size_t i = 0; i < x->count; i++) {
        fed_step(x, &(struct engine_event){.kind = ENGINE_MESSAGE,
                                           .from = (uint32_t)(1 + i % x->setup.member_count),
                                           .items = &x->items[i],
                                           .count = 1});
        fed_step(x, &(struct engine_event){.kind = ENGINE_SAVED, .serial = x->saves});
        x->now += (int64_t)(i % 4) * 100;
        fed_step(x, &(struct engine_event){.kind = ENGINE_TIMER});
    }
}

/* Reads the text and feeds it to x->engine, which the target has made. Frees all. */
static inline void fed_text(struct fed *x, const char *text, size_t n, bool log)
{
    must(x->engine != NULL);
    fed_parse(x, text, n);
    fed_feed(x, log);
    fed_free(x);
}

#endif
