#include "record/rules.h"

#include "base/num.h"
#include "record/types.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* The lines that chains of any seal may have, in the order in which a missing one is named. */
static const struct rule general[] = {
    {"spacing", .least = 1, .at = offsetof(struct rules, spacing)},
    {"halflife", .at = offsetof(struct rules, halflife)},
    {"reward", .at = offsetof(struct rules, reward)},
    {"halving", .at = offsetof(struct rules, halving)},
    {"maxblock", .at = offsetof(struct rules, maxblock)},
    {"minfee", .at = offsetof(struct rules, minfee)},
    {"name", .kind = RULE_TEXT},
    {"seal", .kind = RULE_SEAL},
    {"bytefee", .optional = true, .least = 1, .at = offsetof(struct rules, bytefee)},
    {"state", .optional = true, .least = 1, .at = offsetof(struct rules, state)},
    {"apart", .optional = true, .least = 1, .seals = "sign", .at = offsetof(struct rules, apart)},
    {"finality", .optional = true, .least = 1, .seals = "pow sign",
     .at = offsetof(struct rules, finality)},
    {"unbonding", .least = 3, .most = INT64_C(1) << 31, .allow = "stake",
     .at = offsetof(struct rules, unbonding)},
    {"slash", .least = 1, .most = 1000, .allow = "stake", .at = offsetof(struct rules, slash)},
    {"minstake", .least = 1, .allow = "stake", .at = offsetof(struct rules, minstake)},
    {"admit", .kind = RULE_ALLOW},
    {"batch", .kind = RULE_ALLOW},
    {"policy", .kind = RULE_ALLOW},
    {"slh-dsa", .kind = RULE_ALLOW},
    {"sponsor", .kind = RULE_ALLOW},
    {"stake", .kind = RULE_ALLOW, .seals = "pow bft"},
};

enum { GENERAL = sizeof general / sizeof general[0] };

/* A row: the general ones come first, then those of each seal. */
struct row {
    const struct rule *rule;
    size_t i;                       /* its number */
    size_t more;                    /* how many rows before it have their number in `more` */
    size_t seal;                    /* whose it is, */
    const struct rule_owner *owner; /* or NULL: any seal's */
};

static bool is_more(const struct rule *rule)
{
    return rule->kind == RULE_NUMBER && rule->at == 0;
}

/* Goes on to the next row; *r is all zero before the first. Rows that have no field in
 * struct rules are left out, and so unknown. */
static bool row_next(struct row *r)
{
    if (r->rule) {
        r->i++;
        r->more += is_more(r->rule);
    }
    r->rule = NULL;
    if (r->i < GENERAL) {
        r->rule = &general[r->i];
    } else {
        size_t own = r->i - GENERAL;
        for (r->seal = 0; (r->owner = rules_seal(r->seal)) && own >= r->owner->count; r->seal++)
            own -= r->owner->count;
        if (r->owner)
            r->rule = &r->owner->rules[own];
    }
    return r->rule && r->i < RULES_MAX && r->more + is_more(r->rule) <= RULES_MORE;
}

static bool is_given(const struct rules *r, const struct row *row)
{
    return r->seen >> row->i & 1;
}

static int64_t *number_at(struct rules *r, const struct row *row)
{
    return row->rule->at ? (int64_t *)(void *)((char *)r + row->rule->at) : &r->more[row->more];
}

static bool find_given(const struct rules *r, const char *name, struct row *row)
{
    *row = (struct row){0};
    while (row_next(row))
        if (is_given(r, row) && strcmp(row->rule->name, name) == 0)
            return true;
    return false;
}

bool rules_has(const struct rules *r, const char *name)
{
    struct row row;
    return find_given(r, name, &row);
}

bool rules_number(const struct rules *r, const char *name, int64_t *number)
{
    struct row row;
    if (!find_given(r, name, &row))
        return false;
    *number = *number_at((struct rules *)r, &row);
    return true;
}

static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == 0))
            return true;
    return false;
}

/* Whether the chain, whose seal and allowances are known, may have the line. */
static bool may_have(const struct rules *r, const struct row *row)
{
    const struct rule *rule = row->rule;
    return (!row->owner || row->seal == r->seal) &&
           (!rule->seals || has_word(rule->seals, rules_seal(r->seal)->name)) &&
           (!rule->allow || rules_has(r, rule->allow));
}

