#include "export/text.h"

#include "base/hex.h"

char *put_number(char *p, int64_t n)
{
    char digits[NUMBER_MAX], *at = digits + sizeof digits;
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (n < 0)
        *--at = '-';
    return put(p, at, (size_t)(digits + sizeof digits - at));
}

char *put_id(char *p, const uint8_t id[ID_LEN])
{
    hex_encode(p, id, ID_LEN);
    return p + 2 * (size_t)ID_LEN;
}

char *put_json(char *p, const char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == '"' || c == '\\') {
            *p++ = '\\';
            *p++ = (char)c;
        } else if (c < 0x20 || c == 0x7f) {
            p = put(p, "\\u00", 4);
            *p++ = digits[c >> 4];
            *p++ = digits[c & 15];
        } else {
            *p++ = (char)c;
        }
    }
    return p;
}

static bool between(unsigned char c, unsigned char least, unsigned char most)
{
    return c >= least && c <= most;
}

/* The length of the UTF-8 character at s, of which n bytes are readable; 0: it is not valid. */
static size_t utf8_len(const unsigned char *s, size_t n)
{
    unsigned char c = s[0];
    size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
    if (len < 2 || len > n)
        return len > n ? 0 : len;
    unsigned char least = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    unsigned char most = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (!between(s[1], least, most))
        return 0;
    for (size_t i = 2; i < len; i++)
        if (!between(s[i], 0x80, 0xbf))
            return 0;
    return len;
}

bool utf8_check(const char *bytes, size_t n)
{
    for (size_t i = 0, len; i < n; i += len) {
        len = utf8_len((const unsigned char *)bytes + i, n - i);
        if (len == 0)
            return false;
    }
    return true;
}

char *put_utf8(char *p, uint32_t code)
{
    if (code < 0x80) {
        *p++ = (char)code;
    } else if (code < 0x800) {
        *p++ = (char)(0xc0 | code >> 6);
        *p++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *p++ = (char)(0xe0 | code >> 12);
        *p++ = (char)(0x80 | (code >> 6 & 0x3f));
        *p++ = (char)(0x80 | (code & 0x3f));
    } else {
        *p++ = (char)(0xf0 | code >> 18);
        *p++ = (char)(0x80 | (code >> 12 & 0x3f));
        *p++ = (char)(0x80 | (code >> 6 & 0x3f));
        *p++ = (char)(0x80 | (code & 0x3f));
    }
    return p;
}
