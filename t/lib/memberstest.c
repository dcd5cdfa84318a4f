/*
 * memberstest history SEED | stakes | flood COUNT | crowd COUNT BLOCKS: sets of members in a state,
 * and those after earlier blocks, held against simple models. Prints what it has compared.
 */
#include "state/members.h"
#include "base/chance.h"
#include "state/able.h"
#include "state/earlier.h"
#include "state/stakes.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PEOPLE = 12, BLOCKS = 400, KEPT = 6 };

struct bench {
    struct state *state;
    struct rules rules;
    struct apply_context in;
    bool twins;
};

static void good(int failed, const struct fault *f)
{
    if (failed)
        errx(1, "%s", f->text);
}

static void demand(bool holds, const char *what, int64_t height)
{
    if (!holds)
        errx(1, "height %" PRId64 ": %s", height, what);
}

static void open_bench(struct bench *t, int64_t minstake)
{
    const struct rule_owner *owner;
    *t = (struct bench){.state = state_new((struct state_backing){0})};
    while ((owner = rules_seal(t->rules.seal)) && strcmp(owner->name, "bft") != 0)
        t->rules.seal++;
    t->rules.minstake = minstake;
    t->rules.unbonding = 3;
    t->rules.slash = 500;
    t->in = (struct apply_context){.state = t->state, .rules = &t->rules};
    if (!owner || !t->state)
        errx(1, "no seal, or no memory");
}

/* Keys in the order of their numbers: that differ at their beginning or, as twins, only at their
 * end. */
static void key_of(const struct bench *t, uint32_t i, uint8_t key[ID_LEN])
{
    memset(key, 0, ID_LEN);
    for (int at = 0; at < 4; at++)
        key[t->twins ? ID_LEN - 4 + at : at] = (uint8_t)(i >> (24 - 8 * at));
}

/* --- Earlier sets ----------------------------------------------------------------------------- */

/* What the sets should be: a weight for each of PEOPLE, 0 for none. */
struct model {
    int64_t weights[BLOCKS][PEOPLE];
    struct buf journals[BLOCKS];
    struct {
        int64_t heights[KEPT]; /* those that are kept, besides the last two */
        size_t count;
    } kept[BLOCKS];
};

static void compare(struct bench *t, const struct model *m, int64_t height)
{
    struct member_set set = {0};
    struct fault f;
    size_t n = 0;
    good(members_after(t->state, &t->rules, height, &set, &f), &f);
    for (uint32_t i = 0; i < PEOPLE; i++) {
        uint8_t key[ID_LEN];
        key_of(t, i, key);
        const struct member *has = member_set_find(&set, key);
        demand((has ? has->weight : 0) == m->weights[height][i], "another set", height);
        n += has != NULL;
    }
    demand(n == set.count, "members whom nobody knows", height);
    member_set_free(&set);
}

static void compare_all(struct bench *t, const struct model *m, int64_t at)
{
    for (int64_t height = at; height >= 0 && height >= at - 2; height--)
        compare(t, m, height);
    for (size_t i = 0; i < m->kept[at].count; i++)
        compare(t, m, m->kept[at].heights[i]);
}

/* Some of those that were kept, and perhaps the parent's parent. */
static void choose_kept(struct model *m, int64_t at, uint64_t *r)
{
    m->kept[at].count = 0;
    for (size_t i = 0; i < m->kept[at - 1].count; i++)
        if (chance_below(r, 8))
            m->kept[at].heights[m->kept[at].count++] = m->kept[at - 1].heights[i];
    if (at > 1 && m->kept[at].count < KEPT && chance_below(r, 3) == 0)
        m->kept[at].heights[m->kept[at].count++] = at - 2;
}

static void keep(struct bench *t, struct model *m, int64_t at, uint64_t *r)
{
    int64_t heights[KEPT + 2];
    struct fault f;
    size_t n;
    choose_kept(m, at, r);
    n = m->kept[at].count;
    memcpy(heights, m->kept[at].heights, sizeof m->kept[at].heights);
    if (at > 1 && (n == 0 || heights[n - 1] < at - 2))
        heights[n++] = at - 2;
    heights[n++] = at - 1;
    good(earlier_keep(t->state, heights, n, &f), &f);
}

