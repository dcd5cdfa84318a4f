/* Which blocks enough keys name, and which keys contradict themselves. */
#include "finality/checkpoints_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By height, key and block; and by height, block and key. Equal entries keep the order of their
 * lines. */
static int by_key(const void *a, const void *b)
{
    const struct checkpoint_vote *x = a, *y = b;
    int order = compare(x->height, y->height);
    if (!order)
        order = memcmp(x->key, y->key, ID_LEN);
    if (!order)
        order = memcmp(x->block, y->block, ID_LEN);
    return order ? order : compare((int64_t)x->line, (int64_t)y->line);
}

static int by_block(const void *a, const void *b)
{
    const struct checkpoint_vote *x = a, *y = b;
    int order = compare(x->height, y->height);
    if (!order)
        order = memcmp(x->block, y->block, ID_LEN);
    if (!order)
        order = memcmp(x->key, y->key, ID_LEN);
    return order ? order : compare((int64_t)x->line, (int64_t)y->line);
}

static int add_contradiction(struct buf *out, const struct checkpoint_vote *a,
                             const struct checkpoint_vote *b, struct fault *f)
{
    bool in_order = a->line < b->line;
    struct contradiction x = {.height = a->height};
    x.lines[0] = in_order ? a->line : b->line;
    x.lines[1] = in_order ? b->line : a->line;
    memcpy(x.key, a->key, ID_LEN);
    return buf_add(out, &x, sizeof x) ? fault_memory(f) : 0;
}

/* Keeps one statement for each key and height; none if the key names several blocks there. */
static int settle_keys(struct checkpoints *c, struct buf *votes, struct fault *f)
{
    size_t kept = 0, count = votes->len / sizeof(struct checkpoint_vote);
    struct checkpoint_vote *w = (struct checkpoint_vote *)(void *)votes->data;
    struct buf out = {0};
    if (count)
        qsort(w, count, sizeof *w, by_key);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && w[end].height == w[i].height &&
                          memcmp(w[end].key, w[i].key, ID_LEN) == 0;)
            end++;
        if (memcmp(w[i].block, w[end - 1].block, ID_LEN) == 0) {
            w[kept++] = w[i];
        } else if (add_contradiction(&out, &w[i], &w[end - 1], f)) {
            buf_free(&out);
            return -1;
        }
    }
    votes->len = kept * sizeof *w;
    c->contradictions = (struct contradiction *)(void *)out.data;
    c->contradictions_count = out.len / sizeof(struct contradiction);
    return 0;
}

static int disagree(const struct checkpoint_vote *a, const struct checkpoint_vote *b,
                    struct fault *f)
{
    if (a->line > b->line)
        return disagree(b, a, f);
    fault_rule(f,
               "checkpoint: at height %" PRId64 " line %" PRIu64
               " names another block, with enough keys "
               "for both: ask for more keys (-n), or trust fewer",
               b->height, a->line);
    f->line = b->line;
    return -1;
}

/* Lists the blocks that enough keys name. */
static int settle_blocks(struct checkpoints *c, const struct buf *votes, size_t needed,
                         struct fault *f)
{
    size_t count = votes->len / sizeof(struct checkpoint_vote);
    struct checkpoint_vote *w = (struct checkpoint_vote *)(void *)votes->data;
    const struct checkpoint_vote *last = NULL;
    if (!count)
        return 0;
    qsort(w, count, sizeof *w, by_block);
    c->blocks = calloc(count, sizeof *c->blocks);
    if (!c->blocks)
        return fault_memory(f);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && w[end].height == w[i].height &&
                          memcmp(w[end].block, w[i].block, ID_LEN) == 0;)
            end++;
        if (end - i < needed)
            continue;
        if (last && last->height == w[i].height)
            return disagree(last, &w[i], f);
        last = &w[i];
        struct checkpointed *b = &c->blocks[c->count++];
        b->height = w[i].height;
        b->keys = end - i;
        memcpy(b->block, w[i].block, ID_LEN);
    }
    return 0;
}

int checkpoints_settle(struct checkpoints *c, struct buf *votes, size_t needed, struct fault *f)
{
    return settle_keys(c, votes, f) || settle_blocks(c, votes, needed, f) ? -1 : 0;
}
