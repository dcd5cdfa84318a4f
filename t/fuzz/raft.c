/*
 * consensus/raft: a message or record that is read of its text has that text; and an engine, which
 * is given whatever was read as messages and as what its disk kept, takes it or refuses it.
 */
#include "raft/raft.h"
#include "fuzz.h"
#include "raft/raft_item.h"

#include <string.h>

enum { ITEMS = 64, NODES = 3 };

static struct engine *engine_new(struct node_names *names)
{
    static const uint32_t members[NODES] = {0, 1, 2};
    const char *const settings[] = {"keep=1", "window=500", "batch=200", "piece=20"};
    struct engine_setup setup = {.names = names,
                                 .members = members,
                                 .member_count = NODES,
                                 .seed = 1,
                                 .settings = settings,
                                 .setting_count = 4};
    struct fault f;
    struct engine *e = raft_engine.make(&setup, &f);
    must(e != NULL);
    return e;
}

/* Whether the engine still runs. Everything that it had saved is on disk then. */
static bool give(struct engine *e, struct engine_event x, uint64_t *saves)
{
    struct engine_outputs out = {0};
    struct fault f;
    int result = raft_engine.step(e, &x, &out, &f);
    must(result == 0 || (f.kind == FAULT_RULE && f.text[0] != '\0'));
    for (size_t i = 0; i < out.count; i++)
        *saves += out.list[i].kind == ENGINE_SAVE;
    engine_outputs_free(&out);
    return result == 0;
}

static bool saved_and_late(struct engine *e, int64_t now, uint64_t *saves)
{
    uint64_t serial = *saves;
    return give(e, (struct engine_event){.kind = ENGINE_SAVED, .now = now, .serial = serial},
                saves) &&
           give(e, (struct engine_event){.kind = ENGINE_TIMER, .now = now + 40}, saves);
}

static void as_messages(struct node_names *names, struct engine_item **items, size_t count)
{
    struct engine *e = engine_new(names);
    uint64_t saves = 0;
    bool runs = give(e, (struct engine_event){.kind = ENGINE_RESTART}, &saves);
    must(runs);
    for (size_t i = 0; runs && i < count; i++) {
        int64_t now = (int64_t)i * 60;
        runs = give(e,
                    (struct engine_event){.kind = ENGINE_MESSAGE,
                                          .now = now,
                                          .from = 1 + (uint32_t)i % 2,
                                          .items = items + i,
                                          .count = 1},
                    &saves) &&
               saved_and_late(e, now, &saves);
    }
    raft_engine.free(e);
}

static void as_log(struct node_names *names, struct engine_item **items, size_t count)
{
    struct engine *e = engine_new(names);
    uint64_t saves = 0;
    struct engine_event x = {.kind = ENGINE_RESTART, .items = items, .count = count};
    if (give(e, x, &saves))
        saved_and_late(e, 400, &saves);
    raft_engine.free(e);
}

static void check_text(const struct engine_item *x, const struct node_names *names,
                       const char *text, size_t n)
{
    struct buf again = {0};
    must(raft_item_format(x, names, &again) == 0);
    must_equal(again.data, again.len, text, n);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct node_names *names = node_names_new();
    struct engine_item *items[ITEMS];
    struct fault f;
    size_t count = 0, used;
    must(names != NULL && node_names_add(names, "n1", 2, &f) == 0 &&
         node_names_add(names, "n2", 2, &f) == 1 && node_names_add(names, "n3", 2, &f) == 2);
    for (size_t at = 0; at < n && count < ITEMS; at += used) {
        const char *text = (const char *)data + at;
        items[count] = raft_item_parse(text, n - at, &used, names, &f);
        if (items[count] == NULL) {
            must(f.kind == FAULT_RULE && f.text[0] != '\0');
            break;
        }
        must(used > 0 && used <= n - at);
        check_text(items[count++], names, text, used);
    }
    as_messages(names, items, count);
    as_log(names, items, count);
    while (count > 0)
        engine_item_unref(items[--count]);
    node_names_free(names);
    return 0;
}
