#include "explain/parts.h"

#include "base/hex.h"
#include <inttypes.h>
#include <stdio.h>

/* A check of a form's fields: which field, the comment, the command and the rule. */
struct field_check {
    int field;
    const char *comment, *command, *rule;
};

#define ZERO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

struct form_checks {
    const char *type;
    int fields; /* negative: that many or more */
    const struct field_check *checks;
};

#define ID(n, type, name)                                                                          \
    {                                                                                              \
        n, name ", 64 hex digits: ", "is_hex \"$" #n "\" 64 64", type ": " name ": "               \
    }
#define ACCOUNT(n, type, name)                                                                     \
    {                                                                                              \
        n, name ", an account: ", "is_account \"$" #n "\"", type ": " name ": '"                   \
    }
#define NUMBER(n, type, name)                                                                      \
    {                                                                                              \
        n, name ", a number: ", "is_number \"$" #n "\"", type ": " name ": "                       \
    }
#define SIGNATURE(n, type)                                                                         \
    {                                                                                              \
        0, "signature, 128 hex digits.", "is_hex \"${" #n "}\" 128 128", type ": signature: "      \
    }

/* clang-format off */
static const struct field_check of_block[] = {
    NUMBER(2, "block", "height"), ID(3, "block", "prev"), ID(4, "block", "root"),
    NUMBER(5, "block", "time"), ID(6, "block", "target"), ACCOUNT(7, "block", "miner"),
    NUMBER(8, "block", "count"),
    {9, "seal, 1 to 64 or 128 hex digits: ", "is_hex \"$9\" 1 64 || is_hex \"$9\" 128 128", "block: seal is not 1 to"},
    {0, "The target is not zero.", "[ \"$6\" != " ZERO_HASH " ]", "block: target is zero"},
    {0},
};

static const struct field_check of_peer[] = {
    ID(2, "peer", "chain"), ID(3, "peer", "key"),
    {4, "address, HOST:PORT: ", "is_address \"$4\"", "peer: address: "},
    NUMBER(5, "peer", "time"), SIGNATURE(6, "peer"),
    {0},
};

static const struct field_check of_checkpoint[] = {
    ID(2, "checkpoint", "chain"), NUMBER(3, "checkpoint", "height"), ID(4, "checkpoint", "block"),
    ID(5, "checkpoint", "key"), NUMBER(6, "checkpoint", "time"), SIGNATURE(7, "checkpoint"),
    {0},
};

static const struct field_check of_statement[] = {
    ID(2, "statement", "account"), {3, "what is said, a text: ", "is_text \"$3\"", "statement: text: "},
    SIGNATURE(4, "statement"),
    {0},
};

static const struct field_check of_key[] = {
    ACCOUNT(2, "key", "account"),
    {3, "name, a text: ", "is_text \"$3\"", "key: name: "},
    {0, "The name is not the empty text.", "[ \"$3\" != - ]", "key: name is empty"},
    {0},
};

static const struct field_check of_grant[] = {
    ACCOUNT(2, "grant", "account"), NUMBER(3, "grant", "amount"),
    {0, "The amount is at least 1.", "[ \"$3\" -ge 1 ]", "grant: amount is 0"},
    {0},
};

static const struct field_check of_proof[] = {
    ID(2, "proof", "block"), NUMBER(3, "proof", "count"), NUMBER(4, "proof", "index"),
    ID(5, "proof", "id"),
    {0},
};

static const struct field_check of_state[] = {
    NUMBER(2, "state", "height"), ID(3, "state", "root"), NUMBER(4, "state", "count"),
    {0},
};

static const struct field_check of_member[] = {
    {2, "account, 64 hex digits: ", "is_hex \"$2\" 64 64", "member: account: '"},
    {0, "It is canonical, and not of small order.", "is_sound \"$2\"", "member: account: not canonical"},
    NUMBER(3, "member", "weight"), {0, "The weight is at least 1.", "[ \"$3\" -ge 1 ]", "member: weight is 0"},
    {0},
};

static const struct field_check of_vote[] = {
    ID(2, "vote", "chain"), NUMBER(3, "vote", "height"), NUMBER(4, "vote", "round"),
    {5, "step: ", "[ \"$5\" = prevote ] || [ \"$5\" = precommit ]", "vote: step: not"},
    ID(6, "vote", "block"), ID(7, "vote", "key"), SIGNATURE(8, "vote"),
    {0},
};

