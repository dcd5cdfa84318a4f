/* Walks on the tree of blocks: from node to node, and with the state. */
#include "chain/tree_parts.h"

#include <stdlib.h>
#include <string.h>

int tree_get(struct tree *t, int64_t n, struct node *node, struct fault *f)
{
    if (n >= 0 && t->recent[n % TREE_RECENT].n == n) {
        *node = t->recent[n % TREE_RECENT];
        return 0;
    }
    if (t->store.get(t->store.self, n, node, f))
        return -1;
    tree_remember(t, node);
    return 0;
}

int tree_find(struct tree *t, const uint8_t id[ID_LEN], struct node *node, struct fault *f)
{
    for (int i = 0; i < TREE_RECENT; i++)
        if (t->recent[i].n >= 0 && memcmp(t->recent[i].id, id, ID_LEN) == 0) {
            *node = t->recent[i];
            return 1;
        }
    return t->store.find(t->store.self, id, node, f);
}

/* A walk along jumps takes as many steps as the heights say. */
static int parent_of(struct tree *t, struct node *node, struct fault *f)
{
    int64_t height = node->height;
    if (tree_get(t, node->parent, node, f))
        return -1;
    return node->height == height - 1 ? 0 : t->store.damage(t->store.self, f);
}

int tree_ancestor(struct tree *t, const struct node *node, int64_t height, struct node *out,
                  struct fault *f)
{
    *out = *node;
    while (out->height > height)
        if (parent_of(t, out, f))
            return -1;
    return 0;
}

int tree_descends(struct tree *t, const struct node *node, const struct node *of, struct fault *f)
{
    struct node there;
    if (of->height == 0 || node->final == of->n)
        return 1;
    if (node->height < of->height)
        return 0;
    return tree_ancestor(t, node, of->height, &there, f) ? -1 : there.n == of->n;
}

int tree_fork(struct tree *t, const struct node *a, const struct node *b, struct node *fork,
              struct fault *f)
{
    struct node other;
    if (tree_ancestor(t, a, b->height, fork, f) || tree_ancestor(t, b, fork->height, &other, f))
        return -1;
    while (fork->n != other.n)
        if (parent_of(t, fork, f) || parent_of(t, &other, f))
            return -1;
    return 0;
}

static int step(struct tree *t, const struct node *node, bool redo, struct fault *f)
{
    t->journal.len = 0;
    if (t->store.journal(t->store.self, node->n, &t->journal, f))
        return -1;
    return redo ? state_redo(t->state, t->journal.data, t->journal.len, f)
                : state_undo(t->state, t->journal.data, t->journal.len, f);
}

static int redo_down(struct tree *t, const struct node *to, struct fault *f)
{
    size_t depth = (size_t)(to->height - t->at.height);
    int64_t *path = calloc(depth + 1, sizeof *path);
    struct node node = *to;
    int result = -1;
    if (!path)
        return fault_memory(f);
    for (size_t i = depth; i > 0; i--) {
        path[i - 1] = node.n;
        if (parent_of(t, &node, f))
            goto out;
    }
    for (size_t i = 0; i < depth; i++) {
        if (tree_get(t, path[i], &node, f) || step(t, &node, true, f))
            goto out;
        t->at = node;
    }
    result = 0;
out:
    free(path);
    return result;
}

int tree_move(struct tree *t, const struct node *to, struct fault *f)
{
    struct node fork;
    if (t->at.n == to->n)
        return 0;
    if (tree_fork(t, &t->at, to, &fork, f))
        return -1;
    while (t->at.n != fork.n) {
        struct node up = t->at;
        if (step(t, &t->at, false, f) || parent_of(t, &up, f))
            return -1;
        t->at = up;
    }
    return redo_down(t, to, f);
}

int tree_times(struct tree *t, const struct node *parent, int64_t times[MEDIAN_OF], struct fault *f)
{
    struct node node = *parent;
    int n = 0;
    times[n++] = node.time;
    while (n < MEDIAN_OF && node.height > 0) {
        if (parent_of(t, &node, f))
            return -1;
        times[n++] = node.time;
    }
    return n;
}

int tree_median(struct tree *t, const struct node *parent, int64_t *median, struct fault *f)
{
    int64_t times[MEDIAN_OF];
    int n = tree_times(t, parent, times, f);
    if (n < 0)
        return -1;
    *median = header_median(times, n);
    return 0;
}
