#include "state/cell.h"

#include "base/array.h"

static uint32_t number_in(const uint8_t *bytes)
{
    uint32_t n;
    memcpy(&n, bytes, sizeof n);
    return n;
}

int cell_fill_long(struct long_values *l, struct cell *c, const struct state_value *v)
{
    uint32_t n;
    if (l->freed) {
        n = l->freed - 1;
        l->freed = number_in(l->list[n].bytes);
    } else {
        if (ARRAY_RESERVE(l->list, l->cap, l->count + (size_t)1))
            return -1;
        n = l->count++;
    }
    memcpy(&l->list[n], v, 1 + (size_t)v->len);
    c->len = v->len;
    memcpy(c->bytes, &n, sizeof n);
    return 0;
}

void cell_free_long(struct long_values *l, const struct cell *c)
{
    uint32_t n = number_in(c->bytes);
    memcpy(l->list[n].bytes, &l->freed, sizeof l->freed);
    l->freed = n + 1;
}

void cell_read_long(const struct long_values *l, const struct cell *c, struct state_value *v)
{
    memcpy(v, &l->list[number_in(c->bytes)], 1 + (size_t)c->len);
}
