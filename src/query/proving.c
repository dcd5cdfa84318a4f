#include "query/proving.h"

#include "base/hex.h"
#include "crypto/merkle.h"
#include "index/lookup.h"
#include "light/inclusion.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(PROOF_PATH_MAX == MERKLE_PATH_MAX, "a proof has room for every path");

/* The hashed lines of a block's body. */
struct leaves {
    uint8_t (*ids)[ID_LEN];
    size_t count, at; /* at: the index of the line looked for */
    bool found;
};

/* Whether the genesis block has the line: its rules and grants are in no table. */
static int in_genesis(struct ledger *l, const uint8_t id[ID_LEN], struct node *node,
                      struct fault *f)
{
    struct proof p;
    struct buf header = {0};
    *node = l->tree.genesis;
    int has = proving_make(l, node, id, &p, &header, f);
    buf_free(&header);
    return has;
}

/* Whether a block of this chain has the line among those that members have signed: they are in no
 * table either, so the blocks that hold any are read, the newest first. */
static int among_signed(struct ledger *l, const uint8_t id[ID_LEN], const struct node *tip,
                        struct node *node, struct fault *f)
{
    for (*node = *tip; node->height > 0;) {
        struct proof p;
        struct buf header = {0};
        int has = node->signed_count ? proving_make(l, node, id, &p, &header, f) : 0;
        buf_free(&header);
        if (has)
            return has;
        if (tree_get(&l->tree, node->parent, node, f))
            return -1;
    }
    return 0;
}

/* A search among the blocks that have a transaction. */
struct search {
    struct tree *tree;
    bool best; /* searches the best chain; otherwise the chain of `at` */
    struct node at;
    bool found, any;
};

static int look_at(void *self, int64_t n, bool best, struct fault *f)
{
    struct search *s = self;
    s->any = true;
    if (s->best && best) {
        s->found = true;
        return tree_get(s->tree, n, &s->at, f) ? -1 : 1;
    }
    while (!s->best && s->at.n > n)
        if (tree_get(s->tree, s->at.parent, &s->at, f))
            return -1;
    s->found = !s->best && s->at.n == n;
    return s->found;
}

int proving_find(struct ledger *l, const uint8_t id[ID_LEN], const struct node *tip,
                 struct node *node, bool *off_best, struct fault *f)
{
    struct search s = {.tree = &l->tree, .best = !tip, .at = tip ? *tip : l->tree.best};
    if (index_tx_blocks(l->index, id, look_at, &s, f))
        return -1;
    *off_best = s.any && !s.found;
    *node = s.at;
    if (s.found)
        return 1;
    if (s.any)
        return 0;
    int has = in_genesis(l, id, node, f);
    return has || !rules_members(&l->tree.rules)
               ? has
               : among_signed(l, id, tip ? tip : &l->tree.best, node, f);
}

/* Hashes the lines of the body from text to end. 0, or -1: they are fewer than the header counts.
 */
static int hash_lines(const char *text, const char *end, const uint8_t id[ID_LEN], struct leaves *v)
{
    for (size_t i = 0; i < v->count; i++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        if (!newline)
            return -1;
        sha256(text, (size_t)(newline - text), v->ids[i]);
        if (!v->found && memcmp(v->ids[i], id, ID_LEN) == 0) {
            v->found = true;
            v->at = i;
        }
        text = newline + 1;
    }
    return 0;
}

static int changed(const struct node *node, struct fault *f)
{
    fault_rule(f, "block: the ledger was changed: the body of block %s is another",
               hex32(node->id).text);
    f->line = node->line;
    return -1;
}

/* Makes the proof from the hashed lines, which it overwrites. */
static int fill(struct proof *p, const struct node *node, const struct block *b,
                const uint8_t id[ID_LEN], struct leaves *v, struct fault *f)
{
    *p = (struct proof){.count = b->count, .index = (int64_t)v->at};
    memcpy(p->block, node->id, ID_LEN);
    memcpy(p->id, id, ID_LEN);
    p->hashes = merkle_path(v->ids, v->count, v->at, p->path);
    return inclusion_check(p, b->root, b->count, f) ? changed(node, f) : 1;
}

int proving_make(struct ledger *l, const struct node *node, const uint8_t id[ID_LEN],
                 struct proof *p, struct buf *header, struct fault *f)
{
    struct buf text = {0};
    struct block b;
    struct leaves v = {.count = (size_t)node->count};
    int result = -1;
    if (ledger_read(l, node, false, &text, f))
        goto out;
    const char *end = text.data + text.len, *body = memchr(text.data, '\n', text.len);
    if (block_parse(text.data, (size_t)(body++ - text.data), &b, f))
        goto out;
    v.ids = b.count == node->count ? calloc(v.count + 1, sizeof *v.ids) : NULL;
    if (b.count == node->count && !v.ids) {
        fault_memory(f);
        goto out;
    }
    if (b.count != node->count || hash_lines(body, end, id, &v)) {
        changed(node, f);
        goto out;
    }
    result = v.found ? fill(p, node, &b, id, &v, f) : 0;
    if (result > 0 && buf_add(header, text.data, (size_t)(body - text.data)))
        result = fault_memory(f);
out:
    free(v.ids);
    buf_free(&text);
    return result;
}

/* The root in the header of a block of the ledger. */
static int read_root(struct ledger *l, const struct node *node, uint8_t root[ID_LEN],
                     struct fault *f)
{
    struct buf text = {0};
    struct block b;
    int result = ledger_read(l, node, true, &text, f);
    if (result == 0)
        result = block_parse(text.data, text.len - 1, &b, f);
    if (result == 0)
        memcpy(root, b.root, ID_LEN);
    buf_free(&text);
    return result;
}

int proving_against(struct ledger *l, const struct proof *p, struct fault *f)
{
    struct node node, best;
    uint8_t root[ID_LEN];
    int found = tree_find(&l->tree, p->block, &node, f);
    if (found < 0)
        return -1;
    if (!found)
        return fault_rule(f, "proof: the ledger has no block %s", hex32(p->block).text);
    if (read_root(l, &node, root, f) || inclusion_check(p, root, node.count, f))
        return -1;
    found = index_at_height(l->index, node.height, &best, f);
    if (found < 0)
        return -1;
    if (found && best.n == node.n)
        return 0;
    return fault_rule(f, "proof: its block %s is off the best chain", hex32(p->block).text);
}
