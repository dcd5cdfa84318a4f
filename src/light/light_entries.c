/* All entries of a state (state(5)) after its line, which show who the members are. */
#include "light/light_parts.h"

#include "hash/merkle.h"
#include "record/state_entry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct leaf {
    uint8_t place[ID_LEN], hash[ID_LEN];
};

struct entries {
    struct leaf *leaves;
    struct member *members; /* candidates */
    size_t count, members_count;
};

static const char *const kinds[] = {"account", "stake", "member", "unbonding", "wish", "accused"};

bool light_is_entry(const char *line, size_t len)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = strlen(kinds[i]);
        if (len > n && memcmp(line, kinds[i], n) == 0 && line[n] == ' ')
            return true;
    }
    return false;
}

/* --- The root --------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    return memcmp(a, b, ID_LEN);
}

static bool bit(const struct leaf *l, unsigned depth)
{
    return l->place[depth / 8] >> (7 - depth % 8) & 1;
}

/* The root of leaves that agree in their first `depth` bits, ascending, none twice. */
static void root_of(const struct leaf *leaves, size_t n, unsigned depth, uint8_t root[ID_LEN])
{
    uint8_t left[ID_LEN], right[ID_LEN];
    size_t zeros = 0;
    if (n == 0)
        memset(root, 0, ID_LEN);
    if (n == 1)
        memcpy(root, leaves->hash, ID_LEN);
    if (n < 2)
        return;
    while (zeros < n && !bit(&leaves[zeros], depth))
        zeros++;
    root_of(leaves, zeros, depth + 1, left);
    root_of(leaves + zeros, n - zeros, depth + 1, right);
    merkle_node(left, right, root);
}

static int check_root(struct light *c, struct entries *e, struct fault *f)
{
    uint8_t root[ID_LEN];
    qsort(e->leaves, e->count, sizeof *e->leaves, by_place);
    for (size_t i = 1; i < e->count; i++)
        if (by_place(&e->leaves[i - 1], &e->leaves[i]) == 0)
            return fault_rule(f, "state: two of its entries have one place");
    root_of(e->leaves, e->count, 0, root);
    return memcmp(root, c->state_root, ID_LEN)
               ? fault_rule(f, "state: these are not its entries: their root is another")
               : 0;
}

/* --- The members ------------------------------------------------------------------------------ */

static int by_weight(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return memcmp(x->key, y->key, ID_LEN);
}

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct member *)a)->key, ((const struct member *)b)->key, ID_LEN);
}

/* Who of the candidates are members (block(5), "Members"). 0, or -1 and a fault. */
static int elect(struct entries *e, struct member_set *set, struct fault *f)
{
    size_t count = e->members_count < MEMBERS_MAX ? e->members_count : MEMBERS_MAX;
    qsort(e->members, e->members_count, sizeof *e->members, by_weight);
    qsort(e->members, count, sizeof *e->members, by_key);
    for (size_t i = 0; i < count; i++)
        if (member_set_add(set, &e->members[i], f))
            return -1;
    return 0;
}

/* Notes an entry that makes somebody a member. 0, or -1 and a rule. */
static int take_candidate(const struct light *c, struct field entry, struct entries *e,
                          struct fault *f)
{
    struct member *m = &e->members[e->members_count];
    struct cursor x = {entry.text, entry.text + entry.len};
    if (!field_is(cursor_take_field(&x), c->rules.minstake ? "stake" : "member"))
        return 0;
    if (field_id(cursor_take_field(&x), "state: key", m->key, f) ||
        field_number(cursor_take_field(&x), "state: weight", &m->weight, f))
        return -1;
    e->members_count += m->weight >= (c->rules.minstake ? c->rules.minstake : 1);
    return 0;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static int read_entry(const struct light *c, struct field entry, struct entries *e, struct fault *f)
{
    struct leaf *l = &e->leaves[e->count];
    size_t named;
    if (line_check(entry.text, entry.len, f) || state_entry_check(entry, "state", &named, f) ||
        take_candidate(c, entry, e, f))
        return -1;
    sha256(entry.text, named, l->place);
    sha256(entry.text, entry.len, l->hash);
    e->count++;
    return 0;
}

static int read_all(const struct light *c, size_t count, struct entries *e, struct fault *f)
{
    const char *at = c->group.data, *end = at + c->group.len;
    e->leaves = calloc(count, sizeof *e->leaves);
    e->members = calloc(count, sizeof *e->members);
    if (!e->leaves || !e->members)
        return fault_memory(f);
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((newline ? newline : end) - at);
        if (read_entry(c, (struct field){at, len}, e, f))
            return -1;
        at += len + 1;
    }
    return 0;
}

/* Appends the entries that follow to c->group, `count` at most in all: how many there are, or -1
 * and trouble. */
static int64_t gather(struct light *c, int64_t count, struct fault *f)
{
    for (int64_t n = 1;; n++) {
        if (n == count)
            return n;
        int got = light_next_line(c, &c->held, f);
        c->has_held = got > 0;
        c->ended = got == 0;
        if (got < 0)
            return -1;
        const struct line *line = &c->held;
        if (!got || line->state != LINE_WHOLE || line->len > STATE_ENTRY_MAX ||
            !light_is_entry(line->text, line->len))
            return n;
        if (buf_add(&c->group, "\n", 1) || buf_add(&c->group, line->text, line->len))
            return fault_memory(f);
        c->has_held = false;
    }
}

/* Takes them as the members after the parent of the state's block. 0, or -1 and a fault. */
static int judge(struct light *c, size_t count, struct fault *f)
{
    struct entries e = {0};
    struct member_set set = {0};
    size_t block;
    int result = read_all(c, count, &e, f);
    if (result == 0)
        result = check_root(c, &e, f) || elect(&e, &set, f) ? -1 : 0;
    if (result == 0 && heads_find(&c->heads, c->proven_block, &block, f) < 0)
        result = -1;
    if (result == 0)
        light_show(c, block, &set);
    member_set_free(&set);
    free(e.leaves);
    free(e.members);
    return result;
}

int light_take_entries(struct light *c, const struct line *line, struct span *text, struct fault *f)
{
    uint64_t number = line->number;
    int64_t count = c->state_count;
    c->group.len = 0;
    if (count < 1 || count > LIGHT_ENTRIES || line->len > STATE_ENTRY_MAX) {
        fault_rule(f, "state: an entry of a state with %" PRId64 ": 1 to %d short ones are read",
                   count, LIGHT_ENTRIES);
        return 0;
    }
    if (buf_add(&c->group, line->text, line->len))
        return fault_memory(f);
    int64_t got = gather(c, count, f);
    if (got < 0)
        return -1;
    *text = (struct span){c->group.data, c->group.len};
    f->line = 0;
    if (got < count)
        fault_rule(f, "state: %" PRId64 " of its %" PRId64 " entries", got, count);
    if (got == count && judge(c, (size_t)count, f) == 0)
        return 1;
    if (!f->line)
        f->line = number;
    return light_answer(f);
}
