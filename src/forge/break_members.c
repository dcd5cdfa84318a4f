/* Genesis blocks whose member lines break a rule. */
#include "forge/breaks.h"

#include "base/chance.h"
#include "record/member.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int put_member(struct draft *d, size_t at, const uint8_t key[ID_LEN], int64_t weight,
                      bool replace, struct fault *f)
{
    char line[MEMBER_LINE_MAX];
    struct member m = {.weight = weight};
    memcpy(m.key, key, ID_LEN);
    const struct field text = {line, member_format(&m, line)};
    return (replace ? draft_replace(d, at, text) : draft_insert(d, at, text)) ? fault_memory(f) : 0;
}

/* The member in a line. */
static int read_member(const struct draft *d, size_t at, struct member *m, struct fault *f)
{
    struct field line = draft_line(d, at);
    return member_parse(line.text, line.len, m, f);
}

/* The first two change places. */
static int swap(struct draft *d, size_t first, struct fault *f)
{
    struct member m;
    size_t second = draft_find(d, "member", first + 1);
    if (second == d->count)
        return fault_rule(f, "the chain has one member");
    if (read_member(d, first, &m, f) || put_member(d, second + 1, m.key, m.weight, false, f))
        return -1;
    draft_remove(d, first);
    return 0;
}

/* Members of rising keys after the last one, until there are too many. */
static int fill(struct draft *d, size_t first, int64_t weight, struct fault *f)
{
    uint8_t key[ID_LEN] = {0};
    size_t last = first, next = first, have = 0;
    for (; next < d->count; next = draft_find(d, "member", next + 1), have++)
        last = next;
    struct member m;
    if (read_member(d, last, &m, f))
        return -1;
    memcpy(key, m.key, ID_LEN);
    for (; have <= MEMBERS_MAX; have++) {
        size_t i = ID_LEN - 2;
        while (++key[i] == 0 && i)
            i--;
        if (put_member(d, ++last, key, weight, false, f))
            return -1;
    }
    return 0;
}

static int remove_all(struct draft *d)
{
    for (size_t i; (i = draft_find(d, "member", 0)) < d->count;)
        draft_remove(d, i);
    return 0;
}

static int undue(struct draft *d, struct fault *f)
{
    const struct secret_key *k = draft_outsider(d, f);
    return k ? put_member(d, d->count, k->public, 1, false, f) : -1;
}

static int change(struct draft *d, size_t at, int how, struct fault *f)
{
    const struct rules *r = &d->g->ledger->tree.rules;
    struct member m;
    uint8_t zero[ID_LEN] = {0};
    if (read_member(d, at, &m, f))
        return -1;
    switch (how) {
    case MEMBER_TWICE:
        return put_member(d, at, m.key, m.weight, false, f);
    case MEMBER_WEIGHTLESS:
        return put_member(d, at, m.key, 0, true, f);
    case MEMBER_HEAVY:
        return put_member(d, at, m.key, INT64_MAX, true, f);
    case MEMBER_POOR:
        return r->minstake < 2 ? fault_rule(f, "no stake is too small on this chain")
                               : put_member(d, at, m.key, r->minstake - 1, true, f);
    default:
        return put_member(d, at, zero, m.weight, true, f);
    }
}

int break_members(struct draft *d, int how, struct fault *f)
{
    size_t at = draft_find(d, "member", 0);
    if (how == MEMBER_UNDUE)
        return at < d->count ? fault_rule(f, "this chain has members") : undue(d, f);
    if (at == d->count)
        return fault_rule(f, "this chain has no members");
    switch (how) {
    case MEMBER_ORDER:
        return swap(d, at, f);
    case MEMBER_MANY:
        return fill(d, at, d->g->ledger->tree.rules.minstake + 1, f);
    case MEMBER_NONE:
        return remove_all(d);
    case MEMBER_FORM:
        return draft_cut(d, at, f);
    case MEMBER_SET:
        d->keeps_target = true;
        d->b.target[0] ^= 1;
        return d->g->ledger->tree.anchor.seal->is_mined
                   ? fault_rule(f, "TARGET of a mined chain is no set of members")
                   : 0;
    default:
        return change(d, at, how, f);
    }
}
