#include "state/wishes.h"

#include "base/buf.h"
#include "base/hex.h"
#include "hash/sha256.h"
#include "state/value.h"

#include <stdio.h>

static struct state_key key_of(const uint8_t member[ID_LEN], const uint8_t about[ID_LEN])
{
    struct state_key key = {.kind = WISH_KIND};
    char name[8 + 4 * ID_LEN + 2];
    int n = snprintf(name, sizeof name, "wish %s %s", hex32(member).text, hex32(about).text);
    sha256(name, (size_t)n, key.id);
    return key;
}

int wish_decode(const struct state_value *v, uint8_t member[ID_LEN], uint8_t about[ID_LEN],
                int64_t *weight)
{
    size_t at = 2 * ID_LEN;
    if (v->len < at)
        return -1;
    memcpy(member, v->bytes, ID_LEN);
    memcpy(about, v->bytes + ID_LEN, ID_LEN);
    return value_take_number(v, &at, weight);
}

static int broken(struct fault *f)
{
    return fault_trouble(f, "broken wish in the state");
}

int wish_get(struct state *s, const uint8_t member[ID_LEN], const uint8_t about[ID_LEN],
             int64_t *weight, struct fault *f)
{
    const struct state_key key = key_of(member, about);
    uint8_t by[ID_LEN], of[ID_LEN];
    struct state_value value;
    if (state_get(s, &key, &value, f))
        return -1;
    if (value.len && wish_decode(&value, by, of, weight))
        return broken(f);
    return value.len > 0;
}

/* --- Their number ----------------------------------------------------------------------------- */

static struct state_key count_key(const uint8_t member[ID_LEN])
{
    struct state_key key = {.kind = WISH_COUNT_KIND};
    memcpy(key.id, member, ID_LEN);
    return key;
}

int wishes_count(struct state *s, const uint8_t member[ID_LEN], int64_t *count, struct fault *f)
{
    const struct state_key key = count_key(member);
    struct state_value value;
    size_t at = 0;
    *count = 0;
    if (state_get(s, &key, &value, f))
        return -1;
    return value.len && value_take_number(&value, &at, count) ? broken(f) : 0;
}

static int add_count(struct state *s, const uint8_t member[ID_LEN], int more, struct fault *f)
{
    const struct state_key key = count_key(member);
    struct state_value value = {.len = 0};
    int64_t count;
    if (wishes_count(s, member, &count, f))
        return -1;
    count += more;
    if (count)
        value_put_number(&value, count);
    return state_put(s, &key, &value, f);
}

/* --- Changing them ---------------------------------------------------------------------------- */

int wish_put(struct state *s, const uint8_t member[ID_LEN], const uint8_t about[ID_LEN],
             int64_t weight, struct fault *f)
{
    const struct state_key key = key_of(member, about);
    struct state_value value = {.len = 2 * ID_LEN};
    int64_t was;
    int had = wish_get(s, member, about, &was, f);
    memcpy(value.bytes, member, ID_LEN);
    memcpy(value.bytes + ID_LEN, about, ID_LEN);
    value_put_number(&value, weight);
    return had < 0 || (!had && add_count(s, member, 1, f)) || state_put(s, &key, &value, f) ? -1
                                                                                            : 0;
}

int wish_drop(struct state *s, const uint8_t member[ID_LEN], const uint8_t about[ID_LEN],
              struct fault *f)
{
    const struct state_key key = key_of(member, about);
    int64_t was;
    int had = wish_get(s, member, about, &was, f);
    if (had <= 0)
        return had;
    return add_count(s, member, -1, f) || state_put(s, &key, &(struct state_value){.len = 0}, f)
               ? -1
               : 0;
}

/* The wishes that name a key: MEMBER and ACCOUNT of each. */
struct named {
    const uint8_t *key;
    struct buf pairs;
};

static int add_named(void *self, const struct state_key *key, const struct state_value *value,
                     struct fault *f)
{
    struct named *n = self;
    uint8_t pair[2][ID_LEN];
    int64_t weight;
    (void)key;
    if (wish_decode(value, pair[0], pair[1], &weight))
        return broken(f);
    if (memcmp(pair[0], n->key, ID_LEN) && memcmp(pair[1], n->key, ID_LEN))
        return 0;
    return buf_add(&n->pairs, pair, sizeof pair) ? fault_memory(f) : 0;
}

int wishes_forget(struct state *s, const uint8_t member[ID_LEN], struct fault *f)
{
    struct named n = {.key = member};
    int result = state_walk(s, WISH_KIND, add_named, &n, f);
    for (size_t at = 0; !result && at < n.pairs.len; at += 2 * ID_LEN) {
        const uint8_t *pair = (const uint8_t *)n.pairs.data + at;
        result = wish_drop(s, pair, pair + ID_LEN, f);
    }
    buf_free(&n.pairs);
    return result;
}