static void add_block(struct bench *t, struct model *m, int64_t at, uint64_t *r)
{
    struct fault f;
    t->in.height = at;
    memcpy(m->weights[at], m->weights[at - 1], sizeof m->weights[at]);
    state_begin(t->state);
    keep(t, m, at, r);
    for (uint64_t changes = chance_below(r, 3) ? 0 : 1 + chance_below(r, 6); changes; changes--) {
        uint32_t who = (uint32_t)chance_below(r, PEOPLE);
        uint8_t key[ID_LEN];
        key_of(t, who, key);
        m->weights[at][who] = (int64_t)chance_below(r, 4);
        good(member_put(&t->in, key, m->weights[at][who], &f), &f);
    }
    m->journals[at].len = 0;
    good(state_commit(t->state, &m->journals[at], &f), &f);
}

static void history(uint64_t seed)
{
    uint64_t r = seed;
    struct bench t;
    struct model *m = calloc(1, sizeof *m);
    struct fault f;
    int64_t at = 0;
    int blocks = 0;
    open_bench(&t, 0);
    if (!m)
        errx(1, "no memory");
    for (; at < BLOCKS - 1; blocks++) {
        if (chance_below(&r, 10) == 0)
            for (uint64_t back = chance_below(&r, 8); back && at > 0; back--, at--)
                good(state_undo(t.state, m->journals[at].data, m->journals[at].len, &f), &f);
        else
            add_block(&t, m, ++at, &r);
        compare_all(&t, m, at);
    }
    for (at = 0; at < BLOCKS; at++)
        buf_free(&m->journals[at]);
    free(m);
    state_free(t.state);
    printf("%d steps\n", blocks);
}

/* --- Stakes ----------------------------------------------------------------------------------- */

static void put(struct bench *t, uint32_t who, int64_t amount)
{
    struct fault f;
    uint8_t key[ID_LEN];
    key_of(t, who, key);
    good(stake_put(&t->in, key, amount, &f), &f);
}

static void begin(struct bench *t, int64_t height)
{
    struct fault f;
    t->in.height = height;
    state_begin(t->state);
    good(members_begin_block(&t->in, &f), &f);
}

static void end(struct bench *t)
{
    struct fault f;
    struct buf journal = {0};
    good(members_end_block(&t->in, &f) || state_commit(t->state, &journal, &f), &f);
    buf_free(&journal);
}

/* Whether the set after this height has this key, and how many there are. */
static bool has(struct bench *t, int64_t height, uint32_t who, size_t count)
{
    struct member_set set = {0};
    struct fault f;
    uint8_t key[ID_LEN];
    key_of(t, who, key);
    good(members_after(t->state, &t->rules, height, &set, &f), &f);
    demand(set.count == count, "another number of members", height);
    bool found = member_set_find(&set, key) != NULL;
    member_set_free(&set);
    return found;
}

/* MEMBERS_MAX and five more: of those with least, the lower accounts. */
static void stakes(bool twins)
{
    struct bench t;
    uint32_t last = MEMBERS_MAX - 1, all = MEMBERS_MAX + 5;
    open_bench(&t, 10);
    t.twins = twins;
    begin(&t, 1);
    for (uint32_t i = all; i--;)
        put(&t, i, i % 2 ? 100 : 10);
    end(&t);
    /* all + 5 have an odd number or one of the even ones from 0 on */
    demand(has(&t, 1, all - 2, MEMBERS_MAX), "who staked most is no member", 1);
    demand(!has(&t, 1, all - 1, MEMBERS_MAX), "of equals the highest account is a member", 1);
    demand(has(&t, 1, last - 5, MEMBERS_MAX), "of equals a lower account is no member", 1);
    begin(&t, 2);
    put(&t, 1, 0); /* one leaves: the next one of those with least is a member */
    end(&t);
    demand(!has(&t, 2, 1, MEMBERS_MAX) && has(&t, 1, 1, MEMBERS_MAX), "who left", 2);
    begin(&t, 3);
    put(&t, all - 1, 11); /* more than others with least */
    end(&t);
    demand(has(&t, 3, all - 1, MEMBERS_MAX) && !has(&t, 2, all - 1, MEMBERS_MAX), "who came", 3);
    begin(&t, 4);
    for (uint32_t i = 0; i < all; i++)
        put(&t, i, i == 7 ? 10 : 9);
    end(&t);
    demand(has(&t, 4, 7, 1) && has(&t, 3, 1003, MEMBERS_MAX), "one is left", 4);
    demand(has(&t, 2, 1003, MEMBERS_MAX), "the set before that", 4);
    state_free(t.state);
}

