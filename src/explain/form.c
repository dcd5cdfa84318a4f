#include "explain/parts.h"

#include "base/hex.h"
#include "crypto/ed25519.h"

#include <inttypes.h>

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
    NUMBER(5, "block", "time"), ID(6, "block", "target"), ID(7, "block", "miner"),
    NUMBER(8, "block", "count"),
    {9, "seal, 1 to 64 hex digits: ", "is_hex \"$9\" 1 64", "block: seal is not"},
    {0, "The target is not zero.", "[ \"$6\" != " ZERO_HASH " ]", "block: target is zero"},
    {0},
};

static const struct field_check of_tx[] = {
    ID(2, "tx", "chain"), ID(3, "tx", "from"), NUMBER(4, "tx", "seq"), NUMBER(5, "tx", "fee"),
    {6, "The operation is 'pay': ", "[ \"$6\" = pay ]", "tx: unknown operation"},
    ID(7, "tx", "to"), NUMBER(8, "tx", "amount"),
    {9, "memo, a text: ", "is_text \"$9\"", "tx: memo: "},
    {0, "The amount is at least 1.", "[ \"$8\" -ge 1 ]", "tx: amount is 0"},
    SIGNATURE(10, "tx"),
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
    ID(2, "key", "account"),
    {3, "name, a text: ", "is_text \"$3\"", "key: name: "},
    {0, "The name is not the empty text.", "[ \"$3\" != - ]", "key: name is empty"},
    {0},
};

static const struct field_check of_grant[] = {
    ID(2, "grant", "account"), NUMBER(3, "grant", "amount"),
    {0, "The amount is at least 1.", "[ \"$3\" -ge 1 ]", "grant: amount is 0"},
    {0},
};

static const struct field_check of_proof[] = {
    ID(2, "proof", "block"), NUMBER(3, "proof", "count"), NUMBER(4, "proof", "index"),
    ID(5, "proof", "id"),
    {0},
};

static const struct form_checks forms[] = {
    [FORM_BLOCK] = {"block", 9, of_block}, [FORM_TX] = {"tx", 10, of_tx},
    [FORM_PEER] = {"peer", 6, of_peer}, [FORM_CHECKPOINT] = {"checkpoint", 7, of_checkpoint},
    [FORM_KEY] = {"key", 3, of_key}, [FORM_GRANT] = {"grant", 3, of_grant},
    [FORM_PROOF] = {"proof", -5, of_proof}, [FORM_STATEMENT] = {"statement", 4, of_statement},
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
    comment(x, "Its value: ", value);
    if (field_is(name, "name")) {
        explain_say(x, "is_text \"$3\"");
        explain_or_no(x, line, "rule: name: ");
    } else if (field_is(name, "seal")) {
        explain_say(x, "[ \"$3\" = pow ]");
        explain_or_no(x, line, "rule: unknown seal");
    } else {
        explain_say(x, "is_number \"$3\"");
        explain_or_no(x, line, "rule: '");
        if (field_is(name, "spacing")) {
            explain_say(x, "[ \"$3\" -ge 1 ]");
            explain_or_no(x, line, "rule: spacing is less");
        }
    }
}

void explain_rule(struct explain *x, uint64_t line, const char *text, size_t len)
{
    struct field fields[FIELDS_MAX];
    split(x, "rule", 3, line, text, len, fields);
    if (x->ended)
        return;
    comment(x, "A known rule, given once: ", fields[1]);
    explain_say(x, "case $2 in\n"
                   "name | seal | spacing | halflife | reward | halving | maxblock | minfee) ;;\n"
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

/* The order of the group, 2^252 + 27742317777372353535851937790883648493 (RFC 8032, section 5.1),
 * lowest byte first. */
static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                  0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};

static bool is_below_order(const uint8_t s[32])
{
    for (int i = 31; i >= 0; i--)
        if (s[i] != order[i])
            return s[i] < order[i];
    return false;
}

/* One of several checks with the same rule: the item fails at the first that fails. */
static void or_bad_signature(struct explain *x, uint64_t line, const char *type, bool holds)
{
    const struct fault *why = x->why;
    if (holds)
        x->why = NULL;
    explain_or_no(x, line, "%s: bad signature", type);
    x->why = why;
}

void explain_signature(struct explain *x, uint64_t line, const char *type,
                       const uint8_t key[ID_LEN], const char *text, size_t len)
{
    const char *signature = text + len - 2 * SIGNATURE_LEN;
    uint8_t bytes[SIGNATURE_LEN];
    if (x->ended || hex_decode(bytes, signature, SIGNATURE_LEN))
        return;
    explain_say(x,
                "# The key, and the signature's first half, are valid points of the curve.\n"
                "is_sound %s &&\n    is_sound %.64s",
                hex32(key).text, signature);
    or_bad_signature(x, line, type, ed25519_sound(key) && ed25519_sound(bytes));
    explain_say(x,
                "# Its second half, reversed, is a number below the order of the group.\n"
                "! is_at_most 1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed \\\n"
                "    \"$(reversed %.64s)\"",
                signature + 64);
    or_bad_signature(x, line, type, is_below_order(bytes + 32));
    explain_say(x, "# It signs every byte before the space that precedes it.\nput message ");
    explain_quote(x, text, len - 2 * SIGNATURE_LEN - 1);
    explain_say(x,
                "\nbytes signature %.128s\nbytes key.der 302a300506032b6570032100%s\n"
                "openssl_agrees",
                signature, hex32(key).text);
    or_bad_signature(x, line, type, false);
}
