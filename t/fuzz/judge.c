/*
 * judge/judge over a stream, signatures and all: what it passes on, it passes on again. (Only a
 * stream whose first record falls may be taken for another kind the second time.)
 */
#include "judge/judge.h"
#include "fuzz.h"
#include "stream/feed.h"

enum { NOW = 1700100000 };

struct outcome {
    struct buf passed;
    bool first_fell;
    size_t fell;
};

static void judge_batch(struct judge *j, const struct batch *b, struct outcome *o)
{
    struct fault f = {0};
    for (size_t i = 0; i < b->count; i++) {
        const struct item *item = &b->items[i];
        int holds = judge_item(j, item, NOW, &f);
        must(holds >= 0 && (holds || (f.kind == FAULT_RULE && f.line >= item->line && f.text[0])));
        must(!holds || !item->broken);
        if (holds)
            must(buf_add(&o->passed, item->text, item->size) == 0);
        else if (item->offset == 0)
            o->first_fell = true;
        o->fell += !holds;
    }
}

static struct outcome judge(const char *bytes, size_t len)
{
    struct pieces p = {.bytes = bytes, .len = len, .dice = fingerprint(bytes, len)};
    struct outcome o = {.fell = 0};
    struct stream *stream = stream_new(pieces_source(&p), 1, 0);
    struct sigpool *pool = sigpool_new(1);
    struct judge *j = judge_new(NULL);
    struct feed feed;
    struct batch *b;
    struct fault f;
    int got;
    must(stream && pool && j);
    feed_init(&feed, stream, pool);
    while ((got = feed_next(&feed, &b, &f)) > 0) {
        judge_batch(j, b, &o);
        if (judge_rules(j))
            stream_limit(stream, judge_rules(j)->maxblock);
    }
    must(got == 0);
    feed_free(&feed);
    judge_free(j);
    sigpool_free(pool);
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct outcome first = judge((const char *)data, n);
    if (!first.first_fell) {
        struct outcome second = judge(first.passed.data, first.passed.len);
        must(second.fell == 0);
        must_equal(first.passed.data, first.passed.len, second.passed.data, second.passed.len);
        buf_free(&second.passed);
    }
    buf_free(&first.passed);
    return 0;
}
