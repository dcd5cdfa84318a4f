/* Chains with members: who may seal, votes and attest lines, and the books about them. What is
 * computed, the script computes, with the functions of members.sh and member_ops.sh. */
#include "explain/parts.h"

#include "base/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool explain_has_members(const struct explain *x)
{
    return x->tree && x->tree->has_genesis && rules_members(&x->tree->rules);
}

/* The script's own function tells a fault in this line that begins so: nothing follows it. */
static void ends(struct explain *x, uint64_t line, const char *rule)
{
    x->ended |= explain_fails(x, line, rule);
}

/* --- Genesis ---------------------------------------------------------------------------------- */

static const char *entry_text(const struct item *item, size_t i)
{
    return item->text + item->entries[i].at;
}

/* Whether the genesis block's rules, if they can be told, give it members, or it has some. */
static bool is_of_members(const struct item *item)
{
    if (item->is_genesis && item->rules && rules_members(item->rules))
        return true;
    for (size_t i = 0; i < item->count; i++)
        if (record_is(&member_type, entry_text(item, i), item->entries[i].len))
            return true;
    return false;
}

void explain_member_functions(struct explain *x)
{
    const struct item *item = x->item;
    bool is_needed = item->is_genesis ? is_of_members(item)
                                      : memmem(item->text, item->size, " accuse ", 8) != NULL;
    if (x->knows_members || !is_needed)
        return;
    x->knows_members = true;
    explain_put(x, explain_members, strlen(explain_members));
    explain_put(x, explain_member_ops, strlen(explain_member_ops));
}

static void take_members(struct explain *x)
{
    const struct item *item = x->item;
    explain_say(x, "\n# Its members ascend, and have a weight together that is no more than the "
                   "largest number.\nlast= weights=0 members=0\n: >holdings\n");
    for (size_t i = 0; i < item->count; i++) {
        struct field words[FIELDS_MAX];
        size_t len = item->entries[i].len;
        if (!record_is(&member_type, entry_text(item, i), len) ||
            fields_split(entry_text(item, i), len, words) != 3)
            continue;
        explain_say(x, "at=%" PRIu64 " && take_member", item->line + 1 + i);
        explain_quote_field(x, words[1]);
        explain_quote_field(x, words[2]);
        explain_say(x, "\n");
        ends(x, item->line + 1 + i, "member: ");
    }
}

static void found_members(struct explain *x)
{
    uint64_t line = x->item->line;
    explain_say(x, "# A chain has members by its seal, or by rule finality, and no other has.\n"
                   "{ [ \"$seal\" = pow ] && [ \"$finality\" -eq 0 ]; } || [ \"$members\" -gt 0 ]");
    explain_or_no(x, line, "block: genesis: this chain needs member lines");
    explain_say(x, "[ \"$seal\" != pow ] || [ \"$finality\" -gt 0 ] || [ \"$members\" -eq 0 ]");
    explain_or_no(x, line, "member: this chain has no members");
    explain_say(
        x,
        "if is_allowed stake; then\n    # Each has the least stake, and all stakes are part "
        "of the supply.\n    while read -r kind key weight; do\n"
        "        [ \"$weight\" -ge \"$minstake\" ] ||\n            no %" PRIu64
        " \"member: weight $weight is under minstake $minstake\"\n"
        "    done <holdings\n    [ \"$weights\" -le $((9223372036854775807 - supply)) ] || "
        "no %" PRIu64 " 'member: supply is over 2^63-1'\n"
        "    supply=$((supply + weights))\nfi\n",
        line, line);
    ends(x, line, "member: ");
}

void explain_first_members(struct explain *x)
{
    const struct item *item = x->item;
    if (!x->knows_members)
        return;
    explain_say(x, "read_rules\n");
    take_members(x);
    found_members(x);
    explain_say(
        x,
        "if [ \"$members\" -gt 0 ]; then\n    close_first_members %s\n"
        "    # Where members seal, its target is their set: the Merkle root of the ids of "
        "their lines.\n    [ \"$seal\" = pow ] || [ %s = \\\n        \"$set\" ] || no %" PRIu64
        " \"block: target is not the set of its member lines, $set\"\nfi\n",
        hex32(item->id).text, hex32(item->block.target).text, item->line);
    ends(x, item->line, "block: target is not the set");
}

/* --- Who may seal ----------------------------------------------------------------------------- */

