#include "cli/text.h"

#include "cli/cli.h"

#include <stdbool.h>
#include <stdio.h>

/* The length of the UTF-8 sequence that begins here, and its code point; 0 if there is none (RFC
 * 3629, section 3). */
static size_t sequence(const unsigned char *s, size_t n, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf5 ? 4 : 0;
    if (len == 0 || len > n)
        return 0;
    *point = len == 1 ? *s : *s & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        *point = *point << 6 | (s[i] & 0x3f);
    }
    bool is_surrogate = *point >= 0xd800 && *point <= 0xdfff;
    return *point < least[len] || *point > 0x10ffff || is_surrogate ? 0 : len;
}

/* Control characters, and format characters that hide text or change its direction. */
static bool is_unsafe(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        {0, 0x1f},        {0x7f, 0x9f},     {0xad, 0xad},      {0x61c, 0x61c},   {0x180e, 0x180e},
        {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},  {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
        {0xfff9, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe0fff}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

void cli_put_text(struct field text)
{
    char bytes[TEXT_MAX], escape[4];
    size_t n = text_decode(text, bytes), at = 0;
    while (at < n) {
        uint32_t point = 0;
        size_t len = sequence((const unsigned char *)bytes + at, n - at, &point);
        if (len && !is_unsafe(point) && point != '%') {
            cli_put(bytes + at, len);
            at += len;
            continue;
        }
        for (size_t end = at + (len ? len : 1); at < end; at++) {
            snprintf(escape, sizeof escape, "%%%02X", (unsigned char)bytes[at]);
            cli_put_string(escape);
        }
    }
}
