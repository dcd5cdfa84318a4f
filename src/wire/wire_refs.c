#include "wire/wire_refs.h"

#include "base/hex.h"
#include "base/num.h"

#include <string.h>

enum { ID_DIGITS = 2 * ID_LEN, FIELD_MAX = ID_DIGITS + 1 };

/* --- Reading ---------------------------------------------------------------------------------- */

/* Reads N or N-M: how many numbers that is; 0: it is neither. */
static int64_t read_range(const char *field, size_t len, int64_t *first)
{
    const char *dash = memchr(field, '-', len);
    size_t head = dash ? (size_t)(dash - field) : len;
    int64_t last;
    if (number_parse(field, head, first))
        return 0;
    if (!dash)
        return 1;
    if (number_parse(dash + 1, len - head - 1, &last) || last <= *first)
        return 0;
    return last - *first < WIRE_IDS_MAX ? last - *first + 1 : WIRE_IDS_MAX + 1;
}

/* Reads one field: how many records it names, at most `most`; 0: it is malformed, or names more. */
static int64_t read_field(const char *field, size_t len, struct wire_ref *refs, int64_t most)
{
    int64_t first, n;
    if (most == 0)
        return 0;
    if (len == ID_DIGITS) {
        refs->number = WIRE_NO_NUMBER;
        return hex_decode(refs->id, field, ID_LEN) == 0;
    }
    n = read_range(field, len, &first);
    if (n > most)
        return 0;
    for (int64_t i = 0; i < n; i++)
        refs[i].number = first + i;
    return n;
}

static int malformed(const char *line, size_t word, struct fault *f)
{
    return fault_rule(f, "%.*s: not 1 to %d records, each by its number, in a range, or by its id",
                      word > 20 ? 20 : (int)word, line, WIRE_IDS_MAX);
}

static int read_ids(const char *line, size_t len, struct wire_ref refs[WIRE_IDS_MAX],
                    struct fault *f)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    int n = wire_ids(line, len, ids, f);
    for (int i = 0; i < n; i++) {
        refs[i].number = WIRE_NO_NUMBER;
        memcpy(refs[i].id, ids[i], ID_LEN);
    }
    return n;
}

int wire_refs(const char *line, size_t len, bool numbered, struct wire_ref refs[WIRE_IDS_MAX],
              struct fault *f)
{
    const char *space = memchr(line, ' ', len), *end = line + len;
    const size_t word = space ? (size_t)(space - line) : len;
    int64_t n = 0;
    if (!numbered)
        return read_ids(line, len, refs, f);
    for (const char *at = space; at && at < end;) {
        const char *field = at + 1;
        at = memchr(field, ' ', (size_t)(end - field));
        size_t size = (size_t)((at ? at : end) - field);
        int64_t named = read_field(field, size, refs + n, WIRE_IDS_MAX - n);
        if (!named)
            return malformed(line, word, f);
        n += named;
    }
    return n ? (int)n : malformed(line, word, f);
}

/* --- Writing ---------------------------------------------------------------------------------- */

/* How many of the n records, from the first on, are one range. */
static size_t range_of(const struct wire_ref *refs, size_t n)
{
    size_t i = 1;
    while (i < n && refs[0].number >= 0 && refs[i].number == refs[0].number + (int64_t)i)
        i++;
    return i;
}

static int put_field(const struct wire_ref *ref, size_t range, struct buf *out)
{
    if (buf_reserve(out, FIELD_MAX) || buf_add(out, " ", 1))
        return -1;
    if (ref->number < 0) {
        hex_encode(out->data + out->len, ref->id, ID_LEN);
        out->len += ID_DIGITS;
        return 0;
    }
    if (buf_add_number(out, ref->number))
        return -1;
    return range > 1 &&
                   (buf_add(out, "-", 1) || buf_add_number(out, ref->number + (int64_t)range - 1))
               ? -1
               : 0;
}

int wire_put_refs(const char *word, const struct wire_ref *refs, size_t n, struct buf *out)
{
    while (n) {
        size_t part = n > WIRE_IDS_MAX ? WIRE_IDS_MAX : n;
        if (buf_add_string(out, word))
            return -1;
        for (size_t at = 0, range; at < part; at += range) {
            range = range_of(refs + at, part - at);
            if (put_field(refs + at, range, out))
                return -1;
        }
        if (buf_add(out, "\n", 1))
            return -1;
        refs += part;
        n -= part;
    }
    return 0;
}