void explain_seal_signature(struct explain *x, const char *rule)
{
    const struct block *b = &x->item->block;
    const char *end = memchr(x->item->text, '\n', x->item->size);
    size_t len = end ? (size_t)(end - x->item->text) : x->item->size;
    struct signing seal = {"block", &b->miner, x->item->text, len, false, rule};
    explain_say(x, "# Its miner is an Ed25519 key, whose signature is its seal.\nis_hex %s 64 64",
                account_text(&b->miner).text);
    explain_or_no(x, x->item->line, "block: miner is no Ed25519 key");
    if (b->miner.form == ACCOUNT_KEY && b->seal.len == SEAL_MAX)
        explain_signature(x, x->item->line, &seal);
}

static void take_turn(struct explain *x, const char *prev)
{
    const struct block *b = &x->item->block;
    explain_say(x,
                "# Members take turns: this block weighs 2 if its miner is number %" PRId64
                " mod n of the n sealers, else 1.\n"
                "find_sealer %s %s\n"
                "if [ \"$number\" -eq \"$(expr %" PRId64
                " %% \"$sealers\")\" ]; then weight=2; else weight=1; fi\n"
                "# It has sealed none of the last few blocks, half as many as there are sealers, "
                "or fewer by rule apart.\nis_apart %s %s",
                b->height, prev, account_text(&b->miner).text, b->height, prev,
                account_text(&b->miner).text);
    explain_or_no(x, x->item->line, "block: miner sealed block");
}

void explain_seal_by_members(struct explain *x, const struct node *parent)
{
    const struct block *b = &x->item->block;
    struct hex32 prev = hex32(parent->id);
    explain_say(x,
                "# Its target is the set of members after its parent: the Merkle root of the ids "
                "of the lines in members.%.8s...\n[ %s = \\\n    \"$(cat set.%s)\" ]",
                prev.text, hex32(b->target).text, prev.text);
    explain_or_no(x, x->item->line, "block: target should be");
    explain_say(x,
                "# Its miner is in the set of its parent's header, that after its grandparent.\n"
                "find_sealer %s %s\n[ -n \"$number\" ]",
                prev.text, account_text(&b->miner).text);
    explain_or_no(x, x->item->line, "block: miner is no member");
    explain_say(x,
                "# Its time is a spacing after its parent's, or more.\n[ $((%" PRId64
                " - time)) -ge \"$spacing\" ]",
                b->time);
    explain_or_no(x, x->item->line, "block: time %" PRId64 " is not %" PRId64 " s after", b->time,
                  x->tree->rules.spacing);
    if (!x->tree->anchor.seal->has_votes)
        take_turn(x, prev.text);
    explain_seal_signature(x, "block: seal is not its");
}

/* --- Votes and attest lines ------------------------------------------------------------------- */

/* Whether a line that members sign may stand in this body. */
static void allowed_here(struct explain *x)
{
    const struct item *item = x->item;
    const struct record_type *type = item->entries->type;
    bool is_vote = type == &vote_type, has_votes = x->tree->anchor.seal->has_votes;
    if (is_vote)
        explain_say(x, "# Votes stand in blocks of rule seal bft, from height 2 on.\n"
                       "[ \"$seal\" = bft ] && [ \"$height\" -ge 1 ]");
    else
        explain_say(x, "# Attest lines stand in blocks of rule finality.\n[ \"$finality\" -gt 0 ]");
    explain_or_no(x, item->line + 1, "block: no %s lines stand in %s", type->name,
                  is_vote && has_votes ? "block 1" : "blocks of this chain");
}

void explain_votes(struct explain *x, const struct node *parent)
{
    const struct item *item = x->item;
    if (item->signed_count)
        allowed_here(x);
    if (x->ended || !x->tree->anchor.seal->has_votes || parent->height == 0)
        return;
    explain_say(x,
                "\n# Its votes are precommits of one round for its parent, by members of the set "
                "that votes on that, ascending.\nbegin_votes %s\n",
                hex32(parent->id).text);
    for (size_t i = 0; i < item->signed_count; i++) {
        struct field v[FIELDS_MAX] = {{"", 0}};
        fields_split(entry_text(item, i), item->entries[i].len, v);
        explain_say(x, "at=%" PRIu64 " && take_vote", item->line + 1 + i);
        for (size_t k = 1; k <= 6; k++)
            explain_quote_field(x, v[k]);
        explain_say(x, "\n");
        ends(x, item->line + 1 + i, "vote: ");
    }
    explain_say(x,
                "# Their weight is more than two thirds of the set's. So the parent is final.\n"
                "at=%" PRIu64 " && end_votes\n",
                item->line);
    ends(x, item->line, "block: votes of weight");
}

