#include "forge/block_forge.h"

#include "base/chance.h"
#include "chain/store_temp.h"
#include "forge/breaks.h"

#include <string.h>

static const struct block_break {
    const char *name;
    bool genesis; /* it is the genesis block that is forged, not the last one */
    int (*change)(struct draft *d, int how, struct fault *f);
    int how;
    /* How the message begins that refuses it, or one of two. */
    const char *rule, *other;
} breaks[] = {
    {"seal-signature", false, break_seal, SEAL_SIGNATURE, "block: seal is not its miner's",
     "block: no proof of work"},
    {"seal-form", false, break_seal, SEAL_FORM, "block: seal is not ", NULL},
    {"seal-outsider", false, break_seal, SEAL_OUTSIDER, "block: miner is no member", NULL},
    {"seal-turn", false, break_seal, SEAL_TURN, "block: miner sealed block", NULL},
    {"seal-time", false, break_seal, SEAL_TIME, "block: time ", NULL},
    {"seal-target", false, break_seal, SEAL_TARGET, "block: target should be ", NULL},
    {"seal-height", false, break_seal, SEAL_HEIGHT, "block: height ", NULL},
    {"vote-signature", false, break_votes, SIGNED_SIGNATURE, "vote: bad signature", NULL},
    {"vote-chain", false, break_votes, SIGNED_OTHER_CHAIN, "vote: another chain", NULL},
    {"vote-outsider", false, break_votes, SIGNED_BY_OUTSIDER, "vote: its key is no member", NULL},
    {"vote-order", false, break_votes, SIGNED_ORDER, "vote: keys do not ascend", NULL},
    {"vote-twice", false, break_votes, SIGNED_TWICE, "vote: keys do not ascend", NULL},
    {"vote-many", false, break_votes, SIGNED_MANY, "block: over 1000 vote lines", NULL},
    {"vote-place", false, break_votes, SIGNED_PLACE, "block: no vote lines stand in",
     "block: its attest lines stand before"},
    {"vote-height", false, break_votes, VOTE_HEIGHT, "vote: height ", NULL},
    {"vote-round", false, break_votes, VOTE_ROUND, "vote: round ", NULL},
    {"vote-step", false, break_votes, VOTE_STEP, "vote: step is not precommit", NULL},
    {"vote-form", false, break_votes, VOTE_FORM, "vote: step: not prevote or precommit", NULL},
    {"vote-block", false, break_votes, VOTE_BLOCK, "vote: not for the parent", NULL},
    {"vote-few", false, break_votes, VOTE_FEW, "block: votes of weight ", NULL},
    {"attest-signature", false, break_attests, SIGNED_SIGNATURE, "attest: bad signature", NULL},
    {"attest-chain", false, break_attests, SIGNED_OTHER_CHAIN, "attest: another chain", NULL},
    {"attest-outsider", false, break_attests, SIGNED_BY_OUTSIDER, "attest: its key is no member",
     NULL},
    {"attest-order", false, break_attests, SIGNED_ORDER, "attest: lines are not in ascending order",
     NULL},
    {"attest-twice", false, break_attests, SIGNED_TWICE, "attest: lines are not in ascending order",
     "attest: its key has attested"},
    {"attest-many", false, break_attests, SIGNED_MANY, "block: over 2000 attest lines", NULL},
    {"attest-place", false, break_attests, SIGNED_PLACE, "block: no attest lines stand in",
     "block: its vote lines stand before"},
    {"attest-height", false, break_attests, ATTEST_HEIGHT, "attest: target height ", NULL},
    {"attest-target", false, break_attests, ATTEST_TARGET, "attest: target is no ancestor", NULL},
    {"attest-source", false, break_attests, ATTEST_SOURCE, "attest: source is no", NULL},
    {"attest-late", false, break_attests, ATTEST_LATE, "attest: source is not before target", NULL},
    {"attest-between", false, break_attests, ATTEST_BETWEEN, "attest: source is no checkpoint",
     NULL},
    {"attest-unjustified", false, break_attests, ATTEST_UNJUSTIFIED,
     "attest: source is not justified", NULL},
    {"state-missing", false, break_state, STATE_MISSING, "block: no state line before", NULL},
    {"state-twice", false, break_state, STATE_TWICE, "block: a state line stands before", NULL},
    {"state-late", false, break_state, STATE_LATE, "block: a state line stands before", NULL},
    {"state-undue", false, break_state, STATE_UNDUE, "state: this chain has no rule state",
     "state: stands only in blocks"},
    {"state-height", false, break_state, STATE_HEIGHT, "state: height ", NULL},
    {"state-root", false, break_state, STATE_ROOT, "state: root is not that of", NULL},
    {"state-count", false, break_state, STATE_COUNT, "state: count ", NULL},
    {"state-form", false, break_state, STATE_FORM, "state: 3 fields", NULL},
    {"member-order", true, break_members, MEMBER_ORDER, "member: members are not in ascending",
     NULL},
    {"member-twice", true, break_members, MEMBER_TWICE, "member: members are not in ascending",
     NULL},
    {"member-weightless", true, break_members, MEMBER_WEIGHTLESS, "member: weight is 0", NULL},
    {"member-heavy", true, break_members, MEMBER_HEAVY, "member: weights are over 2^63-1",
     "member: supply is over 2^63-1"},
    {"member-poor", true, break_members, MEMBER_POOR, "member: weight ", NULL},
    {"member-many", true, break_members, MEMBER_MANY, "member: over 1000 members", NULL},
    {"member-key", true, break_members, MEMBER_KEY, "member: ", NULL},
    {"member-form", true, break_members, MEMBER_FORM, "member: 2 fields", NULL},
    {"member-none", true, break_members, MEMBER_NONE, "block: genesis: this chain needs member",
     NULL},
    {"member-undue", true, break_members, MEMBER_UNDUE, "member: this chain has no members", NULL},
    {"member-set", true, break_members, MEMBER_SET, "block: target is not the set of its member",
     NULL},
    {BLOCK_FORGE_BODY, false, break_body, 0, "", NULL},
};

