#include "export/dot_parts.h"

#include "export/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { NAME_CHARACTERS = 20, ID_DIGITS = 8, TIME_SIZE = 64 };

void dot_add(struct dot *d, const void *bytes, size_t n)
{
    d->failed |= buf_add(d->out, bytes, n) != 0;
}

void dot_put(struct dot *d, const char *s)
{
    dot_add(d, s, strlen(s));
}

void dot_say(struct dot *d, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    d->failed |= len < 0 || (size_t)len >= sizeof text;
    if (!d->failed)
        dot_add(d, text, (size_t)len);
}

void dot_counted(struct dot *d, int64_t n, const char *noun)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, n);
    for (int i = 0; i < len; i++) {
        dot_add(d, digits + i, 1);
        if (i + 1 < len && (len - i - 1) % 3 == 0)
            dot_add(d, ",", 1);
    }
    dot_say(d, " %s%s", noun, n == 1 ? "" : "s");
}

/* The length of the well-formed code point at s, which is stored in *code. */
static size_t code_point(const char *s, uint32_t *code)
{
    unsigned char first = (unsigned char)*s;
    size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    *code = len == 1 ? first : first & (0x7fU >> len);
    for (size_t i = 1; i < len; i++)
        *code = *code << 6 | ((unsigned char)s[i] & 0x3f);
    return len;
}

/* Controls, and characters that have no width or change the direction of the text around them. */
static bool is_invisible(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff0 && c <= 0xffff) ||
           c >= 0xe0000;
}

static bool is_showable(const char *bytes, size_t n)
{
    uint32_t code;
    if (n == 0 || !utf8_check(bytes, n))
        return false;
    for (size_t at = 0; at < n; at += code_point(bytes + at, &code)) {
        code_point(bytes + at, &code);
        if (is_invisible(code))
            return false;
    }
    return true;
}

/* Escapes for a DOT string, where a backslash begins an escape and an ampersand an HTML entity; or
 * for an HTML label. */
static void add_character(struct dot *d, const char *s, size_t len, bool html)
{
    if (*s == '&')
        dot_put(d, "&amp;");
    else if (html && *s == '<')
        dot_put(d, "&lt;");
    else if (html && *s == '>')
        dot_put(d, "&gt;");
    else if (html && *s == '"')
        dot_put(d, "&quot;");
    else if (!html && (*s == '"' || *s == '\\'))
        dot_add(d, "\\", 1), dot_add(d, s, 1);
    else
        dot_add(d, s, len);
}

void dot_text(struct dot *d, const char *form, size_t characters, bool html)
{
    char bytes[TEXT_MAX];
    uint32_t code;
    struct field text = {form, strlen(form)};
    size_t n = text_decode(text, bytes), left = characters;
    if (n == 0)
        return;
    if (is_showable(bytes, n))
        text = (struct field){bytes, n};
    for (size_t at = 0, len; at < text.len; at += len) {
        if (left-- == 0) {
            dot_put(d, "...");
            return;
        }
        len = code_point(text.text + at, &code);
        add_character(d, text.text + at, len, html);
    }
}

void dot_miner(struct dot *d, const struct account *miner, bool html)
{
    const char *name = book_name(d->book, miner);
    if (name)
        dot_text(d, name, NAME_CHARACTERS, html);
    else
        dot_add(d, account_text(miner).text, ID_DIGITS);
}

void dot_time(struct dot *d, int64_t seconds)
{
    char text[TIME_SIZE];
    struct tm tm;
    time_t t = (time_t)seconds;
    if (seconds < (int64_t)1 << 37 && gmtime_r(&t, &tm) &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm))
        dot_put(d, text);
    else
        dot_say(d, "%" PRId64, seconds);
}
