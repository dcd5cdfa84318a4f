#include "chain/tree_state.h"

#include "base/array.h"
#include "base/hex.h"
#include "state/entries.h"
#include "state/journal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Values of smt_at that are no node's number. */
enum { AT_NOTHING = -1, AT_UNKNOWN = -2 };

/* How many keys are looked up together, and hashed side by side. */
enum { KEYS_FIRST = 1 << 16, KEYS_TOGETHER = 1 << 18, LANES = 16 };

bool tree_state_is_due(const struct rules *r, int64_t parent)
{
    return r->state && (parent + 1) % r->state == 0;
}

int64_t tree_tx_count(const struct rules *r, const struct node *node)
{
    if (node->parent < 0)
        return 0;
    return node->count - node->signed_count - tree_state_is_due(r, node->height - 1);
}

void tree_state_clear(struct tree *t)
{
    if (t->smt)
        smt_clear(t->smt);
    t->smt_at = AT_UNKNOWN;
}

/* --- The keys that have changed --------------------------------------------------------------- */

struct keys {
    struct state_key *list;
    size_t count, cap, sort_at;
};

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct state_key));
}

/* Sorts the keys and drops those that are there twice. */
static void sort_keys(struct keys *k)
{
    size_t n = 0;
    if (k->count)
        qsort(k->list, k->count, sizeof *k->list, by_key);
    for (size_t i = 0; i < k->count; i++)
        if (n == 0 || by_key(&k->list[n - 1], &k->list[i]))
            k->list[n++] = k->list[i];
    k->count = n;
    k->sort_at = 2 * n > KEYS_FIRST ? 2 * n : KEYS_FIRST;
}

static int add_key(struct keys *k, const struct state_key *key, struct fault *f)
{
    if (!entry_kind_of(key->kind))
        return 0;
    if (ARRAY_RESERVE(k->list, k->cap, k->count + 1))
        return fault_memory(f);
    k->list[k->count++] = *key;
    if (k->count >= k->sort_at)
        sort_keys(k);
    return 0;
}

/* The keys that a block has changed. */
static int add_block(struct tree *t, int64_t n, struct keys *k, struct fault *f)
{
    struct change c;
    int got;
    t->journal.len = 0;
    if (t->store.journal(t->store.self, n, &t->journal, f))
        return -1;
    const uint8_t *p = (const uint8_t *)t->journal.data, *end = p ? p + t->journal.len : p;
    while ((got = journal_next(&p, end, &c, f)) > 0)
        if (add_key(k, &c.key, f))
            return -1;
    return got;
}

/* The keys that the blocks from node down to the one with number `to`, which is left out, have
 * changed; to -1: down to genesis. */
static int add_blocks(struct tree *t, struct node node, int64_t to, struct keys *k, struct fault *f)
{
    while (node.n != to) {
        if (add_block(t, node.n, k, f))
            return -1;
        if (node.parent < 0)
            break;
        if (tree_get(t, node.parent, &node, f))
            return -1;
    }
    return 0;
}

/* The keys that can differ between the state whose tree this is and that where the tree of blocks
 * is. */
static int add_changed(struct tree *t, struct keys *k, struct fault *f)
{
    struct node from, fork;
    k->sort_at = KEYS_FIRST;
    if (t->smt_at == AT_NOTHING)
        return add_blocks(t, t->at, AT_NOTHING, k, f);
    if (tree_get(t, t->smt_at, &from, f) || tree_fork(t, &from, &t->at, &fork, f))
        return -1;
    return add_blocks(t, from, fork.n, k, f) || add_blocks(t, t->at, fork.n, k, f) ? -1 : 0;
}

/* --- Their leaves ----------------------------------------------------------------------------- */

/* Sets the leaves of up to LANES keys from their entries as they are now. */
static int make_leaves(struct tree *t, const struct state_key *keys, size_t n,
                       struct smt_leaf *leaves, struct fault *f)
{
    char lines[LANES][STATE_ENTRY_MAX];
    struct sha256_text texts[LANES];
    struct state_value value;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (state_get(t->state, &keys[i], &value, f))
            return -1;
        int len = entry_kind_of(keys[i].kind)->line(&keys[i], &value, lines[i]);
        if (len < 0)
            return fault_trouble(f, "broken entry in the state");
        leaves[i].key = keys[i];
        leaves[i].gone = len == 0;
        entry_place(&keys[i], leaves[i].place);
        if (len)
            texts[count++] = (struct sha256_text){lines[i], (size_t)len, leaves[i].hash};
    }
    sha256_all(texts, count);
    return 0;
}

static int by_place(const void *a, const void *b)
{
    const struct smt_leaf *x = a, *y = b;
    return memcmp(x->place, y->place, sizeof x->place);
}

/* Brings the leaves of these keys up to date. */
static int follow_keys(struct tree *t, const struct state_key *keys, size_t n, struct fault *f)
{
    struct smt_leaf *leaves = calloc(n, sizeof *leaves);
    int result = 0;
    if (!leaves)
        return fault_memory(f);
    for (size_t i = 0; !result && i < n; i += LANES)
        result = make_leaves(t, keys + i, n - i < LANES ? n - i : LANES, leaves + i, f);
    if (!result) {
        qsort(leaves, n, sizeof *leaves, by_place);
        result = smt_change(t->smt, leaves, n, f);
    }
    free(leaves);
    return result;
}

