#include "export/unjson.h"

#include "base/hex.h"
#include "base/num.h"
#include "crypto/sha256.h"
#include "export/form.h"
#include "export/text.h"

enum { KEYS_MAX = 16, KEY_MAX = 32, LIST_MAX = 64 };

/* A member: the bytes of its value are in the scratch buffer. */
struct member {
    char key[KEY_MAX];
    size_t key_len, at, len;
    enum { A_STRING, A_NUMBER, A_LIST } kind;
    bool used;
};

struct parser {
    const char *at, *end;
    struct buf *scratch;
    struct member members[KEYS_MAX];
    int count;
    struct fault *f;
};

/* --- Tokens --------------------------------------------------------------------------------- */

static void skip_space(struct parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\r' || *p->at == '\n'))
        p->at++;
}

/* Whether the next token is this one, which is then consumed. */
static bool take(struct parser *p, char c)
{
    skip_space(p);
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

static int expect(struct parser *p, char c, const char *where)
{
    return take(p, c) ? 0 : fault_rule(p->f, "json: expected '%c' %s", c, where);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The value of an escape's four digits, or -1. */
static int32_t four_digits(struct parser *p)
{
    int32_t n = 0;
    if (p->end - p->at < 4)
        return -1;
    for (int i = 0; i < 4; i++, p->at++) {
        int digit = hex_digit(*p->at);
        if (digit < 0)
            return -1;
        n = n << 4 | digit;
    }
    return n;
}

/* The code point after \u, from two escapes if the first is a surrogate; or -1. */
static int32_t code_point(struct parser *p)
{
    int32_t high = four_digits(p);
    if (high < 0xd800 || high > 0xdfff)
        return high;
    if (high > 0xdbff || p->end - p->at < 6 || p->at[0] != '\\' || p->at[1] != 'u')
        return -1;
    p->at += 2;
    int32_t low = four_digits(p);
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    return 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
}

/* Decodes what follows a backslash into the scratch buffer. 0, or -1: it is no escape. */
static int take_escape(struct parser *p)
{
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    if (p->at == p->end)
        return -1;
    char c = *p->at++;
    const char *found = c ? strchr(letters, c) : NULL;
    if (found) {
        p->scratch->data[p->scratch->len++] = bytes[found - letters];
        return 0;
    }
    int32_t code = c == 'u' ? code_point(p) : -1;
    if (code < 0)
        return -1;
    char *end = put_utf8(p->scratch->data + p->scratch->len, (uint32_t)code);
    p->scratch->len = (size_t)(end - p->scratch->data);
    return 0;
}

/* Copies the bytes up to the next quote, backslash or control character into the scratch buffer. */
static void take_run(struct parser *p)
{
    const char *from = p->at;
    while (p->at < p->end && *p->at != '"' && *p->at != '\\' && (unsigned char)*p->at >= 0x20)
        p->at++;
    size_t n = (size_t)(p->at - from);
    memcpy(p->scratch->data + p->scratch->len, from, n);
    p->scratch->len += n;
}

/* Appends a string's bytes to the scratch buffer, which is large enough: no string is longer there
 * than in the text. */
static int take_string(struct parser *p)
{
    size_t begin = p->scratch->len;
    if (expect(p, '"', "to begin a string"))
        return -1;
    for (;;) {
        take_run(p);
        if (p->at == p->end || (unsigned char)*p->at < 0x20)
            return fault_rule(p->f, "json: a string has no end, or has a control character in it");
        if (*p->at++ == '"')
            break;
        if (take_escape(p))
            return fault_rule(p->f, "json: a string has an invalid escape in it");
    }
    if (!utf8_check(p->scratch->data + begin, p->scratch->len - begin))
        return fault_rule(p->f, "json: a string is not UTF-8");
    return 0;
}

/* What may be a number: the record's own grammar is stricter than JSON's, and is checked later. */
static int take_number(struct parser *p)
{
    const char *from = p->at;
    while (p->at < p->end && *p->at && strchr("0123456789+-.eE", *p->at))
        p->at++;
    struct field x = {from, (size_t)(p->at - from)};
    int64_t n;
    if (x.len == 0)
        return fault_rule(p->f, "json: a value is neither a string, nor a number, nor a list");
    if (field_number(x, "json: number", &n, p->f))
        return -1;
    memcpy(p->scratch->data + p->scratch->len, x.text, x.len);
    p->scratch->len += x.len;
    return 0;
}

/* A list of strings: into the scratch buffer, separated by spaces. */
static int take_list(struct parser *p)
{
    p->at++;
    if (take(p, ']'))
        return 0;
    for (int n = 0; n < LIST_MAX; n++) {
        size_t begin = p->scratch->len;
        if (take_string(p))
            return -1;
        if (memchr(p->scratch->data + begin, ' ', p->scratch->len - begin))
            return fault_rule(p->f, "json: a space in a field");
        if (take(p, ']'))
            return 0;
        p->scratch->data[p->scratch->len++] = ' ';
        if (expect(p, ',', "or ']' in a list"))
            return -1;
    }
    return fault_rule(p->f, "json: a list of over %d", LIST_MAX);
}

/* --- Members -------------------------------------------------------------------------------- */

static struct member *find(struct parser *p, const char *key, size_t len)
{
    for (int i = 0; i < p->count; i++)
        if (p->members[i].key_len == len && memcmp(p->members[i].key, key, len) == 0)
            return &p->members[i];
    return NULL;
}

static struct field bytes_of(const struct parser *p, const struct member *m)
{
    return (struct field){p->scratch->data + m->at, m->len};
}

static int take_key(struct parser *p)
{
    size_t begin = p->scratch->len;
    if (take_string(p))
        return -1;
    const char *key = p->scratch->data + begin;
    size_t len = p->scratch->len - begin;
    int shown = len > KEY_MAX ? KEY_MAX : (int)len;
    if (find(p, key, len))
        return fault_rule(p->f, "json: '%.*s' is given twice", shown, key);
    if (len > KEY_MAX || p->count == KEYS_MAX)
        return fault_rule(p->f, "json: '%.*s' is not a field of any record with the other keys",
                          shown, key);
    struct member *m = &p->members[p->count];
    *m = (struct member){.key_len = len};
    memcpy(m->key, key, len);
    p->scratch->len = begin;
    return 0;
}

static int take_member(struct parser *p)
{
    if (take_key(p) || expect(p, ':', "after a key"))
        return -1;
    struct member *m = &p->members[p->count++];
    m->at = p->scratch->len;
    skip_space(p);
    char first = p->at < p->end ? *p->at : 0;
    m->kind = first == '"' ? A_STRING : first == '[' ? A_LIST : A_NUMBER;
    int result = m->kind == A_STRING ? take_string(p)
                 : m->kind == A_LIST ? take_list(p)
                                     : take_number(p);
    m->len = p->scratch->len - m->at;
    return result;
}

static int take_object(struct parser *p)
{
    if (expect(p, '{', "to begin an object"))
        return -1;
    if (!take(p, '}')) {
        do
            if (take_member(p))
                return -1;
        while (take(p, ','));
        if (expect(p, '}', "or ',' after a value"))
            return -1;
    }
    return p->at == p->end ? 0 : fault_rule(p->f, "json: something follows the object");
}

/* --- The record ----------------------------------------------------------------------------- */

/* The member with this name, which must be of the right kind: 1, 0 if there is none, -1. */
static int use(struct parser *p, const char *name, enum form_kind kind, struct field *x)
{
    struct member *m = find(p, name, strlen(name));
    *x = (struct field){"", 0};
    if (!m)
        return 0;
    bool right = kind == FORM_LIST                           ? m->kind == A_LIST
                 : kind == FORM_NUMBER || kind == FORM_VALUE ? m->kind != A_LIST
                                                             : m->kind == A_STRING;
    if (!right)
        return fault_rule(p->f, "json: %s is not a %s", name,
                          kind == FORM_LIST     ? "list"
                          : kind == FORM_NUMBER ? "number"
                                                : "string");
    m->used = true;
    *x = bytes_of(p, m);
    return 1;
}

static int put_value(struct parser *p, const struct form_field *field, struct field x,
                     struct buf *out)
{
    bool many = field->kind == FORM_LIST || field->kind == FORM_REST;
    if (field->kind == FORM_LIST && x.len == 0)
        return 0;
    if (x.len == 0 || (!many && memchr(x.text, ' ', x.len)))
        return fault_rule(p->f, "json: %s is empty, or has a space in it", field->name);
    if ((field->kind != FORM_REST && buf_add(out, " ", 1)) || buf_add(out, x.text, x.len))
        return fault_memory(p->f);
    return 0;
}

/* The text form of a text, compared with the bytes that NAME_utf8 gives for it. */
static int check_bytes(struct parser *p, const char *name, struct field text)
{
    char key[KEY_MAX], bytes[TEXT_MAX];
    struct field x;
    struct fault why;
    char *end = put_string(put_string(key, name), "_utf8");
    *end = 0;
    int there = use(p, key, FORM_STRING, &x);
    if (there <= 0 || field_text(text, name, &why)) /* form_check reports what is not a text */
        return there < 0 ? -1 : 0;
    size_t n = text_decode(text, bytes);
    if (n != x.len || memcmp(bytes, x.text, n))
        return fault_rule(p->f, "json: %s does not match %s", key, name);
    return 0;
}

static int put_member(struct parser *p, const struct form_field *field, struct buf *out)
{
    struct field x;
    int there = use(p, field->name, field->kind, &x);
    if (there < 0)
        return -1;
    if (!there)
        return field->optional ? 0 : fault_rule(p->f, "json: %s is missing", field->name);
    if (field->kind == FORM_TEXT && check_bytes(p, field->name, x))
        return -1;
    return put_value(p, field, x, out);
}

static int put_record(struct parser *p, const struct form *form, struct buf *out)
{
    if (form != &form_other && buf_add_string(out, form->type))
        return fault_memory(p->f);
    for (int i = 0; i < form->count; i++)
        if (put_member(p, &form->fields[i], out))
            return -1;
    return 0;
}

static int check_id(struct parser *p, const char *line, size_t len)
{
    struct field x;
    uint8_t id[SHA256_LEN];
    int there = use(p, "id", FORM_STRING, &x);
    if (there <= 0)
        return there;
    sha256(line, len, id);
    if (!field_is(x, hex32(id).text))
        return fault_rule(p->f, "json: id is not that of the record: it should be %s",
                          hex32(id).text);
    return 0;
}

/* Where a line was in which block has no effect on the line; but it must be well formed. */
static int check_place(struct parser *p)
{
    struct field x;
    int64_t n;
    uint8_t id[ID_LEN];
    int there = use(p, "height", FORM_NUMBER, &x);
    if (there < 0 || (there && field_number(x, "json: height", &n, p->f)))
        return -1;
    there = use(p, "index", FORM_NUMBER, &x);
    if (there < 0 || (there && field_number(x, "json: index", &n, p->f)))
        return -1;
    there = use(p, "block", FORM_STRING, &x);
    return there < 0 || (there && field_id(x, "json: block", id, p->f)) ? -1 : 0;
}

static int all_used(struct parser *p)
{
    for (int i = 0; i < p->count; i++)
        if (!p->members[i].used)
            return fault_rule(p->f, "json: '%.*s' is not a field of this type",
                              (int)p->members[i].key_len, p->members[i].key);
    return 0;
}

static const struct form *form_of_object(struct parser *p)
{
    struct field x;
    int there = use(p, "type", FORM_STRING, &x);
    const struct form *form = there > 0 ? form_named(x.text, x.len) : NULL;
    if (there == 0)
        fault_rule(p->f, "json: type is missing");
    if (there > 0 && !form)
        fault_rule(p->f, "json: unknown type '%.*s'", x.len > 40 ? 40 : (int)x.len, x.text);
    return form;
}

static int convert(struct parser *p, struct buf *out)
{
    size_t begin = out->len;
    if (take_object(p))
        return -1;
    const struct form *form = form_of_object(p);
    if (!form || put_record(p, form, out) || (form->in_body && check_place(p)))
        return -1;
    const char *line = out->data + begin;
    size_t len = out->len - begin;
    return line_check(line, len, p->f) || form_check(form, line, len, p->f) ||
                   check_id(p, line, len) || all_used(p)
               ? -1
               : 0;
}

int unjson(struct unjson *u, const char *text, size_t len, struct buf *out, struct fault *f)
{
    struct parser p = {.at = text, .end = text + len, .scratch = &u->scratch, .f = f};
    size_t begin = out->len;
    *f = (struct fault){0};
    u->scratch.len = 0;
    if (buf_reserve(&u->scratch, len + 1))
        return fault_memory(f);
    if (convert(&p, out) == 0)
        return 0;
    out->len = begin;
    return -1;
}

void unjson_free(struct unjson *u)
{
    buf_free(&u->scratch);
}
