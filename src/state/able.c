#include "state/able.h"

#include <stdlib.h>
#include <string.h>

enum {
    AMOUNT_LEN = 8,
    GROUP_LEN = STATE_ID_LEN - 2, /* the bytes of an id before its number */
    PLACES_MAX = 65536
};

static struct state_key place_of(const uint8_t key[ID_LEN], int64_t amount, size_t number)
{
    struct state_key at = {.kind = ABLE_KIND};
    uint64_t rest = (uint64_t)(INT64_MAX - amount);
    for (int i = 0; i < AMOUNT_LEN; i++)
        at.id[i] = (uint8_t)(rest >> (56 - 8 * i));
    memcpy(at.id + AMOUNT_LEN, key, GROUP_LEN - AMOUNT_LEN);
    at.id[GROUP_LEN] = (uint8_t)(number >> 8);
    at.id[GROUP_LEN + 1] = (uint8_t)number;
    return at;
}

static int64_t amount_of(const struct state_key *at)
{
    uint64_t rest = 0;
    for (int i = 0; i < AMOUNT_LEN; i++)
        rest = rest << 8 | at->id[i];
    return (int64_t)(INT64_MAX - rest);
}

static int broken(struct fault *f)
{
    return fault_trouble(f, "broken stakes in the state");
}

/* Those of a group have the numbers from 0 on, nearly always 0 alone. *count: how many; *number:
 * that of this key, or *count. 0, or -1 and trouble. */
static int find(struct state *s, const uint8_t key[ID_LEN], int64_t amount, size_t *number,
                size_t *count, struct fault *f)
{
    struct state_value value;
    bool is_there = false;
    for (*count = 0; *count < PLACES_MAX; ++*count) {
        const struct state_key at = place_of(key, amount, *count);
        if (state_get(s, &at, &value, f))
            return -1;
        if (!value.len)
            break;
        if (value.len == ID_LEN && memcmp(value.bytes, key, ID_LEN) == 0) {
            *number = *count;
            is_there = true;
        }
    }
    if (!is_there)
        *number = *count;
    return 0;
}

int able_add(struct state *s, const uint8_t key[ID_LEN], int64_t amount, struct fault *f)
{
    struct state_value value = {.len = ID_LEN};
    size_t number, count;
    if (find(s, key, amount, &number, &count, f))
        return -1;
    if (number < count || count == PLACES_MAX)
        return broken(f);
    const struct state_key at = place_of(key, amount, number);
    memcpy(value.bytes, key, ID_LEN);
    return state_put(s, &at, &value, f);
}

/* The last of the group takes its number. */
int able_drop(struct state *s, const uint8_t key[ID_LEN], int64_t amount, struct fault *f)
{
    struct state_value value;
    size_t number, count;
    if (find(s, key, amount, &number, &count, f))
        return -1;
    if (number == count)
        return broken(f);
    const struct state_key at = place_of(key, amount, number),
                           last = place_of(key, amount, count - 1);
    if (number + 1 < count && (state_get(s, &last, &value, f) || state_put(s, &at, &value, f)))
        return -1;
    return state_put(s, &last, &(struct state_value){.len = 0}, f);
}

/* --- The first ones --------------------------------------------------------------------------- */

struct first {
    struct member *list;
    size_t count, most;
    uint8_t last[GROUP_LEN]; /* the group of the last one */
};

static int by_stake(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return memcmp(x->key, y->key, ID_LEN);
}

/* Drops all but the best. */
static void sort(struct first *e)
{
    qsort(e->list, e->count, sizeof *e->list, by_stake);
    e->count = e->count > e->most ? e->most : e->count;
}

/* Of the group at the end all count, as its order is not that of the keys. */
static int take(void *self, const struct state_key *at, const struct state_value *value,
                struct fault *f)
{
    struct first *e = self;
    if (e->count >= e->most && memcmp(at->id, e->last, GROUP_LEN) != 0)
        return 1;
    if (value->len != ID_LEN)
        return broken(f);
    if (e->count == 2 * e->most)
        sort(e);
    struct member *m = &e->list[e->count++];
    memcpy(m->key, value->bytes, ID_LEN);
    m->weight = amount_of(at);
    memcpy(e->last, at->id, GROUP_LEN);
    return 0;
}

int able_first(struct state *s, size_t most, struct member *list, size_t *count, struct fault *f)
{
    struct first e = {.list = list, .most = most};
    if (state_walk(s, ABLE_KIND, take, &e, f) < 0)
        return -1;
    sort(&e);
    *count = e.count;
    return 0;
}