enum { BREAKS = sizeof breaks / sizeof *breaks, RANDOM_BREAKS = BREAKS - 1 };

const char *block_forge_name(size_t kind)
{
    return kind < BREAKS ? breaks[kind].name : NULL;
}

/* BREAKS: none. */
static size_t named(const char *name)
{
    size_t i = 0;
    while (i < BREAKS && strcmp(breaks[i].name, name) != 0)
        i++;
    return i;
}

bool block_forge_is_kind(const char *name)
{
    return named(name) < BREAKS || strcmp(name, BLOCK_FORGE_ANY) == 0;
}

/* --- What refuses it -------------------------------------------------------------------------- */

static int judge_item(struct block_forger *g, const struct item *item, struct fault *rule,
                      struct fault *f)
{
    struct node ignored;
    struct tree empty, *t = &g->ledger->tree;
    struct store_temp *store = NULL;
    if (item->is_genesis) {
        store = store_temp_new(NULL, 0, f);
        if (!store || tree_init(&empty, store_temp_table(store), f)) {
            store_temp_free(store);
            return -1;
        }
        t = &empty;
    }
    int verdict = item->broken ? TREE_BAD : tree_check(t, item, -1, &ignored, rule);
    if (item->broken)
        tree_fault(t, item, rule);
    if (verdict < 0)
        *f = *rule;
    if (item->is_genesis) {
        tree_free(&empty);
        store_temp_free(store);
    }
    return verdict < 0 ? -1 : verdict == TREE_BAD;
}

/* Whether the block is refused: 1 and the rule, 0, -1 and trouble. */
static int judge(struct block_forger *g, const struct buf *text, struct fault *rule,
                 struct fault *f)
{
    struct batch batch = {0};
    int result = batch_parse(&batch, text->data, text->len, 1, 0, f);
    if (!result)
        result = batch_start(&batch, g->pool, f) || batch_finish(&batch, g->pool, f) ? -1 : 0;
    if (!result)
        result = judge_item(g, &batch.items[0], rule, f);
    batch_free(&batch);
    return result;
}

static bool begins(const struct fault *rule, const char *words)
{
    return words && strncmp(rule->text, words, strlen(words)) == 0;
}

/* --- Forging ---------------------------------------------------------------------------------- */

static int check(struct block_forger *g, const struct block_break *k, struct forged_block *out,
                 struct fault *f)
{
    const char *end = memchr(out->text.data, '\n', out->text.len);
    int refused = judge(g, &out->text, &out->rule, f);
    sha256(out->text.data, (size_t)(end - out->text.data), out->id);
    out->kind = k->name;
    if (refused < 0)
        return -1;
    if (!refused)
        return fault_rule(f, "%s: it would break no rule", k->name);
    if (begins(&out->rule, k->rule) || begins(&out->rule, k->other))
        return 0;
    return fault_rule(f, "%s: it would break another rule: %s", k->name, out->rule.text);
}

static int make(struct block_forger *g, const struct block_break *k, struct forged_block *out,
                struct fault *f)
{
    struct draft d;
    struct fault why = {0};
    out->text.len = 0;
    int result = draft_read(&d, g, k->genesis, &why) || k->change(&d, k->how, &why) ||
                 draft_finish(&d, &out->text, &why);
    draft_free(&d);
    if (!result)
        return check(g, k, out, f);
    if (why.kind == FAULT_RULE)
        return fault_rule(f, "%s: %s", k->name, why.text);
    *f = why;
    return -1;
}

/* The first of a random order that can be made of the last block. */
static int make_any(struct block_forger *g, struct forged_block *out, struct fault *f)
{
    size_t order[RANDOM_BREAKS];
    for (size_t i = 0; i < RANDOM_BREAKS; i++) {
        size_t j = chance_below(&g->chance, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (size_t i = 0; i < RANDOM_BREAKS; i++) {
        if (breaks[order[i]].genesis)
            continue;
        if (make(g, &breaks[order[i]], out, f) == 0)
            return 0;
        if (f->kind != FAULT_RULE)
            return -1;
    }
    return fault_rule(f, "nothing can be forged of this ledger with these keys");
}

int block_forge(struct block_forger *g, const char *kind, struct forged_block *out, struct fault *f)
{
    size_t i = named(kind);
    return i < BREAKS ? make(g, &breaks[i], out, f) : make_any(g, out, f);
}
