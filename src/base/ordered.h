/*
 * Sets ordered by a number: a treap (Aragon and Seidel, "Randomized Search Trees", 1989), whose
 * nodes are part of the caller's structs. Every operation takes a time logarithmic in the number of
 * nodes, whatever the order of the keys, as long as nobody can guess the ranks.
 */
#ifndef BASE_ORDERED_H
#define BASE_ORDERED_H

#include <stdint.h>

struct ordered {
    struct ordered *left, *right;
    int64_t key;
    uint64_t rank; /* random: set by the caller, as the key is */
};

/* Adds a node whose key is not in the set. *root is NULL for an empty set. */
void ordered_add(struct ordered **root, struct ordered *x);

/* Removes a node of the set. */
void ordered_remove(struct ordered **root, const struct ordered *x);

/* The node with this key, the lowest, the highest; NULL: there is none. */
struct ordered *ordered_find(struct ordered *root, int64_t key);
struct ordered *ordered_first(struct ordered *root);
struct ordered *ordered_last(struct ordered *root);

#endif
