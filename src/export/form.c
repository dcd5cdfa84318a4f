#include "export/form.h"

#include "record/types.h"

/* clang-format off */
#define NUMBER(name) {name, FORM_NUMBER, false}
#define PLAIN(name) {name, FORM_PLAIN, false}
#define TEXT(name) {name, FORM_TEXT, false}
/* clang-format on */

/* Of the types that are no signed lines, and of one whose names of fields a line in a body has
 * already. */
static const struct form forms[] = {
    {"block",
     false,
     8,
     {NUMBER("height"), PLAIN("prev"), PLAIN("root"), NUMBER("time"), PLAIN("target"),
      PLAIN("miner"), NUMBER("count"), PLAIN("seal")}},
    {"rule", true, 2, {PLAIN("name"), {"value", FORM_VALUE, false}}},
    {"grant", true, 2, {PLAIN("account"), NUMBER("amount")}},
    {"state", true, 3, {NUMBER("state_height"), PLAIN("root"), NUMBER("count")}},
    {"vote",
     true,
     7,
     {PLAIN("chain"), NUMBER("vote_height"), NUMBER("round"), PLAIN("step"), PLAIN("vote_block"),
      PLAIN("key"), PLAIN("signature")}},
    {"key", false, 2, {PLAIN("account"), TEXT("name")}},
    {"proof",
     false,
     5,
     {PLAIN("block"),
      NUMBER("count"),
      NUMBER("index"),
      PLAIN("record"),
      {"path", FORM_LIST, false}}},
    {"present",
     false,
     3,
     {PLAIN("root"), {"path", FORM_COUNT, false}, {"entry", FORM_LIST, false}}},
    {"absent",
     false,
     4,
     {PLAIN("root"), {"path", FORM_COUNT, false}, PLAIN("place"), {"entry", FORM_LIST, false}}},
};

enum { FORMS = sizeof forms / sizeof forms[0] };

const struct form form_tx = {.type = "tx", .in_body = true};
const struct form form_other = {"other", false, 1, {{"line", FORM_REST, false}}};

static enum form_kind kind_of(const struct signed_field *x)
{
    if (x->kind == SIGNED_FIELD)
        return x->check == field_text ? FORM_TEXT : FORM_STRING;
    return x->kind == SIGNED_NUMBER ? FORM_NUMBER : FORM_PLAIN;
}

static const struct form *form_of_type(const struct record_type *type, struct form *made)
{
    size_t own = strlen(type->name) + strlen(": "); /* what its fields' names begin with */
    for (int i = 0; i < FORMS; i++)
        if (strcmp(forms[i].type, type->name) == 0)
            return &forms[i];
    if (type == &tx_type)
        return &form_tx;
    if (!type->fields)
        return &form_other;
    *made = (struct form){.type = type->name, .in_body = type->in_body};
    for (const struct signed_field *x = type->fields; made->count < FORM_FIELDS_MAX; x++) {
        made->fields[made->count++] = (struct form_field){x->what + own, kind_of(x), false};
        if (x->kind == SIGNED_END)
            return made;
    }
    return &form_other;
}

const struct form *form_named(const char *name, size_t n, struct form *made)
{
    struct field x = {name, n};
    const struct record_type *type;
    for (size_t i = 0; (type = record_type_at(i)); i++)
        if (field_is(x, type->name))
            return form_of_type(type, made);
    return field_is(x, form_other.type) ? &form_other : NULL;
}

const struct form *form_of(const char *line, size_t len, struct form *made)
{
    const struct record_type *type = record_type_of(line, len);
    return type ? form_of_type(type, made) : &form_other;
}

enum form_kind form_of_argument(enum argument_kind kind)
{
    return kind == ARGUMENT_TEXT ? FORM_TEXT : kind == ARGUMENT_NUMBER ? FORM_NUMBER : FORM_PLAIN;
}

int form_parse_tx(const char *line, size_t len, struct tx *tx, struct fault *f)
{
    struct fault partly;
    if (tx_parse(line, len, tx, f) == 0 || tx_parse_partial(line, len, tx, &partly) == 0)
        return 0;
    return tx_is_unsigned(line, len) ? tx_parse_unsigned(line, len, tx, f) : -1;
}

int form_check(const struct form *form, const char *line, size_t len, struct fault *f)
{
    const struct record_type *type = record_type_of(line, len);
    struct tx tx;
    if (form == &form_other)
        return 0;
    return type == &tx_type ? form_parse_tx(line, len, &tx, f) : record_check(type, line, len, f);
}
