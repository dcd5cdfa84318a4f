/*
 * light/light over a stream of headers and proofs: what it passes on, it passes on again; and
 * where a genesis came first, each header that it takes a tree of blocks takes too, and the best
 * chain is the tree's.
 */
#include "light/light.h"
#include "chain/store_temp.h"
#include "fuzz.h"
#include "hash/merkle.h"

enum { NOW = 1700100000 };

struct outcome {
    struct buf passed;
    struct light_sum sum;
    bool first_fell;
    size_t fell, undone;
};

static struct outcome judge(const char *bytes, size_t len)
{
    struct pieces p = {.bytes = bytes, .len = len, .dice = fingerprint(bytes, len)};
    struct outcome o = {.fell = 0};
    struct light *c = light_new(pieces_source(&p));
    struct span text;
    struct fault f;
    int verdict;
    bool first = true;
    must(c);
    while ((verdict = light_next(c, NOW, &text, &f)) != LIGHT_END) {
        must(verdict > 0);
        if (verdict == LIGHT_VALID) {
            must(buf_add(&o.passed, text.at, text.len) == 0 && buf_add(&o.passed, "\n", 1) == 0);
        } else {
            must(f.kind == FAULT_RULE && f.text[0]);
            o.first_fell |= first;
            o.fell += f.line > 0;
            o.undone += f.line == 0;
        }
        first = false;
    }
    o.sum = light_sum(c);
    light_free(c);
    return o;
}

/* The headers that passed, as empty blocks of a tree: only those that count no lines can be, and
 * only as long as all of them are. */
static void compare(const struct outcome *o)
{
    struct span rest = {o->passed.data, o->passed.len};
    struct fault f;
    struct stream *stream = stream_new(source_memory(&rest), 1, 0);
    struct store_temp *store = store_temp_new(NULL, 0, &f);
    struct tree tree;
    struct batch b = {0};
    uint64_t taken = 0;
    bool all = true;
    must(stream && store && tree_init(&tree, store_temp_table(store), &f) == 0);
    while (stream_next(stream, &b, &f) > 0)
        for (size_t i = 0; all && i < b.count; i++) {
            struct node new;
            struct reorg reorg;
            if (b.items[i].type == &block_type && b.items[i].broken)
                all = false;
            if (b.items[i].type != &block_type || b.items[i].broken)
                continue;
            int verdict = tree_check(&tree, &b.items[i], NOW, &new, &f);
            must(verdict == TREE_GOOD || verdict == TREE_KNOWN);
            if (verdict == TREE_GOOD) {
                must(tree_add(&tree, &b.items[i], &new, &reorg, &f) == 0);
                taken++;
            }
        }
    if (all) {
        must(taken == o->sum.headers && tree.best.height == o->sum.height);
        must_equal(tree.best.id, ID_LEN, o->sum.best, ID_LEN);
    }
    batch_free(&b);
    stream_free(stream);
    tree_free(&tree);
    store_temp_free(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct outcome first = judge((const char *)data, n);
    if (!first.first_fell) {
        struct outcome second = judge(first.passed.data, first.passed.len);
        must(second.fell == 0 && second.undone == first.undone);
        must_equal(first.passed.data, first.passed.len, second.passed.data, second.passed.len);
        buf_free(&second.passed);
    }
    if (first.sum.from_genesis && !first.sum.by_members)
        compare(&first);
    buf_free(&first.passed);
    return 0;
}
