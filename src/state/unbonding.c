#include "state/unbonding.h"

#include "base/hex.h"
#include "hash/sha256.h"
#include "state/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct sum {
    uint8_t key[ID_LEN]; /* the account's */
    int64_t height, amount;
    int64_t later;        /* the next height of the account; 0: none */
    bool has_next;        /* of this height: */
    uint8_t next[ID_LEN]; /* the next account */
};

/* --- Values ----------------------------------------------------------------------------------- */

static void put_id(struct state_value *v, const uint8_t id[ID_LEN])
{
    memcpy(v->bytes + v->len, id, ID_LEN);
    v->len += ID_LEN;
}

static int take_id(const struct state_value *v, size_t *at, uint8_t id[ID_LEN])
{
    if (v->len < *at + ID_LEN)
        return -1;
    memcpy(id, v->bytes + *at, ID_LEN);
    *at += ID_LEN;
    return 0;
}

static int decode(const struct state_value *v, struct sum *x)
{
    size_t at = 0;
    *x = (struct sum){0};
    if (take_id(v, &at, x->key) || value_take_number(v, &at, &x->height) ||
        value_take_number(v, &at, &x->amount) || value_take_number(v, &at, &x->later))
        return -1;
    x->has_next = at < v->len;
    return (x->has_next && take_id(v, &at, x->next)) || at < v->len ? -1 : 0;
}

static struct state_value encode(const struct sum *x)
{
    struct state_value v = {.len = 0};
    put_id(&v, x->key);
    value_put_number(&v, x->height);
    value_put_number(&v, x->amount);
    value_put_number(&v, x->later);
    if (x->has_next)
        put_id(&v, x->next);
    return v;
}

int unbonding_decode(const struct state_value *value, uint8_t key[ID_LEN], int64_t *height,
                     int64_t *amount)
{
    struct sum x;
    if (decode(value, &x))
        return -1;
    memcpy(key, x.key, ID_LEN);
    *height = x.height;
    *amount = x.amount;
    return 0;
}

/* --- Keys ------------------------------------------------------------------------------------- */

static struct state_key sum_key(const uint8_t id[ID_LEN], int64_t height)
{
    struct state_key key = {.kind = UNBONDING_KIND};
    char name[16 + 2 * ID_LEN + 20];
    int n = snprintf(name, sizeof name, "unbonding %s %" PRId64, hex32(id).text, height);
    sha256(name, (size_t)n, key.id);
    return key;
}

static struct state_key at_key(int64_t height)
{
    struct state_key key = {.kind = UNBONDING_AT_KIND};
    for (int i = 0; i < 8; i++)
        key.id[i] = (uint8_t)(height >> (56 - 8 * i));
    return key;
}

static struct state_key of_key(const uint8_t id[ID_LEN])
{
    struct state_key key = {.kind = UNBONDING_OF_KIND};
    memcpy(key.id, id, ID_LEN);
    return key;
}

static int broken(struct fault *f)
{
    return fault_trouble(f, "broken unbonding sum in the state");
}

/* --- Reading and writing ---------------------------------------------------------------------- */

/* 1 and the sum, 0: there is none, or -1 and trouble. */
static int get_sum(struct state *s, const uint8_t id[ID_LEN], int64_t height, struct sum *x,
                   struct fault *f)
{
    const struct state_key key = sum_key(id, height);
    struct state_value value;
    if (state_get(s, &key, &value, f))
        return -1;
    if (value.len && decode(&value, x))
        return broken(f);
    return value.len > 0;
}

static int put_sum(struct state *s, const struct sum *x, struct fault *f)
{
    const struct state_key key = sum_key(x->key, x->height);
    const struct state_value value = encode(x);
    return state_put(s, &key, &value, f);
}

static int drop(struct state *s, const struct state_key *key, struct fault *f)
{
    return state_put(s, key, &(struct state_value){.len = 0}, f);
}

/* The first and the last height of an account; 0: it has none. */
struct heights {
    int64_t first, last;
};

static int get_heights(struct state *s, const uint8_t id[ID_LEN], struct heights *h,
                       struct fault *f)
{
    const struct state_key key = of_key(id);
    struct state_value value;
    size_t at = 0;
    *h = (struct heights){0};
    if (state_get(s, &key, &value, f))
        return -1;
    return value.len && (value_take_number(&value, &at, &h->first) ||
                         value_take_number(&value, &at, &h->last))
               ? broken(f)
               : 0;
}

static int put_heights(struct state *s, const uint8_t id[ID_LEN], const struct heights *h,
                       struct fault *f)
{
    const struct state_key key = of_key(id);
    struct state_value value = {.len = 0};
    if (h->first) {
        value_put_number(&value, h->first);
        value_put_number(&value, h->last);
    }
    return state_put(s, &key, &value, f);
}

/* --- Adding ----------------------------------------------------------------------------------- */

/* Puts a new sum in front of the others of its height. */
static int list_at(struct state *s, struct sum *x, struct fault *f)
{
    const struct state_key key = at_key(x->height);
    struct state_value value;
    size_t at = 0;
    if (state_get(s, &key, &value, f))
        return -1;
    x->has_next = value.len > 0;
    if (x->has_next && take_id(&value, &at, x->next))
        return broken(f);
    value.len = 0;
    put_id(&value, x->key);
    return state_put(s, &key, &value, f);
}