static const struct field_check of_proposal[] = {
    ID(2, "proposal", "chain"), NUMBER(3, "proposal", "height"), NUMBER(4, "proposal", "round"),
    {5, "valid round, a number or none: ", "[ \"$5\" = - ] || is_number \"$5\"", "proposal: validround: "},
    ID(6, "proposal", "block"), ID(7, "proposal", "key"), SIGNATURE(8, "proposal"),
    {0},
};

static const struct field_check of_attest[] = {
    ID(2, "attest", "chain"), NUMBER(3, "attest", "sourceheight"), ID(4, "attest", "source"),
    NUMBER(5, "attest", "targetheight"), ID(6, "attest", "target"), ID(7, "attest", "key"), SIGNATURE(8, "attest"),
    {0},
};

static const struct form_checks forms[] = {
    [FORM_BLOCK] = {"block", 9, of_block},
    [FORM_PEER] = {"peer", 6, of_peer}, [FORM_CHECKPOINT] = {"checkpoint", 7, of_checkpoint},
    [FORM_KEY] = {"key", 3, of_key}, [FORM_GRANT] = {"grant", 3, of_grant},
    [FORM_PROOF] = {"proof", -5, of_proof}, [FORM_STATEMENT] = {"statement", 4, of_statement},
    [FORM_STATE] = {"state", 4, of_state}, [FORM_MEMBER] = {"member", 3, of_member},
    [FORM_VOTE] = {"vote", 8, of_vote}, [FORM_PROPOSAL] = {"proposal", 8, of_proposal},
    [FORM_ATTEST] = {"attest", 8, of_attest},
};
/* clang-format on */

/* A comment with a field's value, or as much of it as fits on a line that people read. */
static void comment(struct explain *x, const char *words, struct field value)
{
    enum { SHOWN = 200 };
    explain_say(x, "# %s", words);
    if (value.len && explain_is_plain(value.text, value.len))
        explain_put(x, value.text, value.len < SHOWN ? value.len : SHOWN);
    explain_say(x, value.len > SHOWN ? " ...\n" : "\n");
}

static void split(struct explain *x, const char *type, int fields, uint64_t line, const char *text,
                  size_t len, struct field out[FIELDS_MAX])
{
    size_t n = fields_split(text, len, out);
    explain_say(x, "# Its fields are $1, $2 and so on: %zu of them.\nset -- $line\n[ $# %s %d ]", n,
                fields < 0 ? "-ge" : "-eq", fields < 0 ? -fields : fields);
    explain_or_no(x, line, "%s: %zu fields", type, n);
}

void explain_form(struct explain *x, enum form form, uint64_t line, const char *text, size_t len)
{
    const struct form_checks *t = &forms[form];
    struct field fields[FIELDS_MAX];
    split(x, t->type, t->fields, line, text, len, fields);
    for (const struct field_check *c = t->checks; c->command && !x->ended; c++) {
        comment(x, c->comment, c->field ? fields[c->field - 1] : (struct field){0});
        explain_say(x, "%s", c->command);
        explain_or_no(x, line, "%s", c->rule);
    }
}

/* The value of a rule whose name is the same in the script. */
static void rule_value(struct explain *x, uint64_t line, struct field name, struct field value)
{
    static const struct {
        const char *name, *least, *most;
    } limits[] = {{"spacing", "1", NULL}, {"bytefee", "1", NULL},  {"state", "1", NULL},
                  {"apart", "1", NULL},   {"finality", "1", NULL}, {"unbonding", "3", "2147483648"},
                  {"slash", "1", "1000"}, {"minstake", "1", NULL}};
    char rule[64];
    comment(x, "Its value: ", value);
    if (field_is(name, "name")) {
        explain_say(x, "is_text \"$3\"");
        explain_or_no(x, line, "rule: name: ");
        return;
    }
    if (field_is(name, "seal")) {
        explain_say(x, "case $3 in pow | sign | bft) ;; *) false ;; esac");
        explain_or_no(x, line, "rule: unknown seal");
        return;
    }
    explain_say(x, "is_number \"$3\"");
    explain_or_no(x, line, "rule: '");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (!field_is(name, limits[i].name))
            continue;
        snprintf(rule, sizeof rule, "rule: %s is less", limits[i].name);
        explain_say(x, "[ \"$3\" -ge %s ]", limits[i].least);
        explain_or_no(x, line, "%s", rule);
        if (!limits[i].most)
            continue;
        snprintf(rule, sizeof rule, "rule: %s is more", limits[i].name);
        explain_say(x, "[ \"$3\" -le %s ]", limits[i].most);
        explain_or_no(x, line, "%s", rule);
    }
}

