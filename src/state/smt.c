#include "state/smt_parts.h"

#include "base/num.h"
#include "hash/merkle.h"

#include <stdlib.h>
#include <string.h>

struct smt *smt_new(struct smt_pages below)
{
    struct smt *t = calloc(1, sizeof *t);
    if (t)
        t->below = below;
    return t;
}

void smt_clear(struct smt *t)
{
    smt_drop(t->root);
    t->root = NULL;
    t->loaded = 0;
}

void smt_free(struct smt *t)
{
    if (t)
        smt_clear(t);
    free(t);
}

/* --- Sums ------------------------------------------------------------------------------------- */

static struct smt_sum join(struct smt_sum left, struct smt_sum right)
{
    struct smt_sum sum;
    if (number_add(left.count, right.count, &sum.count))
        sum.count = INT64_MAX; /* it is a damaged page's */
    if (sum.count <= 1)
        return left.count ? left : right;
    merkle_node(left.hash, right.hash, sum.hash);
    return sum;
}

size_t smt_left(const struct smt_leaf *leaves, size_t n, size_t depth)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (smt_bit(leaves[middle].place, depth))
            n = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct smt_sum smt_sum_leaves(const struct smt_leaf *leaves, size_t n, size_t depth)
{
    struct smt_sum sum = {.count = (int64_t)n};
    if (n == 1)
        memcpy(sum.hash, leaves->hash, STATE_ID_LEN);
    if (n <= 1)
        return sum;
    size_t left = smt_left(leaves, n, depth);
    return join(smt_sum_leaves(leaves, left, depth + 1),
                smt_sum_leaves(leaves + left, n - left, depth + 1));
}

struct smt_sum smt_sum_children(const struct smt_child *children, size_t n)
{
    if (n == 1)
        return children->sum;
    return join(smt_sum_children(children, n / 2), smt_sum_children(children + n / 2, n / 2));
}

struct smt_sum smt_sum_page(const struct smt_page *p, size_t nibbles)
{
    return p->children ? smt_sum_children(p->children, SMT_CHILDREN)
                       : smt_sum_leaves(p->leaves, p->count, 4 * nibbles);
}

int smt_root(struct smt *t, struct smt_sum *sum, struct fault *f)
{
    const uint8_t nowhere[STATE_ID_LEN] = {0};
    if (smt_load(t, &t->root, nowhere, 0, f))
        return -1;
    *sum = smt_sum_page(t->root, 0);
    return 0;
}

/* --- Changes ---------------------------------------------------------------------------------- */

static int change(struct smt *t, struct smt_page **page, const struct smt_leaf *leaves, size_t n,
                  size_t nibbles, struct fault *f);

/* Both lists ascend, and the changes come first where both have a place. */
static size_t merge(const struct smt_page *p, const struct smt_leaf *changes, size_t n,
                    struct smt_leaf *out)
{
    size_t count = 0;
    for (size_t i = 0, j = 0; i < p->count || j < n;) {
        int order = i == p->count ? 1
                    : j == n      ? -1
                                  : memcmp(p->leaves[i].place, changes[j].place, STATE_ID_LEN);
        if (order < 0) {
            out[count++] = p->leaves[i++];
            continue;
        }
        i += order == 0;
        if (!changes[j].gone)
            out[count++] = changes[j];
        j++;
    }
    return count;
}

static int change_children(struct smt *t, struct smt_page *p, const struct smt_leaf *leaves,
                           size_t n, size_t nibbles, struct fault *f)
{
    for (size_t first = 0, end; first < n; first = end) {
        struct smt_child *child = &p->children[smt_nibble(leaves[first].place, nibbles)];
        for (end = first + 1; end < n && smt_nibble(leaves[end].place, nibbles) ==
                                             smt_nibble(leaves[first].place, nibbles);)
            end++;
        if (change(t, &child->page, leaves + first, end - first, nibbles + 1, f))
            return -1;
        child->sum = smt_sum_page(child->page, nibbles + 1);
    }
    return 0;
}

/* Turns a page that has no leaves into one with children, for these leaves. */
static int divide(struct smt *t, struct smt_page *p, const struct smt_leaf *leaves, size_t n,
                  size_t nibbles, struct fault *f)
{
    p->children = calloc(SMT_CHILDREN, sizeof *p->children);
    return p->children ? change_children(t, p, leaves, n, nibbles, f) : fault_memory(f);
}

