/* accuse: two lines signed by one member that no honest member signs, and what it loses (block(5),
 * "Members"). The form of the lines and what they say against each other is judged as they are
 * parsed; their signatures are checked with those of the transaction (stream/jobs.h). */
#include "record/evidence.h"
#include "record/tx.h"
#include "state/accused.h"
#include "state/members.h"
#include "state/stakes.h"
#include "state/unbonding.h"
#include "state/wishes.h"

struct accusation {
    struct piece lines[2];
};
_Static_assert(sizeof(struct accusation) <= TX_ARGUMENTS_MAX, "it is kept in struct tx");

/* --- Parsing ---------------------------------------------------------------------------------- */

/* Takes one line, a run of fields, whose first says how many they are. */
static int take_line(struct cursor *c, const struct tx *tx, struct evidence *e, struct fault *f)
{
    const char *begin = c->text;
    struct field x = cursor_take_field(c);
    const struct evidence_kind *kind = evidence_kind_of(x);
    if (!kind) {
        fault_rule(f, "tx: accuse: expected a vote, proposal, attest or block line");
        return -1;
    }
    for (unsigned i = 1; i < kind->fields && x.len; i++)
        x = cursor_take_field(c);
    if (x.len == 0) {
        fault_rule(f, "tx: accuse: a line is cut short");
        return -1;
    }
    if (evidence_parse(kind, (struct field){begin, (size_t)(x.text + x.len - begin)}, e, f))
        return -1;
    return e->has_chain && memcmp(e->chain, tx->chain, ID_LEN)
               ? fault_rule(f, "tx: accuse: a line of another chain")
               : 0;
}

static int parse(struct cursor *c, struct tx *tx, struct fault *f)
{
    struct accusation a;
    struct evidence e[2];
    for (int i = 0; i < 2; i++) {
        if (take_line(c, tx, &e[i], f))
            return -1;
        a.lines[i] = tx_piece(tx, e[i].text);
    }
    memcpy(tx->arguments, &a, sizeof a);
    return evidence_check(&e[0], &e[1], f);
}

/* Reads a line again that parse has let through: 0. */
static int read_line(const struct tx *tx, size_t i, struct evidence *e, struct fault *f)
{
    struct accusation a;
    memcpy(&a, tx->arguments, sizeof a);
    struct cursor c = {tx->line + a.lines[i].at, tx->line + tx->len};
    return take_line(&c, tx, e, f);
}

static bool signatures(const struct tx *tx, size_t *at, struct operation_signature *out)
{
    struct evidence e;
    struct fault never;
    if (*at > 1 || read_line(tx, *at, &e, &never))
        return false;
    ++*at;
    memcpy(out->key, e.key, ID_LEN);
    out->digits = e.signature;
    out->message = evidence_message(&e);
    return true;
}

static bool touches(const struct tx *tx, size_t *at, struct state_key *out)
{
    static const uint8_t of[] = {MEMBER_KIND, STAKE_KIND, ACCUSED_KIND};
    struct evidence e;
    struct fault never;
    if (*at == sizeof of || read_line(tx, 0, &e, &never))
        return false;
    out->kind = of[(*at)++];
    memcpy(out->id, e.key, ID_LEN);
    return true;
}

static bool stakes(const struct tx *tx, struct stake_change *out)
{
    struct evidence e;
    struct fault never;
    if (read_line(tx, 0, &e, &never))
        return false;
    *out = (struct stake_change){.way = STAKE_SLASHED};
    memcpy(out->key, e.key, ID_LEN);
    return true;
}

/* --- Judging ---------------------------------------------------------------------------------- */

/* Whether lines of this kind are evidence on this chain. */
static int check_kind(const struct rules *r, const struct evidence_kind *k, struct fault *f)
{
    bool holds = k->seal ? strcmp(rules_seal(r->seal)->name, k->seal) == 0 : r->finality > 0;
    return holds ? 0
                 : fault_rule(f, "tx: accuse: this chain has no %s lines to accuse by", k->word);
}

