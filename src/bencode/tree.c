#include "bencode/tree.h"

#include <string.h>

/* The value ends where the reader is. */
static void close_node(struct bencode_node *node, const struct bencode_reader *r, size_t next)
{
    node->encoded_len = (size_t)(r->bytes + r->at - node->encoded);
    node->next = next;
}

static void open_node(struct bencode_node *node, const struct bencode_reader *r,
                      const struct bencode_item *item, size_t next)
{
    *node = (struct bencode_node){
        .kind = item->kind,
        .key = item->key,
        .number = item->number,
        .bytes = item->bytes,
        .len = item->len,
        .encoded = r->bytes + item->offset,
    };
    close_node(node, r, next);
}

int bencode_tree(const void *bytes, size_t n, bool strict, struct bencode_node *nodes, size_t most,
                 size_t *count, struct fault *f)
{
    struct bencode_reader r;
    struct bencode_item item;
    size_t open[BENCODE_DEPTH] = {0}, depth = 0;
    int got;
    *count = 0;
    bencode_read(&r, bytes, n, strict);
    while ((got = bencode_next(&r, &item, f)) > 0) {
        if (item.kind == BENCODE_END) {
            close_node(&nodes[open[--depth]], &r, *count);
            continue;
        }
        if (*count == most)
            return fault_rule(f, "bencoding: byte %zu: more than %zu values", item.offset, most);
        open_node(&nodes[*count], &r, &item, *count + 1);
        if (item.kind == BENCODE_LIST || item.kind == BENCODE_DICT)
            open[depth++] = *count;
        ++*count;
    }
    return got;
}

const struct bencode_node *bencode_find(const struct bencode_node *nodes,
                                        const struct bencode_node *dict, const char *key)
{
    size_t n = strlen(key);
    if (!dict || dict->kind != BENCODE_DICT)
        return NULL;
    for (size_t i = (size_t)(dict - nodes) + 1; i < dict->next; i = nodes[i + 1].next)
        if (nodes[i].len == n && memcmp(nodes[i].bytes, key, n) == 0)
            return &nodes[i + 1];
    return NULL;
}

const struct bencode_node *bencode_find_kind(const struct bencode_node *nodes,
                                             const struct bencode_node *dict, const char *key,
                                             enum bencode_kind kind)
{
    const struct bencode_node *node = bencode_find(nodes, dict, key);
    return node && node->kind == kind ? node : NULL;
}