static bool is_required(const struct rule *rule)
{
    return !rule->optional && rule->kind != RULE_ALLOW;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static bool find(struct row *row, const struct field x[3])
{
    *row = (struct row){0};
    while (row_next(row))
        if (row->rule->kind == RULE_ALLOW
                ? field_is(x[1], "allow") && field_is(x[2], row->rule->name)
                : field_is(x[1], row->rule->name))
            return true;
    return false;
}

static int set_seal(struct rules *r, struct field value, struct fault *f)
{
    const struct rule_owner *owner;
    for (size_t i = 0; (owner = rules_seal(i)); i++)
        if (field_is(value, owner->name)) {
            r->seal = i;
            return 0;
        }
    return fault_rule(f, "rule: unknown seal");
}

static int set_name(struct rules *r, struct field value, struct fault *f)
{
    if (field_text(value, "rule: name", f))
        return -1;
    memcpy(r->name, value.text, value.len);
    r->name[value.len] = 0;
    return 0;
}

static int set_number(struct rules *r, const struct row *row, struct field value, struct fault *f)
{
    const struct rule *rule = row->rule;
    int64_t *number = number_at(r, row);
    if (field_number(value, "rule", number, f))
        return -1;
    if (*number < rule->least)
        return fault_rule(f, "rule: %s is less than %" PRId64, rule->name, rule->least);
    if (rule->most && *number > rule->most)
        return fault_rule(f, "rule: %s is more than %" PRId64, rule->name, rule->most);
    return 0;
}

/* As much of a field as fits in a message. */
static int shown(struct field x)
{
    return x.len > 40 ? 40 : (int)x.len;
}

int rules_read(struct rules *r, const char *line, size_t len, struct fault *f)
{
    struct field x[FIELDS_MAX];
    struct row row;
    size_t n = fields_split(line, len, x);
    if (n != 3 || !field_is(x[0], "rule"))
        return fault_rule(f, "rule: %zu fields, expected 3", n);
    bool allows = field_is(x[1], "allow");
    if (!find(&row, x))
        return fault_rule(f, "rule: unknown rule '%.*s%s%.*s'", shown(x[1]), x[1].text,
                          allows ? " " : "", allows ? shown(x[2]) : 0, x[2].text);
    if (is_given(r, &row))
        return fault_rule(f, "rule: %s is given twice", row.rule->name);
    r->seen |= UINT64_C(1) << row.i;
    switch (row.rule->kind) {
    case RULE_NUMBER:
        return set_number(r, &row, x[2], f);
    case RULE_TEXT:
        return set_name(r, x[2], f);
    case RULE_SEAL:
        return set_seal(r, x[2], f);
    case RULE_ALLOW:
        break;
    }
    return 0;
}

bool rules_members(const struct rules *r)
{
    return rules_seal(r->seal)->by_members || r->finality;
}

/* What the rules about members ask of each other, besides what the table says. */
static int check_members(const struct rules *r, struct fault *f)
{
    bool stake = rules_has(r, "stake"), admit = rules_has(r, "admit");
    if (stake && admit)
        return fault_rule(f, "block: genesis: rule allow stake and rule allow admit exclude each "
                             "other");
    if ((stake || admit) && !rules_members(r))
        return fault_rule(f,
                          "block: genesis: rule allow %s needs members: another seal, or rule "
                          "finality",
                          stake ? "stake" : "admit");
    if (r->halflife && rules_seal(r->seal)->by_members)
        return fault_rule(f, "block: genesis: rule halflife is not 0 under this seal");
    return 0;
}

int rules_complete(const struct rules *r, struct fault *f)
{
    struct row row = {0};
    while (row_next(&row)) {
        bool given = is_given(r, &row), may = may_have(r, &row);
        if (given && !may)
            return fault_rule(f, "block: genesis: rule %s belongs to another seal or feature",
                              row.rule->name);
        if (!given && may && is_required(row.rule))
            return fault_rule(f, "block: genesis: rule %s is missing", row.rule->name);
    }
    return check_members(r, f);
}

int rules_fee(const struct rules *r, size_t len, int64_t *least)
{
    return __builtin_mul_overflow(r->bytefee, (int64_t)len, least)
               ? -1
               : number_add(*least, r->minfee, least);
}

int rules_account(const struct rules *r, const struct account *a, const char *what, struct fault *f)
{
    const char *allow = a->form == ACCOUNT_POLICY ? "policy" : "slh-dsa";
    if (a->form == ACCOUNT_KEY || rules_has(r, allow))
        return 0;
    return fault_rule(f, "%s: %s: this chain has no such accounts (rule allow %s)", what,
                      account_text(a).text, allow);
}

/* --- Writing ---------------------------------------------------------------------------------- */

static int format_row(const struct rules *r, const struct row *row, struct buf *out)
{
    if (row->rule->kind == RULE_ALLOW)
        return buf_add_string(out, "rule allow ") || buf_add_string(out, row->rule->name) ||
               buf_add_string(out, "\n");
    return buf_add_string(out, "rule ") || buf_add_string(out, row->rule->name) ||
           buf_add_string(out, " ") || buf_add_number(out, *number_at((struct rules *)r, row)) ||
           buf_add_string(out, "\n");
}

int rules_format(const struct rules *r, struct buf *out)
{
    struct row row = {0};
    if (buf_add_string(out, "rule name ") || buf_add_string(out, r->name) ||
        buf_add_string(out, "\nrule seal ") || buf_add_string(out, rules_seal(r->seal)->name) ||
        buf_add_string(out, "\n"))
        return -1;
    while (row_next(&row)) {
        if (row.rule->kind != RULE_NUMBER && row.rule->kind != RULE_ALLOW)
            continue;
        bool stands = is_given(r, &row) || (is_required(row.rule) && may_have(r, &row));
        if (stands && format_row(r, &row, out))
            return -1;
    }
    return 0;
}

/* --- Grants and rewards ----------------------------------------------------------------------- */

int grant_parse(const char *line, size_t len, struct account *account, int64_t *amount,
                struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (n != 3 || !field_is(x[0], "grant"))
        return fault_rule(f, "grant: %zu fields, expected 3", n);
    if (account_field(x[1], "grant: account", account, f) ||
        field_number(x[2], "grant: amount", amount, f))
        return -1;
    return *amount == 0 ? fault_rule(f, "grant: amount is 0") : 0;
}

int64_t rules_reward(const struct rules *r, int64_t height)
{
    int64_t halvings = r->halving ? height / r->halving : 0;
    return halvings < 63 ? r->reward >> halvings : 0;
}

static int check_rule(const char *line, size_t len, struct fault *f)
{
    struct rules r = {.seen = 0};
    return rules_read(&r, line, len, f);
}

static int check_grant(const char *line, size_t len, struct fault *f)
{
    struct account account;
    int64_t amount;
    return grant_parse(line, len, &account, &amount, f);
}

const struct record_type rule_type = {.name = "rule", .check = check_rule, .in_genesis = true};
const struct record_type grant_type = {.name = "grant", .check = check_grant, .in_genesis = true};
