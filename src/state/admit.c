/* admit: what weight a member wants an account to have, and what follows once enough of them want
 * the same (block(5), "Members"). */
#include "base/num.h"
#include "record/tx.h"
#include "state/accused.h"
#include "state/members.h"
#include "state/wishes.h"

struct admission {
    uint8_t about[ID_LEN];
    int64_t weight;
};
_Static_assert(sizeof(struct admission) <= TX_ARGUMENTS_MAX, "it is kept in struct tx");

static struct admission admission_of(const struct tx *tx)
{
    struct admission a;
    memcpy(&a, tx->arguments, sizeof a);
    return a;
}

static int parse(struct cursor *c, struct tx *tx, struct fault *f)
{
    struct admission a;
    if (member_key_field(cursor_take_field(c), "tx: account", a.about, f) ||
        cursor_take_number(c, "tx: weight", &a.weight, f))
        return -1;
    memcpy(tx->arguments, &a, sizeof a);
    return 0;
}

static bool touches(const struct tx *tx, size_t *at, struct state_key *out)
{
    struct admission a = admission_of(tx);
    if (*at > 1)
        return false;
    out->kind = MEMBER_KIND;
    memcpy(out->id, (*at)++ ? a.about : tx->from.id, ID_LEN);
    return true;
}

/* A vote on one wish. */
struct tally {
    const struct apply_context *in;
    const uint8_t *from;
    struct admission wish;
    struct member_set members;
    int64_t has;     /* the weight that the account has now */
    int64_t agreed;  /* the weight of those who want what FROM wants */
    bool had, wants; /* FROM: whether it had a wish about the account before, and has one now */
};

/* Adds the weight of a member if it wants the same. */
static int ask(struct tally *t, const struct member *m, struct fault *f)
{
    int64_t weight;
    bool is_from = memcmp(m->key, t->from, ID_LEN) == 0;
    int wants = wish_get(t->in->state, m->key, t->wish.about, &weight, f);
    if (wants < 0)
        return -1;
    if (is_from) {
        t->had = wants;
        weight = t->wish.weight;
        wants = t->wants;
    }
    if (wants && weight == t->wish.weight)
        t->agreed += m->weight; /* at most the weight of all */
    return 0;
}

static int count(struct tally *t, struct fault *f)
{
    const struct member *about = member_set_find(&t->members, t->wish.about);
    t->has = about ? about->weight : 0;
    t->wants = t->wish.weight != t->has;
    for (size_t i = 0; i < t->members.count; i++)
        if (ask(t, &t->members.list[i], f))
            return -1;
    return 0;
}

static bool is_enough(const struct tally *t)
{
    const struct rules *r = t->in->rules;
    if (r->finality || strcmp(rules_seal(r->seal)->name, "sign") != 0)
        return member_set_two_thirds(&t->members, t->agreed);
    return t->agreed > t->members.weight - t->agreed;
}

/* Whether the set may become what is wanted. */
static int check_change(const struct tally *t, struct fault *f)
{
    int64_t sum;
    if (t->wish.weight == 0 && t->members.count == 1)
        return fault_rule(f, "tx: admit: the last member cannot leave");
    if (t->has == 0 && t->members.count == MEMBERS_MAX)
        return fault_rule(f, "tx: admit: over %d members", MEMBERS_MAX);
    if (number_add(t->members.weight - t->has, t->wish.weight, &sum))
        return fault_rule(f, "tx: admit: weights are over 2^63-1 together");
    return 0;
}

/* All wishes about the account are gone, also of those who wanted another weight. */
static int change(const struct tally *t, struct fault *f)
{
    struct state *s = t->in->state;
    for (size_t i = 0; i < t->members.count; i++)
        if (wish_drop(s, t->members.list[i].key, t->wish.about, f))
            return -1;
    if (t->wish.weight == 0 && wishes_forget(s, t->wish.about, f))
        return -1;
    return member_put(t->in, t->wish.about, t->wish.weight, f);
}

static int keep_wish(const struct tally *t, struct fault *f)
{
    struct state *s = t->in->state;
    int64_t wishes;
    if (!t->wants)
        return wish_drop(s, t->from, t->wish.about, f);
    if (wishes_count(s, t->from, &wishes, f))
        return -1;
    if (!t->had && wishes >= WISHES_MAX)
        return fault_rule(f, "tx: admit: FROM has over %d wishes", WISHES_MAX);
    return wish_put(s, t->from, t->wish.about, t->wish.weight, f);
}

static int check(const struct tally *t, struct fault *f)
{
    int64_t weight;
    if (member_get(t->in->state, t->in->rules, t->from, &weight, f))
        return -1;
    if (!weight)
        return fault_rule(f, "tx: admit: FROM is no member");
    int accused = accused_is(t->in->state, t->wish.about, f);
    if (accused)
        return accused < 0 ? -1 : fault_rule(f, "tx: admit: the account was accused");
    return 0;
}

static int apply(const struct apply_context *in, const struct tx *tx, struct fault *f)
{
    struct tally t = {.in = in, .from = tx->from.id, .wish = admission_of(tx)};
    int result = -1;
    if (tx->from.form != ACCOUNT_KEY)
        return fault_rule(f, "tx: admit: FROM is no member");
    if (check(&t, f))
        return -1;
    if (members_after(in->state, in->rules, in->height, &t.members, f) || count(&t, f))
        goto out;
    if (is_enough(&t))
        result = check_change(&t, f) || change(&t, f) ? -1 : 0;
    else
        result = keep_wish(&t, f);
out:
    member_set_free(&t.members);
    return result;
}

const struct operation operation_admit = {
    .name = "admit",
    .allow = "admit",
    .arguments = {{"account", ARGUMENT_ACCOUNT, NULL}, {"weight", ARGUMENT_NUMBER, NULL}},
    .parse = parse,
    .apply = apply,
    .touches = touches,
};
