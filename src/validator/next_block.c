#include "validator/next_block.h"

#include "chain/tree_state.h"
#include "farm/template.h"
#include "mempool/pool.h"

#include <string.h>

static int take_parent(const struct next_block *n, struct template *t, struct fault *f)
{
    struct tree *tree = &n->ledger->tree;
    t->rules = &tree->rules;
    t->size_max = block_size_limit(tree->rules.maxblock);
    t->miner.form = ACCOUNT_KEY;
    memcpy(t->miner.id, n->key->public, ID_LEN);
    memcpy(t->parent, n->parent->id, ID_LEN);
    t->height = n->parent->height;
    t->supply = n->parent->supply;
    t->times_count = tree_times(tree, n->parent, t->times, f);
    return t->times_count < 0 ? -1 : 0;
}

/* Calls take for each line of the text. */
static int each_line(const char *text, size_t len, struct template *t,
                     int (*take)(struct template *t, const char *line, size_t size,
                                 struct fault *f),
                     struct fault *f)
{
    for (size_t at = 0; at < len;) {
        const char *line = text + at, *end = memchr(line, '\n', len - at);
        if (!end)
            break;
        if (take(t, line, (size_t)(end - line) + 1, f))
            return -1;
        at += (size_t)(end - line) + 1;
    }
    return 0;
}

static int take_vote(struct template *t, const char *line, size_t size, struct fault *f)
{
    uint8_t id[ID_LEN];
    sha256(line, size - 1, id);
    return template_add_free(t, line, size, id) ? fault_memory(f) : 0;
}

static int take_tx(struct template *t, const char *line, size_t size, struct fault *f)
{
    uint8_t id[ID_LEN];
    sha256(line, size - 1, id);
    return template_add(t, line, size, id, f);
}

static int add_state(const struct next_block *n, struct template *t, struct fault *f)
{
    struct tree *tree = &n->ledger->tree;
    struct state_line line;
    if (!tree_state_is_due(&tree->rules, n->parent->height))
        return 0;
    if (tree_move(tree, n->parent, f) || tree_state_line(tree, &line, f))
        return -1;
    return template_add_state(t, &line) ? fault_memory(f) : 0;
}

/* The pool's best body after the parent, whatever anybody has put beside it or upon it. */
static int add_transactions(const struct next_block *n, struct template *t, struct fault *f)
{
    struct pool pool;
    struct buf body = {0};
    if (!n->pool)
        return 0;
    pool_init(&pool, n->pool, n->ledger, POOL_BYTES_DEFAULT);
    pool.at = n->parent;
    int failed = pool_load(&pool, f) || pool_select(&pool, &body, f) ||
                 each_line(body.data, body.len, t, take_tx, f);
    pool_free(&pool);
    buf_free(&body);
    return failed ? -1 : 0;
}

static int seal(const struct next_block *n, const struct template *t, struct buf *out,
                uint8_t id[ID_LEN], struct fault *f)
{
    struct block b;
    size_t at = out->len;
    int64_t earliest;
    if (__builtin_add_overflow(n->parent->time, t->rules->spacing, &earliest))
        return fault_rule(f, "the chain's time ends at 2^63-1");
    if (template_header(t, n->now, n->parent->set, &b, f))
        return -1;
    b.time = b.time < earliest ? earliest : b.time;
    if (template_sign(t, &b, n->key, out, f))
        return -1;
    const char *end = memchr(out->data + at, '\n', out->len - at);
    sha256(out->data + at, (size_t)(end - out->data) - at, id);
    return 0;
}

int next_block_make(const struct next_block *n, struct buf *out, uint8_t id[ID_LEN],
                    struct fault *f)
{
    struct template t = {0};
    template_begin(&t);
    int failed = take_parent(n, &t, f) ||
                 each_line(n->votes->data, n->votes->len, &t, take_vote, f) ||
                 add_state(n, &t, f) || add_transactions(n, &t, f) || seal(n, &t, out, id, f);
    template_free(&t);
    return failed ? -1 : 0;
}