void explain_attests(struct explain *x, const struct node *parent)
{
    const struct item *item = x->item;
    if (x->ended || !x->tree->rules.finality || !item->signed_count)
        return;
    explain_say(x,
                "\n# Its attest lines are for the last checkpoint before it, from one that bodies "
                "before this one have justified.\nbegin_attests %s\n",
                hex32(parent->id).text);
    for (size_t i = 0; i < item->signed_count; i++) {
        explain_say(x, "at=%" PRIu64 " && take_attest ", item->line + 1 + i);
        explain_quote(x, entry_text(item, i), item->entries[i].len);
        explain_say(x, "\n");
        ends(x, item->line + 1 + i, "attest: ");
    }
    explain_say(x, "# More than two thirds of both sets from one source justify the target; if "
                   "the source is the checkpoint right before it,\n# it is final.\nend_attests\n");
}

/* --- The books -------------------------------------------------------------------------------- */

void explain_open_members(struct explain *x, const struct node *parent)
{
    explain_say(x, "open_members %s\n", hex32(parent->id).text);
}

void explain_close_members(struct explain *x, const struct node *parent)
{
    const struct item *item = x->item;
    explain_say(x, "close_members %s %" PRId64 " \\\n    %s \\\n    %s\n", hex32(item->id).text,
                item->block.height, hex32(parent->id).text, account_text(&item->block.miner).text);
}

/* FROM, and so many of the operation's arguments. */
static void do_it(struct explain *x, const char *function, const char *from, const struct field *w,
                  size_t n)
{
    explain_say(x, "%s %s", function, from);
    for (size_t i = 1; i <= n; i++)
        explain_quote_field(x, w[i]);
}

static void stake(struct explain *x, uint64_t line, const char *from, const struct field *w)
{
    explain_say(x,
                "# It was not accused, and has the amount, which becomes stake.\n"
                "! is_accused %s",
                from);
    explain_or_no(x, line, "tx: stake: FROM was accused");
    explain_say(x, "amount=");
    explain_quote(x, w[1].text, w[1].len);
    explain_say(x, "\n[ \"$amount\" -le \"$left\" ]");
    explain_or_no(x, line, "tx: %s has ", from);
    explain_say(x, "left=$((left - amount))\n");
    do_it(x, "do_stake", from, w, 1);
    explain_say(x, "\n");
}

static void accuse(struct explain *x, struct field words, const struct node *parent)
{
    struct cursor c = {words.text + strlen("accuse "), words.text + words.len};
    explain_say(x, "# Who signed both lines is a member no more, and loses of its stake.\n"
                   "chain_named=$chain\ntake_evidence");
    while (c.text < c.end)
        explain_quote_field(x, cursor_take_field(&c));
    explain_say(x, "\ndo_accuse %" PRId64 " %s\n", x->item->block.height, hex32(parent->id).text);
}

void explain_member_operation(struct explain *x, uint64_t line, const struct tx *tx,
                              const struct node *parent)
{
    struct field w[FIELDS_MAX] = {{"", 0}}, words = tx_field(tx, tx->words);
    const struct account_text from = account_text(&tx->from);
    const char *name = tx->operation->name;
    fields_split(words.text, words.len, w);
    explain_say(x, "at=%" PRIu64 " earned_by_accusing=0\n", line);
    if (strcmp(name, "stake") == 0) {
        stake(x, line, from.text, w);
    } else if (strcmp(name, "unstake") == 0) {
        explain_say(x, "# It has so much staked, which becomes unbonding; somebody is a member "
                       "still.\n");
        do_it(x, "do_unstake", from.text, w, 1);
        explain_say(x, " %" PRId64 "\n", x->item->block.height);
    } else if (strcmp(name, "admit") == 0) {
        explain_say(x, "# A member wants an account to have a weight; it is so if enough want "
                       "it.\n");
        do_it(x, "do_admit", from.text, w, 2);
        explain_say(x, "\n");
    } else if (strcmp(name, "accuse") == 0) {
        accuse(x, words, parent);
    }
    ends(x, line, "tx: unstake: ");
    ends(x, line, "tx: admit: ");
    ends(x, line, "tx: accuse: ");
}
