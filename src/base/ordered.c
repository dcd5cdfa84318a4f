#include "base/ordered.h"

#include <stddef.h>

/* Splits a tree into the nodes below the key and those above. */
static void split(struct ordered *t, int64_t key, struct ordered **below, struct ordered **above)
{
    while (t) {
        if (t->key < key) {
            *below = t;
            below = &t->right;
            t = t->right;
        } else {
            *above = t;
            above = &t->left;
            t = t->left;
        }
    }
    *below = *above = NULL;
}

/* Joins two trees, all of whose keys are below and above each other, at *to. */
static void join(struct ordered *below, struct ordered *above, struct ordered **to)
{
    while (below && above) {
        if (below->rank > above->rank) {
            *to = below;
            to = &below->right;
            below = below->right;
        } else {
            *to = above;
            to = &above->left;
            above = above->left;
        }
    }
    *to = below ? below : above;
}

/* The pointer to the node with this key, or where it would be among nodes of higher rank. */
static struct ordered **place_of(struct ordered **at, int64_t key, uint64_t rank)
{
    while (*at && (*at)->key != key && (*at)->rank >= rank)
        at = key < (*at)->key ? &(*at)->left : &(*at)->right;
    return at;
}

void ordered_add(struct ordered **root, struct ordered *x)
{
    struct ordered **at = place_of(root, x->key, x->rank);
    split(*at, x->key, &x->left, &x->right);
    *at = x;
}

void ordered_remove(struct ordered **root, const struct ordered *x)
{
    struct ordered **at = place_of(root, x->key, 0);
    join(x->left, x->right, at);
}

struct ordered *ordered_find(struct ordered *root, int64_t key)
{
    return *place_of(&root, key, 0);
}

struct ordered *ordered_first(struct ordered *root)
{
    while (root && root->left)
        root = root->left;
    return root;
}

struct ordered *ordered_last(struct ordered *root)
{
    while (root && root->right)
        root = root->right;
    return root;
}
