#include "wire/wire.h"

#include "base/hex.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    const char *text;
    enum wire_word word;
} words[] = {
    {"have", WIRE_HAVE},         {"want", WIRE_WANT},           {"taken", WIRE_TAKEN},
    {"accepted", WIRE_ACCEPTED}, {"refused", WIRE_REFUSED},     {"later", WIRE_LATER},
    {"brief", WIRE_BRIEF},       {"short", WIRE_SHORT},         {"lines", WIRE_LINES},
    {"ping", WIRE_PING},         {"pong", WIRE_PONG},           {"pull", WIRE_PULL},
    {"pulled", WIRE_PULLED},     {"stem", WIRE_STEM},           {"hello", WIRE_HELLO},
    {"bye", WIRE_BYE},           {"headers", WIRE_ASK_HEADERS}, {"prove", WIRE_ASK_PROOF},
    {"jump", WIRE_ASK_JUMP},     {"push", WIRE_PUSH},           {"eager", WIRE_EAGER},
    {"lazy", WIRE_LAZY},         {"balance", WIRE_ASK_BALANCE}, {"attests", WIRE_ASK_ATTESTS},
};

enum wire_word wire_word(const char *line, size_t len)
{
    if (line_is(line, len, "tx"))
        return WIRE_RECORD;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (len && *line == *words[i].text && line_is(line, len, words[i].text))
            return words[i].word;
    return WIRE_RECORD;
}

static const char role_letters[] = "slbhv";

void wire_roles(unsigned roles, char letters[WIRE_ROLES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; role_letters[i]; i++)
        if (roles & 1U << i)
            letters[n++] = role_letters[i];
    if (!n)
        letters[n++] = '-';
    letters[n] = '\0';
}

static int read_roles(const struct field *x, unsigned *roles, struct fault *f)
{
    size_t at = 0;
    *roles = 0;
    for (size_t i = 0; role_letters[i]; i++)
        if (at < x->len && x->text[at] == role_letters[i]) {
            *roles |= 1U << i;
            at++;
        }
    if (at == x->len || field_is(*x, "-"))
        return 0;
    return fault_rule(f, "hello: roles: neither `-' nor letters of `%s' in this order",
                      role_letters);
}

int hello_parse(const char *line, size_t len, struct hello *h, bool *unknown, struct fault *f)
{
    struct field x[FIELDS_MAX];
    int64_t version;
    *unknown = false;
    if (line_check(line, len, f))
        return -1;
    size_t n = fields_split(line, len, x);
    if (n < 2 || !field_is(x[0], "hello"))
        return fault_rule(f, "hello: the first line must be one");
    if (field_number(x[1], "hello: version", &version, f))
        return -1;
    *unknown = version < WIRE_VERSION_FIRST || version > WIRE_VERSION;
    if (*unknown)
        return fault_rule(f, "hello: version %" PRId64 ", ours is %d", version, WIRE_VERSION);
    h->version = (int)version;
    h->roles = 0;
    size_t fields = version == 1 ? 6 : 7;
    if (n != fields)
        return fault_rule(f, "hello: %zu fields, not %zu", n, fields);
    if (field_id(x[2], "hello: chain", h->chain, f) ||
        field_number(x[3], "hello: height", &h->height, f) ||
        field_id(x[4], "hello: tip", h->tip, f))
        return -1;
    h->deflate = field_is(x[5], "deflate");
    if (!h->deflate && !field_is(x[5], "plain"))
        return fault_rule(f, "hello: coding: neither plain nor deflate");
    return version == 1 ? 0 : read_roles(&x[6], &h->roles, f);
}

int hello_format(const struct hello *h, struct buf *out)
{
    char roles[WIRE_ROLES_MAX + 1] = " ";
    wire_roles(h->roles, roles + 1);
    return buf_add_string(out, "hello ") || buf_add_number(out, h->version) ||
                   buf_add_string(out, " ") || buf_add_string(out, hex32(h->chain).text) ||
                   buf_add_string(out, " ") || buf_add_number(out, h->height) ||
                   buf_add_string(out, " ") || buf_add_string(out, hex32(h->tip).text) ||
                   buf_add_string(out, h->deflate ? " deflate" : " plain") ||
                   buf_add_string(out, h->version == 1 ? "" : roles) || buf_add_string(out, "\n")
               ? -1
               : 0;
}

int wire_ids(const char *line, size_t len, uint8_t ids[][ID_LEN], struct fault *f)
{
    const char *word_end = memchr(line, ' ', len);
    size_t word = word_end ? (size_t)(word_end - line) : len;
    size_t n = (len - word) / (2 * ID_LEN + 1);
    if (n < 1 || n > WIRE_IDS_MAX || word + n * (2 * ID_LEN + 1) != len)
        return fault_rule(f, "%.*s: not 1 to %d ids", word > 20 ? 20 : (int)word, line,
                          WIRE_IDS_MAX);
    for (size_t i = 0; i < n; i++) {
        const char *at = line + word + i * (2 * ID_LEN + 1);
        if (*at != ' ' || hex_decode(ids[i], at + 1, ID_LEN))
            return fault_rule(f, "%.*s: an id is not 64 lowercase hex digits",
                              word > 20 ? 20 : (int)word, line);
    }
    return (int)n;
}

int wire_pulled(const char *line, size_t len, int64_t *height, uint8_t tip[ID_LEN], struct fault *f)
{
    struct field x[FIELDS_MAX];
    if (line_check(line, len, f))
        return -1;
    if (fields_split(line, len, x) != 3)
        return fault_rule(f, "pulled: not two fields");
    return field_number(x[1], "pulled: height", height, f) || field_id(x[2], "pulled: tip", tip, f)
               ? -1
               : 0;
}

int wire_put_ids(const char *word, const uint8_t ids[][ID_LEN], size_t n, struct buf *out)
{
    while (n) {
        size_t part = n > WIRE_IDS_MAX ? WIRE_IDS_MAX : n;
        if (buf_add_string(out, word) || buf_reserve(out, part * (2 * ID_LEN + 1) + 1))
            return -1;
        for (size_t i = 0; i < part; i++) {
            out->data[out->len] = ' ';
            hex_encode(out->data + out->len + 1, ids[i], ID_LEN);
            out->len += 2 * ID_LEN + 1;
        }
        out->data[out->len++] = '\n';
        ids += part;
        n -= part;
    }
    return 0;
}
