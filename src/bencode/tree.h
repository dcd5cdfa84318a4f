/* A bencoded value as an array of nodes, for messages whose parts are looked up by name. */
#ifndef BENCODE_TREE_H
#define BENCODE_TREE_H

#include "bencode/reader.h"

struct bencode_node {
    enum bencode_kind kind; /* never BENCODE_END */
    bool key;
    int64_t number;         /* of an integer */
    const uint8_t *bytes;   /* of a string */
    size_t len;             /* of a string */
    const uint8_t *encoded; /* the whole value, as it stands in the input */
    size_t encoded_len;
    size_t next; /* the index of the first node that is not within this one */
};

/* Reads one value into nodes in the order of the input, a dictionary's or list's contents after
 * it. *count: how many nodes. 0, or -1 and a rule: it is malformed, or has more than `most`. */
int bencode_tree(const void *bytes, size_t n, bool strict, struct bencode_node *nodes, size_t most,
                 size_t *count, struct fault *f);

/* The value of a key in the dictionary `dict`, one of the nodes; the first if there are several.
 * NULL: there is none, or dict is NULL or not a dictionary. */
const struct bencode_node *bencode_find(const struct bencode_node *nodes,
                                        const struct bencode_node *dict, const char *key);

/* The same for a value of this kind; NULL if it is of another. */
const struct bencode_node *bencode_find_kind(const struct bencode_node *nodes,
                                             const struct bencode_node *dict, const char *key,
                                             enum bencode_kind kind);

#endif
