#include "record/key.h"

#include "record/types.h"

int key_parse(const char *line, size_t len, struct key *k, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (!field_is(x[0], "key"))
        return fault_rule(f, "not a key");
    if (n != 3)
        return fault_rule(f, "key: %zu fields, expected 3", n);
    if (account_field(x[1], "key: account", &k->account, f) || field_text(x[2], "key: name", f))
        return -1;
    k->name = x[2];
    return field_is(k->name, "-") ? fault_rule(f, "key: name is empty") : 0;
}

int key_format(const struct key *k, struct buf *out)
{
    struct account_text account = account_text(&k->account);
    return buf_add_string(out, "key ") || buf_add(out, account.text, account.len) ||
                   buf_add_string(out, " ") || buf_add(out, k->name.text, k->name.len) ||
                   buf_add_string(out, "\n")
               ? -1
               : 0;
}

static int check(const char *line, size_t len, struct fault *f)
{
    struct key k;
    return key_parse(line, len, &k, f);
}

const struct record_type key_type = {.name = "key", .check = check, .alone = true};
