#include "simpeer/peer_item.h"

#include "base/num.h"
#include "simpeer/peer_engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"dial", "data", "close"};

enum { KINDS = sizeof kinds / sizeof *kinds };

struct peer_item *peer_item_new(enum peer_item_kind kind, uint32_t connection, uint32_t number,
                                const char *bytes, size_t n)
{
    struct peer_item *p = malloc(sizeof *p + n);
    if (p == NULL)
        return NULL;
    p->item = (struct engine_item){1, kind, &peer_engine};
    p->connection = connection;
    p->number = number;
    p->len = n;
    if (n)
        memcpy(p->bytes, bytes, n);
    return p;
}

void peer_item_free(struct engine_item *item)
{
    free(item);
}

static bool lacks_newline(const char *bytes, size_t n)
{
    return n && bytes[n - 1] != '\n';
}

int peer_item_format(const struct engine_item *item, const struct node_names *names,
                     struct buf *out)
{
    const struct peer_item *p = (const struct peer_item *)item;
    char line[80];
    (void)names;
    snprintf(line, sizeof line, "peer %s %" PRIu32 " %" PRIu32 " %zu\n", kinds[p->item.kind],
             p->connection, p->number, p->len);
    return buf_add_string(out, line) || buf_add(out, p->bytes, p->len) ||
                   (lacks_newline(p->bytes, p->len) && buf_add(out, "\n", 1))
               ? -1
               : 0;
}

/* The numbers of the line, which ends at `end`. 0, or -1. */
static int parse_numbers(const char *text, const char *end, int64_t numbers[3])
{
    for (int i = 0; i < 3; i++) {
        const char *space = i < 2 ? memchr(text, ' ', (size_t)(end - text)) : end;
        if (space == NULL || number_parse(text, (size_t)(space - text), &numbers[i]))
            return -1;
        text = space + 1;
    }
    return numbers[0] > UINT32_MAX || numbers[1] > UINT32_MAX || numbers[2] > PEER_ITEM_MAX ? -1
                                                                                            : 0;
}

/* What the line says: *kind and its three numbers. 0, or -1. */
static int parse_line(const char *text, const char *end, uint32_t *kind, int64_t numbers[3])
{
    for (*kind = 0; *kind < KINDS; ++*kind) {
        char head[16];
        size_t n = (size_t)snprintf(head, sizeof head, "peer %s ", kinds[*kind]);
        if ((size_t)(end - text) > n && memcmp(text, head, n) == 0)
            return parse_numbers(text + n, end, numbers);
    }
    return -1;
}

struct engine_item *peer_item_parse(const char *text, size_t n, size_t *used,
                                    struct node_names *names, struct fault *f)
{
    const char *end = memchr(text, '\n', n), *bytes = end ? end + 1 : NULL;
    uint32_t kind;
    int64_t numbers[3];
    (void)names;
    if (end == NULL || parse_line(text, end, &kind, numbers)) {
        fault_rule(f, "no line `peer dial|data|close CONNECTION NUMBER BYTES'");
        return NULL;
    }
    size_t len = (size_t)numbers[2], left = n - (size_t)(bytes - text);
    bool longer = len <= left && lacks_newline(bytes, len);
    if (len + longer > left || (longer && bytes[len] != '\n')) {
        fault_rule(f, "peer: fewer bytes than its line says");
        return NULL;
    }
    struct peer_item *p = peer_item_new((enum peer_item_kind)kind, (uint32_t)numbers[0],
                                        (uint32_t)numbers[1], bytes, len);
    if (p == NULL)
        fault_memory(f);
    *used = (size_t)(bytes - text) + len + longer;
    return p ? &p->item : NULL;
}
