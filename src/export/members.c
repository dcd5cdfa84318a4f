#include "export/members.h"

#include "export/text.h"

enum { LIST_MAX = 256 };

struct parser {
    const char *at, *end;
    struct members *to;
    struct buf *scratch;
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

/* The code point after \u, from two escapes if the first is a surrogate (RFC 8259, section 7); or
 * -1. */
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

/* Decodes what follows a backslash into the scratch buffer. 0, or -1: it is not an escape. */
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

/* A list of strings and numbers: into the scratch buffer, separated by spaces. */
static int take_list(struct parser *p)
{
    p->at++;
    if (take(p, ']'))
        return 0;
    for (int n = 0; n < LIST_MAX; n++) {
        size_t begin = p->scratch->len;
        skip_space(p);
        if (p->at < p->end && *p->at == '"' ? take_string(p) : take_number(p))
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

struct json_member *members_find(struct members *m, const char *key, size_t len)
{
    for (int i = 0; i < m->count; i++)
        if (m->list[i].key_len == len && memcmp(m->list[i].key, key, len) == 0)
            return &m->list[i];
    return NULL;
}

struct field member_value(const struct members *m, const struct json_member *one)
{
    return (struct field){m->scratch->data + one->at, one->len};
}

static int take_key(struct parser *p)
{
    size_t begin = p->scratch->len;
    if (take_string(p))
        return -1;
    const char *key = p->scratch->data + begin;
    size_t len = p->scratch->len - begin;
    int shown = len > MEMBER_KEY_MAX ? MEMBER_KEY_MAX : (int)len;
    if (members_find(p->to, key, len))
        return fault_rule(p->f, "json: '%.*s' is given twice", shown, key);
    if (len > MEMBER_KEY_MAX || p->to->count == MEMBERS_MAX)
        return fault_rule(p->f, "json: '%.*s' is not a field of any record with the other keys",
                          shown, key);
    struct json_member *m = &p->to->list[p->to->count];
    *m = (struct json_member){.key_len = len};
    memcpy(m->key, key, len);
    p->scratch->len = begin;
    return 0;
}

static int take_member(struct parser *p)
{
    if (take_key(p) || expect(p, ':', "after a key"))
        return -1;
    struct json_member *m = &p->to->list[p->to->count++];
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

int members_parse(struct members *m, const char *text, size_t len, struct fault *f)
{
    struct parser p = {.at = text, .end = text + len, .to = m, .scratch = m->scratch, .f = f};
    m->count = 0;
    m->scratch->len = 0;
    if (buf_reserve(m->scratch, len + 1))
        return fault_memory(f);
    return take_object(&p);
}
