#include "query/proving.h"

#include "base/hex.h"
#include "hash/merkle.h"
#include "index/history.h"
#include "index/lookup.h"
#include "light/inclusion.h"
#include "record/tx.h"
#include "record/types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(PROOF_PATH_MAX == MERKLE_PATH_MAX, "a proof can hold every path");

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

static int changed(const struct proving *v, struct fault *f)
{
    fault_rule(f, "block: the ledger was changed: the body of block %s is another",
               hex32(v->node.id).text);
    f->line = v->node.line;
    return -1;
}

/* Hashes the lines of the body. 0, or -1: they are fewer than the header counts. */
static int hash_lines(struct proving *v)
{
    const char *text = v->text.data + v->header_len, *end = v->text.data + v->text.len;
    for (size_t i = 0; i < v->count; i++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        if (!newline)
            return -1;
        sha256(text, (size_t)(newline - text), v->ids[i]);
        text = newline + 1;
    }
    return 0;
}

int proving_read(struct proving *v, struct ledger *l, const struct node *node, struct fault *f)
{
    struct block b;
    *v = (struct proving){.node = *node};
    if (ledger_read(l, node, false, &v->text, f))
        return -1;
    const char *newline = memchr(v->text.data, '\n', v->text.len);
    v->header_len = (size_t)(newline + 1 - v->text.data);
    if (block_parse(v->text.data, v->header_len - 1, &b, f))
        return -1;
    if (b.count != node->count)
        return changed(v, f);
    memcpy(v->root, b.root, ID_LEN);
    v->count = (size_t)b.count;
    v->ids = calloc(v->count + 1, sizeof *v->ids);
    v->spare = calloc(v->count + 1, sizeof *v->spare);
    if (!v->ids || !v->spare) {
        fault_memory(f);
        return -1;
    }
    return hash_lines(v) ? changed(v, f) : 0;
}

void proving_free(struct proving *v)
{
    buf_free(&v->text);
    free(v->ids);
    free(v->spare);
}

int proving_of(struct proving *v, size_t i, struct proof *p, struct fault *f)
{
    *p = (struct proof){.count = (int64_t)v->count, .index = (int64_t)i};
    memcpy(p->block, v->node.id, ID_LEN);
    memcpy(p->id, v->ids[i], ID_LEN);
    memcpy(v->spare, v->ids, v->count * sizeof *v->ids);
    p->hashes = merkle_path(v->spare, v->count, i, p->path);
    return inclusion_check(p, v->root, p->count, f) ? changed(v, f) : 0;
}

/* The place of the line with this id; v->count: there is none. */
static size_t place_of(const struct proving *v, const uint8_t id[ID_LEN])
{
    size_t i = 0;
    while (i < v->count && memcmp(v->ids[i], id, ID_LEN) != 0)
        i++;
    return i;
}

int proving_make(struct ledger *l, const struct node *node, const uint8_t id[ID_LEN],
                 struct proof *p, struct buf *header, struct fault *f)
{
    struct proving v;
    int result = proving_read(&v, l, node, f);
    size_t i = result ? 0 : place_of(&v, id);
    if (result == 0 && i < v.count) {
        result = proving_of(&v, i, p, f) ? -1 : 1;
        if (result > 0 && buf_add(header, v.text.data, v.header_len))
            result = fault_memory(f);
    }
    proving_free(&v);
    return result;
}

/* Appends line i of the body, which begins at `at`, with its newline, and its proof. */
static int add_proved(struct proving *v, size_t i, const char *at, size_t len, struct buf *out,
                      struct fault *f)
{
    struct proof p;
    if (proving_of(v, i, &p, f))
        return -1;
    return buf_add(out, at, len) || proof_format(&p, out) || buf_add(out, "\n", 1) ? fault_memory(f)
                                                                                   : 0;
}

/* Whether nothing but accusations changes who counts. */
static bool accusations_count(const struct rules *r)
{
    return !r->minstake && !rules_has(r, "admit") && !rules_seal(r->seal)->by_members;
}

/* Whether the body may have any of these lines: 1 or 0, -1 and trouble. */
static int may_have(struct ledger *l, const struct node *node, struct fault *f)
{
    const struct rules *r = &l->tree.rules;
    if (!r->finality || node->height == 0)
        return 0;
    return node->signed_count || !accusations_count(r)
               ? node->signed_count > 0
               : index_block_has_effects(l->index, node->n, f);
}

static bool is_accusation(const char *line, size_t len)
{
    struct tx tx;
    struct fault ignored;
    return record_is(&tx_type, line, len) && memmem(line, len, " accuse ", 8) &&
           tx_parse(line, len, &tx, &ignored) == 0 && strcmp(tx.operation->name, "accuse") == 0;
}

int proving_attests(struct ledger *l, const struct node *node, struct buf *out, struct fault *f)
{
    struct proving v;
    int may = may_have(l, node, f);
    bool accusations = accusations_count(&l->tree.rules);
    if (may <= 0)
        return may;
    int result = proving_read(&v, l, node, f);
    const char *at = v.text.data + v.header_len, *end = v.text.data + v.text.len;
    for (size_t i = 0; !result && i < v.count; i++) {
        const char *next = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
        bool is_attest = i < (size_t)node->signed_count;
        if (!is_attest && !accusations)
            break;
        if (is_attest || is_accusation(at, (size_t)(next - at) - 1))
            result = add_proved(&v, i, at, (size_t)(next - at), out, f);
        at = next;
    }
    proving_free(&v);
    return result ? -1 : 1;
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
