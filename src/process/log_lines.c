#include "process/log_lines.h"

#include "base/num.h"

#include <string.h>
#include <zlib.h>

enum { CHECK = 8 }; /* hex digits */

static void put_hex(char *at, uint32_t value)
{
    for (int i = CHECK - 1; i >= 0; i--, value >>= 4)
        at[i] = "0123456789abcdef"[value & 15];
}

static uint32_t check_of(const char *bytes, size_t n)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)bytes, n);
}

int log_line_format(struct buf *out, const struct log_line *line)
{
    size_t begin = out->len + CHECK + 1;
    if (buf_reserve(out, CHECK + 32 + line->text.len) != 0)
        return -1;
    out->len = begin;
    buf_add_number(out, (long long)line->number);
    out->data[out->len++] = line->goes_on ? '+' : ' ';
    buf_add(out, line->text.text, line->text.len);
    put_hex(out->data + begin - CHECK - 1, check_of(out->data + begin, out->len - begin));
    out->data[begin - 1] = ' ';
    out->data[out->len++] = '\n';
    return 0;
}

bool log_line_parse(const char *bytes, size_t n, struct log_line *line)
{
    char check[CHECK];
    int64_t number;
    if (n < CHECK + 1 || bytes[CHECK] != ' ')
        return false;
    const char *rest = bytes + CHECK + 1, *end = bytes + n, *mark = rest;
    put_hex(check, check_of(rest, (size_t)(end - rest)));
    if (memcmp(bytes, check, CHECK) != 0)
        return false;
    while (mark < end && *mark != ' ' && *mark != '+')
        mark++;
    if (mark == end || number_parse(rest, (size_t)(mark - rest), &number) != 0)
        return false;
    *line = (struct log_line){(uint64_t)number, *mark == '+', {mark + 1, (size_t)(end - mark - 1)}};
    return true;
}