/* --- Following the tree of blocks ------------------------------------------------------------- */

/* Reads whose state it is that the store has the tree of. */
static int read_at(struct tree *t, struct fault *f)
{
    const struct smt_pages *pages = &t->store.pages;
    struct buf bytes = {0};
    int result = pages->get ? pages->get(pages->self, "", 0, &bytes, f) : 0;
    t->smt_at = AT_NOTHING;
    if (!result && bytes.len == sizeof t->smt_at)
        memcpy(&t->smt_at, bytes.data, sizeof t->smt_at);
    bool is_sound = bytes.len ? t->smt_at >= 0 && t->smt_at < t->count : true;
    buf_free(&bytes);
    if (result || is_sound)
        return result;
    t->smt_at = AT_UNKNOWN;
    return pages->damage(pages->self, f);
}

static int begin(struct tree *t, struct fault *f)
{
    if (!t->smt) {
        t->smt = smt_new(t->store.pages);
        t->smt_at = AT_UNKNOWN;
    }
    if (!t->smt)
        return fault_memory(f);
    return t->smt_at == AT_UNKNOWN ? read_at(t, f) : 0;
}

/* Makes the tree over the state that of the state where the tree of blocks is. */
static int follow(struct tree *t, struct fault *f)
{
    struct keys k = {0};
    if (begin(t, f))
        return -1;
    if (t->smt_at == t->at.n)
        return 0;
    int result = add_changed(t, &k, f);
    sort_keys(&k);
    for (size_t i = 0; !result && i < k.count; i += KEYS_TOGETHER)
        result = follow_keys(t, k.list + i,
                             k.count - i < KEYS_TOGETHER ? k.count - i : KEYS_TOGETHER, f);
    free(k.list);
    if (result)
        tree_state_clear(t);
    else
        t->smt_at = t->at.n;
    return result;
}

int tree_state_line(struct tree *t, struct state_line *out, struct fault *f)
{
    struct smt_sum sum;
    if (follow(t, f) || smt_root(t->smt, &sum, f))
        return -1;
    *out = (struct state_line){.height = t->at.height, .count = sum.count};
    memcpy(out->root, sum.hash, ID_LEN);
    return 0;
}

int tree_state_find(struct tree *t, const uint8_t place[STATE_ID_LEN], struct smt_path *path,
                    struct fault *f)
{
    return follow(t, f) || smt_find(t->smt, place, path, f) ? -1 : 0;
}

int tree_state_flush(struct tree *t, smt_put *put, void *self, struct fault *f)
{
    if (!t->smt || t->smt_at < 0)
        return 0;
    return smt_flush(t->smt, put, self, f) || put(self, "", 0, &t->smt_at, sizeof t->smt_at, f) ? -1
                                                                                                : 0;
}

/* --- Judging ---------------------------------------------------------------------------------- */

/* What a state line says, compared with what it should say. */
static int compare(const struct state_line *has, const struct state_line *want, struct fault *f)
{
    if (has->height != want->height)
        return fault_rule(f, "state: height %" PRId64 ", expected %" PRId64, has->height,
                          want->height);
    if (has->count != want->count)
        return fault_rule(f, "state: count %" PRId64 ", expected %" PRId64, has->count,
                          want->count);
    if (memcmp(has->root, want->root, ID_LEN))
        return fault_rule(
            f, "state: root is not that of the state after block %" PRId64 ": it should be %s",
            want->height, hex32(want->root).text);
    return 0;
}

static int check_absent(const struct tree *t, bool stands, struct fault *f)
{
    if (!stands)
        return 0;
    if (!t->rules.state)
        return fault_rule(f, "state: this chain has no rule state, and so no state lines");
    return fault_rule(
        f, "state: stands only in blocks whose height is a multiple of %" PRId64 " (rule state)",
        t->rules.state);
}

/* The line that is due. */
static int check_line(struct tree *t, const struct item *item, const struct entry *e,
                      struct fault *f)
{
    struct state_line has, want;
    return tree_state_line(t, &want, f) || state_line_parse(item->text + e->at, e->len, &has, f) ||
                   compare(&has, &want, f)
               ? -1
               : 0;
}

int tree_state_check(struct tree *t, const struct item *item, struct fault *f)
{
    size_t first = item->signed_count; /* what members sign comes before it */
    const struct entry *e = first < item->count ? &item->entries[first] : NULL;
    bool stands = e && e->type == &state_type;
    bool is_due = tree_state_is_due(&t->rules, t->at.height);
    if (is_due && !stands)
        return fault_rule(f, "block: no state line before its transactions: one is due (rule "
                             "state)");
    if ((is_due ? check_line(t, item, e, f) : check_absent(t, stands, f)) == 0)
        return 0;
    f->line = item->line + 1 + first;
    return -1;
}
