#include "record/field.h"

#include "base/hex.h"
#include "base/num.h"

#include <string.h>

typedef uint8_t bytes16 __attribute__((vector_size(16)));

/* Bits set if one of sixteen bytes is not printable ASCII, or a space after a space. */
static inline bytes16 look_at_16(const char *at)
{
    bytes16 c, before;
    memcpy(&c, at, sizeof c);
    memcpy(&before, at - 1, sizeof before);
    return (bytes16)(c - 0x20 > 0x5e) | ((bytes16)(c == 0x20) & (bytes16)(before == 0x20));
}

/* Whether a line of sixteen bytes or more is well formed, its first byte apart. The last sixteen
 * bytes are always checked, whether they overlap others or not. */
static bool is_plain(const char *line, size_t len)
{
    bytes16 bad = look_at_16(line + len - 16);
    uint64_t halves[2];
    for (size_t i = 1; i + 16 <= len; i += 16)
        bad |= look_at_16(line + i);
    memcpy(halves, &bad, sizeof halves);
    return !(halves[0] | halves[1]) && line[len - 1] != ' ';
}

/* Finds what is wrong with a line, byte by byte. */
static int slow_check(const char *line, size_t len, struct fault *f)
{
    unsigned before = ' ';
    for (size_t i = 0; i < len; i++) {
        unsigned c = (unsigned char)line[i];
        if (c - 0x20 > 0x5e)
            return fault_rule(f, "line: byte 0x%02x at column %zu is not printable ASCII", c,
                              i + 1);
        if (c == ' ' && before == ' ')
            return fault_rule(f, "line: fields are split by exactly one space (column %zu)", i + 1);
        before = c;
    }
    return before == ' ' ? fault_rule(f, "line: space at the end") : 0;
}

int line_check(const char *line, size_t len, struct fault *f)
{
    if (len == 0)
        return fault_rule(f, "line: empty");
    if (len > LINE_MAX_LEN)
        return fault_rule(f, "line: over %d bytes", LINE_MAX_LEN);
    if (len > 16 && (unsigned char)line[0] - 0x21U <= 0x5d && is_plain(line, len))
        return 0;
    return slow_check(line, len, f);
}

int line_form(const struct line *line, struct fault *f)
{
    if (line->state == LINE_LONG)
        return fault_rule(f, "line: over %d bytes", LINE_MAX_LEN);
    if (line->state == LINE_TORN)
        return fault_rule(f, "line: torn: the last line has no newline");
    return line_check(line->text, line->len, f);
}

static bool begins_with(const struct line *line, const char *bytes)
{
    size_t n = strlen(bytes);
    return line->number == 1 && line->len >= n && memcmp(line->text, bytes, n) == 0;
}

int line_typed(const struct line *line, struct fault *f)
{
    if (begins_with(line, "\xff\xfe") || begins_with(line, "\xfe\xff"))
        return fault_rule(f,
                          "line: the file is UTF-16: save it as UTF-8, without a byte order mark");
    if (begins_with(line, "\xef\xbb\xbf"))
        return fault_rule(f, "line: the file begins with a byte order mark: save it without one");
    if (line->len && line->text[line->len - 1] == '\r')
        return fault_rule(f, "line: ends in CR LF, as on Windows: remove the CRs with tr -d '\\r'");
    return 0;
}

size_t fields_split(const char *line, size_t len, struct field out[FIELDS_MAX])
{
    size_t n = 0;
    const char *end = line + len;
    for (;;) {
        const char *space = memchr(line, ' ', (size_t)(end - line));
        if (n < FIELDS_MAX)
            out[n] = (struct field){line, (size_t)((space ? space : end) - line)};
        n++;
        if (!space)
            return n;
        line = space + 1;
    }
}

bool field_is(struct field x, const char *word)
{
    return strlen(word) == x.len && memcmp(x.text, word, x.len) == 0;
}

bool cursor_word(struct cursor *c, const char *word)
{
    const char *begin = c->text;
    size_t n = strlen(word);
    if ((size_t)(c->end - begin) <= n || memcmp(begin, word, n) != 0 || begin[n] != ' ')
        return false;
    c->text += n + 1;
    return true;
}

bool cursor_number(struct cursor *c, int64_t *out)
{
    const char *begin = c->text;
    size_t most = (size_t)(c->end - begin) < 20 ? (size_t)(c->end - begin) : 20, n = 0;
    while (n < most && begin[n] != ' ')
        n++;
    c->text += n < most ? n + 1 : n;
    return n < most && number_parse(begin, n, out) == 0;
}

bool cursor_id(struct cursor *c, uint8_t out[ID_LEN])
{
    const char *begin = c->text;
    if (c->end - begin <= 2 * ID_LEN || begin[2 * ID_LEN] != ' ')
        return false;
    c->text += 2 * ID_LEN + 1;
    return hex_decode(out, begin, ID_LEN) == 0;
}

