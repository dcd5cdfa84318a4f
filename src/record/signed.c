#include "record/signed.h"

#include "base/hex.h"
#include "record/account.h"
#include "record/types.h"

static int read_field(const struct signed_field *to, struct field x, struct signed_line *s,
                      void *own, struct fault *f)
{
    int64_t number;
    uint8_t id[ID_LEN];
    struct account account;
    void *at = own ? (char *)own + to->at : NULL;
    switch (to->kind) {
    case SIGNED_CHAIN:
        return field_id(x, to->what, s->chain, f);
    case SIGNED_BY:
        return field_id(x, to->what, s->signer, f);
    case SIGNED_BY_ACCOUNT:
        if (account_field(x, to->what, &account, f))
            return -1;
        memcpy(s->signer, account.id, ID_LEN);
        return account.form == ACCOUNT_KEY ? 0 : fault_rule(f, "%s: not an Ed25519 key", to->what);
    case SIGNED_ID:
        return field_id(x, to->what, at ? at : id, f);
    case SIGNED_NUMBER:
        return field_number(x, to->what, at ? at : &number, f);
    case SIGNED_FIELD:
        if (at)
            *(struct field *)at = x;
        return to->check(x, to->what, f);
    default:
        s->signed_len = signed_length(s->text, x);
        return field_signature(x, to->what, s->signature, f);
    }
}

static size_t count_fields(const struct record_type *type)
{
    size_t n = 1;
    while (type->fields[n - 1].kind != SIGNED_END)
        n++;
    return n + 1;
}

int signed_parse(const struct record_type *type, const char *line, size_t len,
                 struct signed_line *s, void *own, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x), want = count_fields(type);
    if (!field_is(x[0], type->name))
        return fault_rule(f, "not a %s", type->name);
    if (n != want)
        return fault_rule(f, "%s: %zu fields, expected %zu", type->name, n, want);
    s->text = line;
    s->len = len;
    for (size_t i = 1; i < n; i++)
        if (read_field(&type->fields[i - 1], x[i], s, own, f))
            return -1;
    return 0;
}

static int put_id(const uint8_t id[ID_LEN], struct buf *out)
{
    return buf_add(out, hex32(id).text, 2 * ID_LEN);
}

static int put_field(const struct signed_field *from, const struct signed_line *s, const void *own,
                     struct buf *out)
{
    const void *at = (const char *)own + from->at;
    const struct field *x = at;
    switch (from->kind) {
    case SIGNED_CHAIN:
        return put_id(s->chain, out);
    case SIGNED_BY:
    case SIGNED_BY_ACCOUNT:
        return put_id(s->signer, out);
    case SIGNED_ID:
        return put_id(at, out);
    case SIGNED_NUMBER:
        return buf_add_number(out, *(const int64_t *)at);
    default:
        return buf_add(out, x->text, x->len);
    }
}

int signed_format(const struct record_type *type, const struct signed_line *s, const void *own,
                  struct buf *out)
{
    if (buf_add_string(out, type->name))
        return -1;
    for (const struct signed_field *x = type->fields; x->kind != SIGNED_END; x++)
        if (buf_add_string(out, " ") || put_field(x, s, own, out))
            return -1;
    return 0;
}
