#include "record/member.h"

#include "base/array.h"
#include "base/hex.h"
#include "base/num.h"
#include "crypto/ed25519.h"
#include "hash/merkle.h"
#include "record/types.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int member_key_field(struct field x, const char *what, uint8_t key[ID_LEN], struct fault *f)
{
    if (field_id(x, what, key, f))
        return -1;
    if (ed25519_sound(key))
        return 0;
    return fault_rule(f, "%s: not canonical, or of small order", what);
}

int member_parse(const char *line, size_t len, struct member *m, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (n != 3 || !field_is(x[0], "member"))
        return fault_rule(f, "member: %zu fields, expected 3", n);
    if (member_key_field(x[1], "member: account", m->key, f) ||
        field_number(x[2], "member: weight", &m->weight, f))
        return -1;
    return m->weight == 0 ? fault_rule(f, "member: weight is 0") : 0;
}

size_t member_format(const struct member *m, char out[MEMBER_LINE_MAX])
{
    return (size_t)snprintf(out, MEMBER_LINE_MAX, "member %s %" PRId64, hex32(m->key).text,
                            m->weight);
}

static int check_member(const char *line, size_t len, struct fault *f)
{
    struct member m;
    return member_parse(line, len, &m, f);
}

const struct record_type member_type = {
    .name = "member", .check = check_member, .in_genesis = true};

void member_set_free(struct member_set *s)
{
    free(s->list);
    *s = (struct member_set){0};
}

int member_set_add(struct member_set *s, const struct member *m, struct fault *f)
{
    if (s->count && memcmp(s->list[s->count - 1].key, m->key, ID_LEN) >= 0)
        return fault_rule(f, "member: members are not in ascending order, none twice");
    if (s->count == MEMBERS_MAX)
        return fault_rule(f, "member: over %d members", MEMBERS_MAX);
    if (number_add(s->weight, m->weight, &s->weight))
        return fault_rule(f, "member: weights are over 2^63-1 together");
    if (ARRAY_RESERVE(s->list, s->cap, s->count + 1))
        return fault_memory(f);
    s->list[s->count++] = *m;
    return 0;
}

static int by_key(const void *key, const void *m)
{
    return memcmp(key, ((const struct member *)m)->key, ID_LEN);
}

const struct member *member_set_find(const struct member_set *s, const uint8_t key[ID_LEN])
{
    return s->count ? bsearch(key, s->list, s->count, sizeof *s->list, by_key) : NULL;
}

/* 3w > 2W is w > 2 (W - w), whose half does not overflow. */
bool member_set_two_thirds(const struct member_set *s, int64_t w)
{
    int64_t rest = s->weight - w;
    return w / 2 > rest || (w / 2 == rest && w % 2);
}

enum { LANES = 16 }; /* lines hashed side by side */

/* Adds the ids of up to LANES member lines. */
static void add_leaves(struct merkle *m, const struct member *list, size_t n)
{
    char lines[LANES][MEMBER_LINE_MAX];
    uint8_t ids[LANES][ID_LEN];
    struct sha256_text texts[LANES];
    for (size_t i = 0; i < n; i++)
        texts[i] = (struct sha256_text){lines[i], member_format(&list[i], lines[i]), ids[i]};
    sha256_all(texts, n);
    for (size_t i = 0; i < n; i++)
        merkle_add(m, ids[i]);
}

void member_set_root(const struct member_set *s, uint8_t root[ID_LEN])
{
    struct merkle m;
    merkle_init(&m);
    for (size_t i = 0; i < s->count; i += LANES)
        add_leaves(&m, s->list + i, s->count - i < LANES ? s->count - i : LANES);
    merkle_root(&m, root);
}