static int change_leaves(struct smt *t, struct smt_page *p, const struct smt_leaf *leaves, size_t n,
                         size_t nibbles, struct fault *f)
{
    struct smt_leaf *merged = calloc(p->count + n, sizeof *merged);
    if (!merged)
        return fault_memory(f);
    p->count = merge(p, leaves, n, merged);
    free(p->leaves);
    p->leaves = merged;
    if (p->count <= SMT_LEAVES_MAX || nibbles == SMT_NIBBLES)
        return 0;
    n = p->count;
    p->leaves = NULL;
    p->count = 0;
    int result = divide(t, p, merged, n, nibbles, f);
    free(merged);
    return result;
}

static int change(struct smt *t, struct smt_page **page, const struct smt_leaf *leaves, size_t n,
                  size_t nibbles, struct fault *f)
{
    if (smt_load(t, page, leaves->place, nibbles, f))
        return -1;
    (*page)->dirty = true;
    return (*page)->children ? change_children(t, *page, leaves, n, nibbles, f)
                             : change_leaves(t, *page, leaves, n, nibbles, f);
}

int smt_change(struct smt *t, const struct smt_leaf *leaves, size_t n, struct fault *f)
{
    if (n == 0 || change(t, &t->root, leaves, n, 0, f) == 0)
        return 0;
    smt_clear(t);
    return -1;
}

/* --- Paths ------------------------------------------------------------------------------------ */

static void add_sibling(struct smt_path *path, struct smt_sum sibling)
{
    memcpy(path->siblings[path->depth++], sibling.hash, STATE_ID_LEN);
}

/* Walks down among a page's leaves. */
static void find_leaf(const struct smt_page *p, size_t nibbles, const uint8_t *place,
                      struct smt_path *path)
{
    const struct smt_leaf *leaves = p->leaves;
    size_t n = p->count;
    for (size_t depth = 4 * nibbles; n > 1; depth++) {
        size_t left = smt_left(leaves, n, depth), right = n - left;
        const struct smt_leaf *others = leaves;
        bool is_right = smt_bit(place, depth);
        if (is_right)
            leaves += left;
        else
            others += left;
        n = is_right ? right : left;
        add_sibling(path, smt_sum_leaves(others, is_right ? left : right, depth + 1));
    }
    path->has_leaf = n == 1;
    if (n)
        path->leaf = *leaves;
}

/* Walks down among a page's children. The only one left with leaves, or the one at the place if
 * there is none. */
static size_t find_child(const struct smt_page *p, size_t nibbles, const uint8_t *place,
                         struct smt_path *path)
{
    const struct smt_child *children = p->children;
    size_t n = SMT_CHILDREN;
    for (size_t depth = 4 * nibbles; n > 1 && smt_sum_children(children, n).count > 1; depth++) {
        n /= 2;
        bool is_right = smt_bit(place, depth);
        add_sibling(path, smt_sum_children(is_right ? children : children + n, n));
        children += is_right ? n : 0;
    }
    while (n > 1) {
        n /= 2;
        children += smt_sum_children(children, n).count ? 0 : n;
    }
    return (size_t)(children - p->children);
}

/* A path to the only leaf of a subtree leads along its place, which is not known yet. */
static void step_down(uint8_t place[STATE_ID_LEN], size_t nibbles, size_t child)
{
    uint8_t *byte = &place[nibbles / 2];
    *byte = (uint8_t)(nibbles % 2 ? (*byte & 0xf0) | child : (*byte & 0x0f) | child << 4);
}

int smt_find(struct smt *t, const uint8_t place[STATE_ID_LEN], struct smt_path *path,
             struct fault *f)
{
    uint8_t at[STATE_ID_LEN];
    struct smt_page **page = &t->root;
    size_t nibbles = 0;
    *path = (struct smt_path){.depth = 0};
    memcpy(at, place, STATE_ID_LEN);
    for (;; nibbles++) {
        if (smt_load(t, page, at, nibbles, f))
            return -1;
        if (!(*page)->children)
            break;
        size_t child = find_child(*page, nibbles, place, path);
        step_down(at, nibbles, child);
        page = &(*page)->children[child].page;
    }
    find_leaf(*page, nibbles, place, path);
    for (size_t i = 0, j = path->depth; i + 1 < j--; i++) {
        uint8_t other[STATE_ID_LEN];
        memcpy(other, path->siblings[i], STATE_ID_LEN);
        memcpy(path->siblings[i], path->siblings[j], STATE_ID_LEN);
        memcpy(path->siblings[j], other, STATE_ID_LEN);
    }
    return 0;
}
