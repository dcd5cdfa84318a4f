#include "consensus/applied.h"

#include "base/array.h"
#include "base/num.h"

#include <stdlib.h>
#include <string.h>

/* The place of a client, or the one where it would be. */
static size_t place_of(const struct applied *a, uint32_t client)
{
    return ARRAY_PLACE(a->clients, a->count, client, client);
}

/* The first range that ends at or after a serial. The usual one comes after all ranges. */
static size_t range_of(const struct applied_client *c, uint64_t serial)
{
    if (c->count > 0 && c->ranges[c->count - 1].last < serial)
        return c->count;
    return ARRAY_PLACE(c->ranges, c->count, last, serial);
}

bool applied_has(const struct applied *a, struct proposal_id id)
{
    size_t at = place_of(a, id.client);
    if (at == a->count || a->clients[at].client != id.client)
        return false;
    const struct applied_client *c = &a->clients[at];
    size_t r = range_of(c, id.serial);
    return r < c->count && c->ranges[r].first <= id.serial;
}

/* The client's entry, made if it is new. NULL: no memory. */
static struct applied_client *client_of(struct applied *a, uint32_t client)
{
    size_t at = place_of(a, client);
    if (at < a->count && a->clients[at].client == client)
        return &a->clients[at];
    if (ARRAY_RESERVE(a->clients, a->cap, a->count + 1) != 0)
        return NULL;
    memmove(a->clients + at + 1, a->clients + at, (a->count - at) * sizeof *a->clients);
    a->clients[at] = (struct applied_client){.client = client};
    a->count++;
    return &a->clients[at];
}

static int insert_range(struct applied_client *c, size_t at, struct serial_range range)
{
    if (ARRAY_RESERVE(c->ranges, c->cap, c->count + 1) != 0)
        return -1;
    memmove(c->ranges + at + 1, c->ranges + at, (c->count - at) * sizeof *c->ranges);
    c->ranges[at] = range;
    c->count++;
    return 0;
}

static void remove_range(struct applied_client *c, size_t at)
{
    c->count--;
    memmove(c->ranges + at, c->ranges + at + 1, (c->count - at) * sizeof *c->ranges);
}

int applied_add(struct applied *a, struct proposal_id id)
{
    struct applied_client *c = client_of(a, id.client);
    if (c == NULL)
        return -1;
    size_t r = range_of(c, id.serial);
    if (r < c->count && c->ranges[r].first <= id.serial)
        return 0;
    bool before = r > 0 && c->ranges[r - 1].last + 1 == id.serial;
    bool after = r < c->count && id.serial + 1 == c->ranges[r].first;
    if (before && after) {
        c->ranges[r - 1].last = c->ranges[r].last;
        remove_range(c, r);
    } else if (before) {
        c->ranges[r - 1].last = id.serial;
    } else if (after) {
        c->ranges[r].first = id.serial;
    } else if (insert_range(c, r, (struct serial_range){id.serial, id.serial}) != 0) {
        return -1;
    }
    return 1;
}

static int copy_client(const struct applied_client *from, struct applied_client *to)
{
    *to = (struct applied_client){.client = from->client};
    if (from->count == 0)
        return 0;
    if (ARRAY_RESERVE(to->ranges, to->cap, from->count) != 0)
        return -1;
    memcpy(to->ranges, from->ranges, from->count * sizeof *to->ranges);
    to->count = from->count;
    return 0;
}

int applied_copy(const struct applied *from, struct applied *to)
{
    *to = (struct applied){0};
    if (ARRAY_RESERVE(to->clients, to->cap, from->count) != 0)
        return -1;
    for (size_t i = 0; i < from->count; i++) {
        if (copy_client(&from->clients[i], &to->clients[i]) != 0) {
            applied_free(to);
            return -1;
        }
        to->count++;
    }
    return 0;
}

static int put_range(const struct serial_range *r, struct buf *out)
{
    return buf_add(out, " ", 1) != 0 || buf_add_number(out, (long long)r->first) != 0 ||
                   buf_add(out, "-", 1) != 0 || buf_add_number(out, (long long)r->last) != 0
               ? -1
               : 0;
}

int applied_format(const struct applied *a, const struct node_names *names, struct buf *out)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct applied_client *c = &a->clients[i];
        if (buf_add_string(out, node_names_text(names, c->client)) != 0)
            return -1;
        for (size_t r = 0; r < c->count; r++)
            if (put_range(&c->ranges[r], out) != 0)
                return -1;
        if (buf_add(out, "\n", 1) != 0)
            return -1;
    }
    return 0;
}

/* A word FIRST-LAST that comes after all ranges of the client. */
static int parse_range(struct applied_client *c, const char *word, size_t n, struct fault *f)
{
    const char *dash = memchr(word, '-', n);
    int64_t first = 0, last = 0;
    size_t left = dash == NULL ? 0 : (size_t)(dash - word);
    if (dash == NULL || number_parse(word, left, &first) != 0 ||
        number_parse(dash + 1, n - left - 1, &last) != 0 || first < 1 || last < first)
        return fault_rule(f, "a client's serials are no range FIRST-LAST");
    if (c->count > 0 && c->ranges[c->count - 1].last + 1 >= (uint64_t)first)
        return fault_rule(f, "the ranges of a client's serials are not in order, or touch");
    if (insert_range(c, c->count, (struct serial_range){(uint64_t)first, (uint64_t)last}) != 0)
        return fault_memory(f);
    return 0;
}

int applied_parse(struct applied *a, const char *line, size_t n, struct node_names *names,
                  struct fault *f)
{
    const char *end = line + n, *space = memchr(line, ' ', n);
    if (space == NULL)
        return fault_rule(f, "a client has no serials");
    uint32_t client = node_names_add(names, line, (size_t)(space - line), f);
    if (client == NODE_NONE)
        return -1;
    struct applied_client *c = client_of(a, client);
    if (c == NULL)
        return fault_memory(f);
    if (c->count > 0)
        return fault_rule(f, "a client is named twice");
    while (space != NULL) {
        const char *word = space + 1;
        space = memchr(word, ' ', (size_t)(end - word));
        if (parse_range(c, word, (size_t)((space == NULL ? end : space) - word), f) != 0)
            return -1;
    }
    return 0;
}

void applied_free(struct applied *a)
{
    for (size_t i = 0; i < a->count; i++)
        free(a->clients[i].ranges);
    free(a->clients);
    *a = (struct applied){0};
}