static int check_parent(const struct apply_context *in, const struct evidence *e, struct fault *f)
{
    int is = in->has_ancestor ? in->has_ancestor(in->self, e->as.block.prev, f) : 1;
    if (is)
        return is < 0 ? -1 : 0;
    return fault_rule(f, "tx: accuse: the headers' parent is no ancestor of this block");
}

/* Whether the key has anything to lose: 1 or 0, or -1 and trouble. */
static int can_lose(const struct apply_context *in, const uint8_t key[ID_LEN], struct fault *f)
{
    int64_t has;
    if (in->rules->minstake ? stake_get(in->state, key, &has, f)
                            : member_get(in->state, in->rules, key, &has, f))
        return -1;
    if (has || !in->rules->minstake)
        return has > 0;
    return unbonding_has(in->state, key, f);
}

/* The same of the last member of a chain. */
static int is_last(const struct apply_context *in, const uint8_t key[ID_LEN], struct fault *f)
{
    struct member_set all = {0};
    if (in->rules->minstake)
        return stake_is_last(in, key, 0, f);
    if (members_after(in->state, in->rules, in->height, &all, f))
        return -1;
    int last = all.count == 1 && member_set_find(&all, key);
    member_set_free(&all);
    return last;
}

static int check_key(const struct apply_context *in, const uint8_t key[ID_LEN], struct fault *f)
{
    int accused = accused_is(in->state, key, f);
    if (accused)
        return accused < 0 ? -1 : fault_rule(f, "tx: accuse: that key was accused before");
    int can = can_lose(in, key, f);
    if (can <= 0)
        return can ? -1
                   : fault_rule(f, "tx: accuse: that key is no member, and has nothing staked or "
                                   "unbonding");
    int last = is_last(in, key, f);
    return last < 0 ? -1 : last ? fault_rule(f, "tx: accuse: the last member cannot leave") : 0;
}

/* --- What it loses ---------------------------------------------------------------------------- */

/* A tenth of what is gone is FROM's, and the rest is no part of the supply any more. */
static int reward(const struct apply_context *in, const struct account *from, int64_t gone,
                  struct fault *f)
{
    struct account_state a;
    if (in->supply)
        *in->supply -= gone - gone / 10;
    if (gone < 10)
        return 0;
    if (account_get(in->state, from, &a, f))
        return -1;
    a.balance += gone / 10; /* both are part of the supply */
    return account_put(in->state, from, &a, f);
}

static int slash(const struct apply_context *in, const struct account *from,
                 const uint8_t key[ID_LEN], struct fault *f)
{
    int64_t staked;
    if (stake_get(in->state, key, &staked, f))
        return -1;
    int64_t gone = slash_of(in->rules, staked), left = staked - gone;
    if ((staked && stake_put(in, key, 0, f)) || unbonding_cut(in, key, &gone, f) ||
        unbonding_add(in, key, left, f))
        return -1;
    return reward(in, from, gone, f);
}

static int apply(const struct apply_context *in, const struct tx *tx, struct fault *f)
{
    struct evidence e;
    if (read_line(tx, 0, &e, f) || check_kind(in->rules, e.kind, f) || check_key(in, e.key, f) ||
        (!e.has_chain && check_parent(in, &e, f)))
        return -1;
    if (accused_put(in->state, e.key, f))
        return -1;
    if (in->rules->minstake)
        return slash(in, &tx->from, e.key, f);
    return wishes_forget(in->state, e.key, f) || member_put(in, e.key, 0, f) ? -1 : 0;
}

const struct operation operation_accuse = {
    .name = "accuse",
    .of_members = true,
    .arguments = {{"one", ARGUMENT_LINE, NULL}, {"two", ARGUMENT_LINE, NULL}},
    .parse = parse,
    .apply = apply,
    .touches = touches,
    .stakes = stakes,
    .signatures = signatures,
};