/* A line that allows something: one that the script knows, once. */
static void allowance(struct explain *x, uint64_t line, struct field what)
{
    comment(x, "What it allows is known, and allowed once: ", what);
    explain_say(
        x, "case $3 in admit | batch | policy | slh-dsa | sponsor | stake) ;; *) false ;; esac");
    explain_or_no(x, line, "rule: unknown rule");
    if (x->ended)
        return;
    explain_say(x, "[ ! -e \"rules/allow-$3\" ]");
    explain_or_no(x, line, "rule: %.*s is given twice", what.len > 40 ? 40 : (int)what.len,
                  what.text);
    explain_say(x, "put \"rules/allow-$3\" \"$3\"\n");
}

void explain_rule(struct explain *x, uint64_t line, const char *text, size_t len)
{
    struct field fields[FIELDS_MAX];
    split(x, "rule", 3, line, text, len, fields);
    if (x->ended)
        return;
    if (field_is(fields[1], "allow")) {
        allowance(x, line, fields[2]);
        return;
    }
    comment(x, "A known rule, given once: ", fields[1]);
    explain_say(x, "case $2 in\n"
                   "name | seal | spacing | halflife | reward | halving | maxblock | minfee | "
                   "bytefee | state | apart | finality | unbonding | slash | minstake) ;;\n"
                   "*) false ;;\nesac");
    explain_or_no(x, line, "rule: unknown rule");
    if (x->ended)
        return;
    explain_say(x, "[ ! -e \"rules/$2\" ]");
    explain_or_no(x, line, "rule: %.*s is given twice",
                  fields[1].len > 40 ? 40 : (int)fields[1].len, fields[1].text);
    rule_value(x, line, fields[1], fields[2]);
    explain_say(x, "put \"rules/$2\" \"$3\"\n");
}

/* A line that no shell can hold, or that is not in its form: one check for each possible fault. */
static void broken_line(struct explain *x, uint64_t line, const char *text, size_t len)
{
    bool torn = explain_fails(x, line, "line: torn");
    if (explain_fails(x, line, "line: over")) {
        explain_say(
            x,
            "# The line is too long to be shown here: it has at least %zu bytes, the most is %d.\n"
            "[ %zu -le %d ]",
            len + 1, LINE_MAX_LEN, len + 1, LINE_MAX_LEN);
        explain_or_no(x, line, "line: over");
        return;
    }
    explain_say(x, "# The line, byte by byte.\n");
    explain_raw(x, text, len);
    explain_say(x, torn ? "" : "raw '\\n'\n");
    explain_say(x, "# It ends in a newline.\n[ \"$(tail -c 1 record | od -An -tx1)\" = ' 0a' ]");
    explain_or_no(x, line, "line: torn");
    explain_say(x, "# It has at least one byte.\n[ \"$(tail -n 1 record | wc -c)\" -gt 1 ]");
    explain_or_no(x, line, "line: empty");
    if (explain_fails(x, line, "line: byte")) {
        explain_say(x, "# It has only printable ASCII: without that, nothing is left.\n"
                       "[ \"$(tail -n 1 record | tr -d ' -~\\n' | wc -c)\" -eq 0 ]");
        explain_or_no(x, line, "line: byte");
    }
    explain_say(
        x,
        "# It does not begin with a space, and has no two spaces in a row.\n"
        "[ \"$(tail -n 1 record | tr -s ' ' | wc -c)\" -eq \"$(tail -n 1 record | wc -c)\" ] &&\n"
        "    [ \"$(tail -n 1 record | head -c 1 | od -An -tx1)\" != ' 20' ]");
    explain_or_no(x, line, "line: fields are split");
    explain_say(
        x, "# It does not end in a space.\n[ \"$(tail -c 2 record | od -An -tx1)\" != ' 20 0a' ]");
    explain_or_no(x, line, "line: space at the end");
}

void explain_line(struct explain *x, uint64_t line, const char *text, size_t len)
{
    if (!x->ended)
        x->shown = (size_t)(text - x->item->text) + len + 1;
    if (explain_fails(x, line, "line: ")) {
        broken_line(x, line, text, len);
        return;
    }
    explain_say(x, "record ");
    explain_quote(x, text, len);
    explain_say(x, "\n# Printable ASCII, single spaces.\nis_line \"$line\"");
    explain_or_no(x, line, "line: is none");
}

void explain_id(struct explain *x, const uint8_t id[ID_LEN])
{
    explain_say(x,
                "# Its id is its hash. (sha256sum appends the name of its input, -.)\n"
                "[ \"$(printf '%%s' \"$line\" | sha256sum)\" = \\\n"
                "    '%s  -' ] || trouble 'another hash'\n",
                hex32(id).text);
}
