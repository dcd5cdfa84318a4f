#include "state/journal.h"

#include <string.h>

static void put_value(struct buf *out, const struct state_value *v)
{
    memcpy(out->data + out->len, v, 1 + (size_t)v->len);
    out->len += 1 + (size_t)v->len;
}

int journal_add(struct buf *out, const struct change *c, struct fault *f)
{
    if (buf_reserve(out, sizeof *c))
        return fault_memory(f);
    memcpy(out->data + out->len, &c->key, sizeof c->key);
    out->len += sizeof c->key;
    put_value(out, &c->old);
    put_value(out, &c->new);
    return 0;
}

static int read_value(const uint8_t **p, const uint8_t *end, struct state_value *v)
{
    if (*p == end || end - *p < 1 + **p)
        return -1;
    memcpy(v, *p, 1 + (size_t) * *p);
    *p += 1 + v->len;
    return 0;
}

int journal_next(const uint8_t **p, const uint8_t *end, struct change *c, struct fault *f)
{
    if (*p == end)
        return 0;
    if ((size_t)(end - *p) < sizeof c->key)
        return fault_trouble(f, "journal is cut short");
    memcpy(&c->key, *p, sizeof c->key);
    *p += sizeof c->key;
    if (read_value(p, end, &c->old) || read_value(p, end, &c->new))
        return fault_trouble(f, "journal is broken");
    return 1;
}

int journal_find(const void *journal, size_t n, const struct state_key *key, struct change *c,
                 struct fault *f)
{
    const uint8_t *p = journal, *end = n ? p + n : p; /* NULL for a block that changed nothing */
    int got;
    while ((got = journal_next(&p, end, c, f)) > 0)
        if (memcmp(&c->key, key, sizeof *key) == 0)
            return 1;
    return got;
}