static int count_visit(void *self, const struct state_key *key, const struct state_value *value,
                       struct fault *f)
{
    (void)key;
    (void)value;
    (void)f;
    ++*(size_t *)self;
    return 0;
}

/* However many stake less than minstake, an election looks at none of them. */
static void flood(uint32_t tiny)
{
    struct bench t;
    struct fault f;
    size_t able = 0, staked = 0;
    open_bench(&t, 10);
    begin(&t, 1);
    for (uint32_t i = 0; i < tiny; i++)
        put(&t, i, i % 9 + 1);
    put(&t, tiny, 10);
    put(&t, tiny + 1, 11);
    put(&t, 3, 9);
    end(&t);
    demand(has(&t, 1, tiny, 2) && !has(&t, 1, 3, 2), "who staked too little is a member", 1);
    good(state_walk(t.state, ABLE_KIND, count_visit, &able, &f) ||
             state_walk(t.state, STAKE_KIND, count_visit, &staked, &f),
         &f);
    printf("%zu of %zu\n", able, staked);
    state_free(t.state);
}

static int by_rank(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return memcmp(x->key, y->key, ID_LEN);
}

/* Whether those are members who have staked most. */
static void compare_crowd(struct bench *t, struct member *all, size_t n, int64_t height)
{
    struct member_set set = {0};
    struct fault f;
    good(members_after(t->state, &t->rules, height, &set, &f), &f);
    qsort(all, n, sizeof *all, by_rank);
    demand(set.count == (n < MEMBERS_MAX ? n : MEMBERS_MAX), "another number of members", height);
    for (size_t i = 0; i < set.count; i++) {
        const struct member *m = member_set_find(&set, all[i].key);
        demand(m && m->weight == all[i].weight, "who staked most is no member", height);
    }
    member_set_free(&set);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Many who are able to be members, and blocks in each of which two of them stake another amount:
 * microseconds of processor time a block. */
static void crowd(uint32_t able, uint32_t blocks)
{
    struct bench t;
    uint64_t chance = 7;
    struct member *all = calloc(able, sizeof *all);
    open_bench(&t, 1);
    if (!all)
        errx(1, "no memory");
    begin(&t, 1);
    for (uint32_t i = 0; i < able; i++) {
        key_of(&t, i, all[i].key);
        all[i].weight = 1000 + (int64_t)chance_below(&chance, 1000000);
        put(&t, i, all[i].weight);
    }
    end(&t);
    double began = seconds();
    for (uint32_t i = 0; i < 2 * blocks; i++) {
        uint32_t who = (uint32_t)chance_below(&chance, able);
        if (i % 2 == 0)
            begin(&t, 2 + i / 2);
        all[who].weight = i % 2 ? 1 + i : 1000000 + i;
        put(&t, who, all[who].weight);
        if (i % 2)
            end(&t);
    }
    printf("%.0f\n", (seconds() - began) * 1e6 / blocks);
    compare_crowd(&t, all, able, 1 + blocks);
    free(all);
    state_free(t.state);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "history") == 0)
        history(strtoull(argv[2], NULL, 10));
    else if (argc == 2 && strcmp(argv[1], "stakes") == 0)
        stakes(false), stakes(true), puts("stakes");
    else if (argc == 3 && strcmp(argv[1], "flood") == 0)
        flood((uint32_t)strtoul(argv[2], NULL, 10));
    else if (argc == 4 && strcmp(argv[1], "crowd") == 0)
        crowd((uint32_t)strtoul(argv[2], NULL, 10), (uint32_t)strtoul(argv[3], NULL, 10));
    else
        errx(2, "usage: memberstest history SEED | stakes | flood COUNT | crowd COUNT BLOCKS");
    return 0;
}