static bool take_word(struct cursor *c, struct field *out)
{
    const char *begin = c->text, *space = memchr(begin, ' ', (size_t)(c->end - begin));
    if (!space)
        return false;
    *out = (struct field){begin, (size_t)(space - begin)};
    c->text = space + 1;
    return true;
}

/* As much of a field as fits in a message. */
static int shown(struct field x)
{
    return x.len > 80 ? 80 : (int)x.len;
}

int field_number(struct field x, const char *what, int64_t *out, struct fault *f)
{
    if (number_parse(x.text, x.len, out))
        return fault_rule(
            f, "%s: '%.*s' is not a number from 0 to 2^63-1 without sign or leading zero", what,
            shown(x), x.text);
    return 0;
}

int field_id(struct field x, const char *what, uint8_t out[ID_LEN], struct fault *f)
{
    if (x.len != 2 * ID_LEN || hex_decode(out, x.text, ID_LEN))
        return fault_rule(f, "%s: '%.*s' is not 64 lowercase hex digits", what, shown(x), x.text);
    return 0;
}

int field_signature(struct field x, const char *what, uint8_t out[SIGNATURE_LEN], struct fault *f)
{
    if (x.len != 2 * SIGNATURE_LEN || hex_decode(out, x.text, SIGNATURE_LEN))
        return fault_rule(f, "%s: not 128 lowercase hex digits", what);
    return 0;
}

/* RFC 3986's unreserved characters are not escaped. */
static bool stands_for_itself(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '~' || c == '-';
}

static int capital_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes a %XX at s, which has n bytes: the byte, or -1. */
static int escaped(const char *s, size_t n)
{
    if (n < 3 || s[0] != '%' || capital_hex(s[1]) < 0 || capital_hex(s[2]) < 0)
        return -1;
    return capital_hex(s[1]) << 4 | capital_hex(s[2]);
}

int field_text(struct field x, const char *what, struct fault *f)
{
    size_t bytes = 0;
    if (field_is(x, "-"))
        return 0;
    for (size_t i = 0; i < x.len; bytes++) {
        int byte = escaped(x.text + i, x.len - i);
        if (stands_for_itself((unsigned char)x.text[i])) {
            i++;
        } else if (byte < 0) {
            return fault_rule(f, "%s: text has '%c', which must be %%XX in capital hex digits",
                              what, x.text[i]);
        } else if (stands_for_itself((unsigned char)byte) && !field_is(x, "%2D")) {
            return fault_rule(f, "%s: text is not in its one form: %.3s stands for itself", what,
                              x.text + i);
        } else {
            i += 3;
        }
    }
    return bytes > TEXT_MAX ? fault_rule(f, "%s: text is over %d bytes", what, TEXT_MAX) : 0;
}

struct field cursor_take_field(struct cursor *c)
{
    struct field x;
    if (take_word(c, &x))
        return x;
    x = (struct field){c->text, (size_t)(c->end - c->text)};
    c->text = c->end;
    return x;
}

int cursor_retake_number(struct cursor *c, const char *begin, const char *what, int64_t *out,
                         struct fault *f)
{
    c->text = begin;
    return field_number(cursor_take_field(c), what, out, f);
}

int cursor_retake_id(struct cursor *c, const char *begin, const char *what, uint8_t out[ID_LEN],
                     struct fault *f)
{
    c->text = begin;
    return field_id(cursor_take_field(c), what, out, f);
}

int cursor_take_text(struct cursor *c, const char *what, struct field *out, struct fault *f)
{
    *out = cursor_take_field(c);
    return out->len ? field_text(*out, what, f) : fault_rule(f, "%s: there is none", what);
}

size_t text_decode(struct field x, char out[TEXT_MAX])
{
    size_t n = 0;
    if (field_is(x, "-"))
        return 0;
    for (size_t i = 0; i < x.len && n < TEXT_MAX; n++) {
        int byte = escaped(x.text + i, x.len - i);
        out[n] = byte < 0 ? x.text[i] : (char)byte;
        i += byte < 0 ? 1 : 3;
    }
    return n;
}

size_t text_encode(const char *bytes, size_t n, char out[TEXT_FORM_MAX])
{
    static const char digits[] = "0123456789ABCDEF";
    bool lone_dash = n == 1 && bytes[0] == '-';
    size_t len = 0;
    if (n == 0)
        out[len++] = '-';
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (stands_for_itself(c) && !lone_dash) {
            out[len++] = (char)c;
        } else {
            out[len++] = '%';
            out[len++] = digits[c >> 4];
            out[len++] = digits[c & 15];
        }
    }
    return len;
}