/* Puts a new sum after the others of its account. */
static int list_of(struct state *s, const struct sum *x, struct fault *f)
{
    struct heights h;
    struct sum before;
    if (get_heights(s, x->key, &h, f))
        return -1;
    if (h.last) {
        int got = get_sum(s, x->key, h.last, &before, f);
        before.later = x->height;
        if (got <= 0 || put_sum(s, &before, f))
            return got ? -1 : broken(f);
    }
    h.first = h.first ? h.first : x->height;
    h.last = x->height;
    return put_heights(s, x->key, &h, f);
}

int unbonding_add(const struct apply_context *in, const uint8_t id[ID_LEN], int64_t amount,
                  struct fault *f)
{
    struct sum x = {.height = in->height + in->rules->unbonding};
    if (amount == 0)
        return 0;
    int got = get_sum(in->state, id, x.height, &x, f);
    if (got < 0)
        return -1;
    if (!got) {
        memcpy(x.key, id, ID_LEN);
        if (list_at(in->state, &x, f) || list_of(in->state, &x, f))
            return -1;
    }
    x.amount += amount; /* both are part of the supply */
    return put_sum(in->state, &x, f);
}

/* --- Returning -------------------------------------------------------------------------------- */

static int give_back(struct state *s, const struct sum *x, struct fault *f)
{
    const struct account id = account_of_key(x->key);
    struct account_state a;
    if (x->amount == 0)
        return 0;
    if (account_get(s, &id, &a, f))
        return -1;
    a.balance += x->amount; /* both are part of the supply */
    return account_put(s, &id, &a, f);
}

/* Takes a sum, the first of its account, off the account's list. */
static int unlist(struct state *s, const struct sum *x, struct fault *f)
{
    const struct state_key key = sum_key(x->key, x->height);
    struct heights h;
    if (get_heights(s, x->key, &h, f))
        return -1;
    if (h.first != x->height)
        return broken(f);
    h.first = x->later;
    return drop(s, &key, f) || put_heights(s, x->key, &h, f) ? -1 : 0;
}

int unbonding_due(struct state *s, int64_t height, struct unbonding_due *at, struct fault *f)
{
    const struct state_key key = at_key(height);
    struct state_value value;
    struct sum x;
    size_t place = 0;
    if (!at->begun) {
        if (state_get(s, &key, &value, f))
            return -1;
        at->begun = true;
        at->has_next = value.len > 0;
        if (at->has_next && take_id(&value, &place, at->next))
            return broken(f);
    }
    if (!at->has_next)
        return 0;
    int got = get_sum(s, at->next, height, &x, f);
    if (got <= 0)
        return got ? -1 : broken(f);
    *at = (struct unbonding_due){.begun = true, .has_next = x.has_next, .amount = x.amount};
    memcpy(at->key, x.key, ID_LEN);
    memcpy(at->next, x.next, ID_LEN);
    return 1;
}

int unbonding_return(const struct apply_context *in, struct fault *f)
{
    struct state *s = in->state;
    const struct state_key key = at_key(in->height);
    struct unbonding_due at = {0};
    struct sum x = {0};
    bool any = false;
    int got;
    while ((got = unbonding_due(s, in->height, &at, f)) > 0)
        if (get_sum(s, at.key, in->height, &x, f) < 0 || give_back(s, &x, f) || unlist(s, &x, f))
            return -1;
        else
            any = true;
    return got || !any ? got : drop(s, &key, f);
}

/* --- Accusations ------------------------------------------------------------------------------ */

int64_t slash_of(const struct rules *r, int64_t amount)
{
    return (int64_t)((unsigned __int128)amount * (uint64_t)r->slash / 1000);
}

int unbonding_total(struct state *s, const uint8_t id[ID_LEN], int64_t *total, struct fault *f)
{
    struct heights h;
    struct sum x;
    *total = 0;
    if (get_heights(s, id, &h, f))
        return -1;
    for (int64_t height = h.first; height; height = x.later) {
        int got = get_sum(s, id, height, &x, f);
        if (got <= 0)
            return got ? -1 : broken(f);
        *total += x.amount; /* all are part of the supply */
    }
    return 0;
}

int unbonding_has(struct state *s, const uint8_t id[ID_LEN], struct fault *f)
{
    int64_t total;
    return unbonding_total(s, id, &total, f) ? -1 : total > 0;
}

int unbonding_cut(const struct apply_context *in, const uint8_t id[ID_LEN], int64_t *gone,
                  struct fault *f)
{
    struct heights h;
    struct sum x;
    if (get_heights(in->state, id, &h, f))
        return -1;
    for (int64_t height = h.first; height; height = x.later) {
        int got = get_sum(in->state, id, height, &x, f);
        if (got <= 0)
            return got ? -1 : broken(f);
        int64_t cut = slash_of(in->rules, x.amount);
        x.amount -= cut;
        *gone += cut;
        if (put_sum(in->state, &x, f))
            return -1;
    }
    return 0;
}
