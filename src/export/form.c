#include "export/form.h"

#include "record/block.h"
#include "record/checkpoint.h"
#include "record/key.h"
#include "record/peer.h"
#include "record/proof.h"
#include "record/rules.h"
#include "record/statement.h"
#include "record/tx.h"

/* clang-format off */
#define NUMBER(name) {name, FORM_NUMBER, false}
#define STRING(name) {name, FORM_STRING, false}
#define PLAIN(name) {name, FORM_PLAIN, false}
#define TEXT(name) {name, FORM_TEXT, false}
/* clang-format on */

static const struct form forms[] = {
    {"tx",
     true,
     9,
     {PLAIN("chain"),
      PLAIN("from"),
      NUMBER("seq"),
      NUMBER("fee"),
      PLAIN("operation"),
      PLAIN("to"),
      NUMBER("amount"),
      TEXT("memo"),
      {"signature", FORM_PLAIN, true}}},
    {"block",
     false,
     8,
     {NUMBER("height"), PLAIN("prev"), PLAIN("root"), NUMBER("time"), PLAIN("target"),
      PLAIN("miner"), NUMBER("count"), PLAIN("seal")}},
    {"rule", true, 2, {PLAIN("name"), {"value", FORM_VALUE, false}}},
    {"grant", true, 2, {PLAIN("account"), NUMBER("amount")}},
    {"key", false, 2, {PLAIN("account"), TEXT("name")}},
    {"peer",
     false,
     5,
     {PLAIN("chain"), PLAIN("key"), STRING("address"), NUMBER("time"), PLAIN("signature")}},
    {"checkpoint",
     false,
     6,
     {PLAIN("chain"), NUMBER("height"), PLAIN("block"), PLAIN("key"), NUMBER("time"),
      PLAIN("signature")}},
    {"statement", false, 3, {PLAIN("account"), TEXT("text"), PLAIN("signature")}},
    {"proof",
     false,
     5,
     {PLAIN("block"),
      NUMBER("count"),
      NUMBER("index"),
      PLAIN("record"),
      {"path", FORM_LIST, false}}},
};

enum { FORMS = sizeof forms / sizeof forms[0] };

const struct form form_other = {"other", false, 1, {{"line", FORM_REST, false}}};

const struct form *form_named(const char *type, size_t n)
{
    struct field x = {type, n};
    for (int i = 0; i < FORMS; i++)
        if (field_is(x, forms[i].type))
            return &forms[i];
    return field_is(x, form_other.type) ? &form_other : NULL;
}

const struct form *form_of(const char *line, size_t len)
{
    for (int i = 0; i < FORMS; i++)
        if (line_is(line, len, forms[i].type))
            return &forms[i];
    return &form_other;
}

static int check_tx(const char *line, size_t len, struct fault *f)
{
    struct tx tx;
    struct field x[FIELDS_MAX];
    if (fields_split(line, len, x) == FORM_FIELDS_MAX)
        return tx_parse_unsigned(line, len, &tx, f);
    return tx_parse(line, len, &tx, f);
}

static int check_grant(const char *line, size_t len, struct fault *f)
{
    struct account account;
    int64_t amount;
    return grant_parse(line, len, &account, &amount, f);
}

/* A type that the parser reads into a struct of its own. */
#define CHECK(type)                                                                                \
    static int check_##type(const char *line, size_t len, struct fault *f)                         \
    {                                                                                              \
        struct type parsed;                                                                        \
        return type##_parse(line, len, &parsed, f);                                                \
    }
CHECK(block)
CHECK(key)
CHECK(peer)
CHECK(checkpoint)
CHECK(proof)

static int check_statement(const char *line, size_t len, struct fault *f)
{
    struct signed_text s;
    return statement_parse(line, len, &s, f);
}

static int check_rule(const char *line, size_t len, struct fault *f)
{
    struct rules rules = {.seen = 0};
    return rules_read(&rules, line, len, f);
}

int form_check(const struct form *form, const char *line, size_t len, struct fault *f)
{
    static int (*const checks[FORMS])(const char *line, size_t len, struct fault *f) = {
        check_tx,   check_block,      check_rule,      check_grant, check_key,
        check_peer, check_checkpoint, check_statement, check_proof};
    return form == &form_other ? 0 : checks[form - forms](line, len, f);
}
