#include "record/account.h"

_Static_assert(sizeof(struct account) == 1 + ID_LEN, "accounts are compared as bytes");

struct account_text account_text(const struct account *a)
{
    struct account_text t = {.len = 0};
    if (a->form != ACCOUNT_KEY)
        t.text[t.len++] = (char)a->form;
    hex_encode(t.text + t.len, a->id, ID_LEN);
    t.len += 2 * (size_t)ID_LEN;
    t.text[t.len] = 0;
    return t;
}

struct account account_of_key(const uint8_t key[ID_LEN])
{
    struct account a = {.form = ACCOUNT_KEY};
    memcpy(a.id, key, ID_LEN);
    return a;
}

/* A letter stands after all hex digits, and no letter is 0. */
int account_compare(const struct account *a, const struct account *b)
{
    return memcmp(a, b, sizeof *a);
}

/* The form whose letter stands at the beginning of so many bytes. */
static uint8_t form_of(const char *text, size_t n)
{
    return n && (*text == ACCOUNT_POLICY || *text == ACCOUNT_SLH_DSA) ? (uint8_t)*text
                                                                      : ACCOUNT_KEY;
}

int account_field(struct field x, const char *what, struct account *out, struct fault *f)
{
    size_t letter = (out->form = form_of(x.text, x.len)) != ACCOUNT_KEY;
    if (x.len != letter + 2 * (size_t)ID_LEN || hex_decode(out->id, x.text + letter, ID_LEN))
        return fault_rule(f, "%s: '%.*s' is not 64 lowercase hex digits, nor p or s and 64 digits",
                          what, x.len > 80 ? 80 : (int)x.len, x.text);
    return 0;
}

bool cursor_account(struct cursor *c, struct account *out)
{
    out->form = form_of(c->text, (size_t)(c->end - c->text));
    c->text += out->form != ACCOUNT_KEY;
    return cursor_id(c, out->id);
}

int cursor_take_account(struct cursor *c, const char *what, struct account *out, struct fault *f)
{
    const char *begin = c->text;
    if (cursor_account(c, out))
        return 0;
    c->text = begin;
    return account_field(cursor_take_field(c), what, out, f);
}
