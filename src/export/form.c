#include "export/form.h"

#include "record/tx.h"
#include "record/types.h"

/* clang-format off */
#define NUMBER(name) {name, FORM_NUMBER, false}
#define STRING(name) {name, FORM_STRING, false}
#define PLAIN(name) {name, FORM_PLAIN, false}
#define TEXT(name) {name, FORM_TEXT, false}
/* clang-format on */

static const struct form forms[] = {
    {"tx",
     true,
     6,
     {PLAIN("chain"),
      PLAIN("from"),
      NUMBER("seq"),
      NUMBER("fee"),
      PLAIN("operation"),
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

const struct form *form_of_operation(const struct form *form, struct field operation,
                                     struct form *room)
{
    static const enum form_kind kinds[] = {[ARGUMENT_ACCOUNT] = FORM_PLAIN,
                                           [ARGUMENT_NUMBER] = FORM_NUMBER,
                                           [ARGUMENT_TEXT] = FORM_TEXT};
    const struct operation *op = operation_named(operation);
    if (strcmp(form->type, "tx") != 0)
        return form;
    *room = *form;
    room->count--; /* the signature comes after the arguments */
    if (op && op->repeated) {
        room->fields[room->count++] = (struct form_field){"rest", FORM_LIST, false};
        return room;
    }
    for (const struct argument *a = (op ? op : operations[0])->arguments; a->name; a++)
        room->fields[room->count++] = (struct form_field){a->name, kinds[a->kind], false};
    room->fields[room->count++] = form->fields[form->count - 1];
    return room;
}

int form_check(const struct form *form, const char *line, size_t len, struct fault *f)
{
    const struct record_type *type = record_type_of(line, len);
    struct tx tx;
    if (form == &form_other)
        return 0;
    if (type == &tx_type && tx_is_unsigned(line, len))
        return tx_parse_unsigned(line, len, &tx, f);
    return record_check(type, line, len, f);
}
