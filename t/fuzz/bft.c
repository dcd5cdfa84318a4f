/* bft: items out of any text are written again as they were; as messages, or as a log,
 * they break no node. */
#include "bft/bft.h"
#include "bft/bft_vote.h"
#include "fuzz.h"

enum { ITEMS_MAX = 64 };

struct fed {
    struct node_names *names;
    struct engine *engine;
    struct engine_item *items[ITEMS_MAX];
    size_t count;
    uint64_t saves;
    int64_t now;
};

/* What is written is read again, and written the same. */
static void check_text(const struct engine_item *item, struct node_names *names)
{
    struct buf text = {0}, again = {0};
    struct fault f;
    size_t used = 0;
    must(bft_engine.item_format(item, names, &text) == 0);
    struct engine_item *copy = bft_engine.item_parse(text.data, text.len, &used, names, &f);
    must(copy != NULL && used == text.len);
    must(bft_engine.item_format(copy, names, &again) == 0);
    must_equal(text.data, text.len, again.data, again.len);
    engine_item_unref(copy);
    buf_free(&text);
    buf_free(&again);
}

static void parse_all(struct fed *x, const char *text, size_t n)
{
    size_t used = 0;
    struct fault f = {0};
    for (size_t at = 0; at < n && x->count < ITEMS_MAX; at += used) {
        struct engine_item *item = bft_engine.item_parse(text + at, n - at, &used, x->names, &f);
        if (item == NULL) {
            must(f.kind == FAULT_RULE && f.text[0]);
            return;
        }
        must(used > 0 && used <= n - at);
        check_text(item, x->names);
        x->items[x->count++] = item;
    }
}

/* Whether it goes on: a log may break a rule. */
static bool step(struct fed *x, struct engine_event *e)
{
    struct engine_outputs out = {0};
    struct fault f = {0};
    e->now = x->now;
    int status = bft_engine.step(x->engine, e, &out, &f);
    must(status == 0 || (e->kind == ENGINE_RESTART && f.kind == FAULT_RULE && f.text[0]));
    for (size_t i = 0; i < out.count; i++)
        x->saves += out.list[i].kind == ENGINE_SAVE;
    engine_outputs_free(&out);
    return status == 0;
}

/* The items as messages of others, with time and the disk between; and as the log of a start. */
static void feed(struct fed *x, bool log)
{
    if (!step(x, &(struct engine_event){
                     .kind = ENGINE_RESTART, .items = x->items, .count = log ? x->count : 0}))
        return;
    for (size_t i = 0; i < x->count; i++) {
        step(x, &(struct engine_event){.kind = ENGINE_MESSAGE,
                                       .from = (uint32_t)(1 + i % 3),
                                       .items = &x->items[i],
                                       .count = 1});
        step(x, &(struct engine_event){.kind = ENGINE_SAVED, .serial = x->saves});
        x->now += (int64_t)(i % 4) * 100;
        step(x, &(struct engine_event){.kind = ENGINE_TIMER});
    }
}

/* Every signature holds, and a payload is named by its first character, so that a fuzzer can make
 * votes and proposals. */
static bool check(void *context, const struct bft_vote *v)
{
    (void)context;
    return v->signature[0] != 'x';
}

static int sign(void *context, struct bft_vote *v, struct fault *f)
{
    (void)context;
    (void)f;
    strcpy(v->signature, "s");
    return 0;
}

static void name(void *context, struct proposal_id id, const struct payload *payload,
                 uint8_t value[BFT_VALUE_LEN])
{
    (void)context;
    (void)id;
    memset(value, payload->len > 0 ? payload->text[0] | 1 : 1, BFT_VALUE_LEN);
}

static void try(const char *text, size_t n, bool log)
{
    static const struct bft_host host = {.sign = sign, .check = check, .name = name};
    static const char *const settings[] = {"timeout=20", "forward=no"};
    struct fed x = {.names = node_names_new()};
    struct fault f;
    uint32_t members[3];
    must(x.names != NULL);
    for (uint32_t i = 0; i < 3; i++)
        members[i] = node_names_add(x.names, &"n1n2n3"[i * 2], 2, &f);
    node_names_add(x.names, "n4", 2, &f); /* no member */
    struct engine_setup setup = {.names = x.names,
                                 .self = 0,
                                 .members = members,
                                 .member_count = 3,
                                 .settings = settings,
                                 .setting_count = log ? 1 : 2};
    x.engine = bft_new(&setup, &host, &f);
    must(x.engine != NULL);
    parse_all(&x, text, n);
    feed(&x, log);
    for (size_t i = 0; i < x.count; i++)
        engine_item_unref(x.items[i]);
    bft_engine.free(x.engine);
    node_names_free(x.names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    try((const char *)data, n, false);
    try((const char *)data, n, true);
    return 0;
}
