#include "bencode/reader.h"

#include <string.h>

void bencode_read(struct bencode_reader *r, const void *bytes, size_t n, bool strict)
{
    r->bytes = bytes;
    r->len = n;
    r->at = 0;
    r->strict = strict;
    r->ended = false;
    r->depth = 0;
}

static int refuse(const struct bencode_reader *r, const char *why, struct fault *f)
{
    return fault_rule(f, "bencoding: byte %zu: %s", r->at, why);
}

static bool is_digit(const struct bencode_reader *r, size_t at)
{
    return at < r->len && r->bytes[at] >= '0' && r->bytes[at] <= '9';
}

/* Digits up to `end`, a byte that is consumed, too. */
static int read_digits(struct bencode_reader *r, uint8_t end, uint64_t most, uint64_t *out,
                       struct fault *f)
{
    uint64_t n = 0;
    if (!is_digit(r, r->at))
        return refuse(r, r->at < r->len ? "not a digit" : "the input ends in a number", f);
    if (r->strict && r->bytes[r->at] == '0' && is_digit(r, r->at + 1))
        return refuse(r, "a number with a leading zero", f);
    for (; is_digit(r, r->at); r->at++) {
        uint64_t digit = (uint64_t)(r->bytes[r->at] - '0');
        if (n > (most - digit) / 10)
            return refuse(r, "a number that is too large", f);
        n = n * 10 + digit;
    }
    if (r->at == r->len)
        return refuse(r, "the input ends in a number", f);
    if (r->bytes[r->at] != end)
        return refuse(r, "not a digit", f);
    r->at++;
    *out = n;
    return 0;
}

static int read_integer(struct bencode_reader *r, struct bencode_item *item, struct fault *f)
{
    uint64_t n = 0;
    r->at++;
    bool negative = r->at < r->len && r->bytes[r->at] == '-';
    r->at += negative;
    if (r->strict && negative && r->at < r->len && r->bytes[r->at] == '0')
        return refuse(r, "a negative number that begins with zero", f);
    if (read_digits(r, 'e', (uint64_t)INT64_MAX + negative, &n, f))
        return -1;
    item->kind = BENCODE_INTEGER;
    item->number = negative ? (int64_t)(0 - n) : (int64_t)n;
    return 0;
}

static int read_string(struct bencode_reader *r, struct bencode_item *item, struct fault *f)
{
    uint64_t n = 0;
    if (read_digits(r, ':', INT64_MAX, &n, f))
        return -1;
    if (n > r->len - r->at)
        return refuse(r, "a string that is longer than the input", f);
    item->kind = BENCODE_STRING;
    item->bytes = r->bytes + r->at;
    item->len = (size_t)n;
    r->at += (size_t)n;
    return 0;
}

static int begin(struct bencode_reader *r, struct bencode_item *item, bool is_dict, struct fault *f)
{
    if (r->depth == BENCODE_DEPTH)
        return refuse(r, "too many levels", f);
    r->levels[r->depth++] = (struct bencode_level){.is_dict = is_dict};
    r->at++;
    item->kind = is_dict ? BENCODE_DICT : BENCODE_LIST;
    return 0;
}

static int end(struct bencode_reader *r, struct bencode_item *item, struct fault *f)
{
    if (r->depth == 0)
        return refuse(r, "an end without a beginning", f);
    if (r->levels[r->depth - 1].wants_value)
        return refuse(r, "a key without a value", f);
    r->depth--;
    r->at++;
    item->kind = BENCODE_END;
    return 0;
}

static int take_key(struct bencode_reader *r, struct bencode_level *level,
                    const struct bencode_item *item, struct fault *f)
{
    size_t n = item->len < level->key_len ? item->len : level->key_len;
    int order = level->key ? memcmp(level->key, item->bytes, n) : -1;
    if (order == 0)
        order = level->key_len < item->len ? -1 : level->key_len > item->len;
    if (r->strict && order >= 0) {
        r->at = item->offset;
        return refuse(r, order ? "keys are not in order" : "a key comes twice", f);
    }
    level->key = item->bytes;
    level->key_len = item->len;
    return 0;
}

static int read_item(struct bencode_reader *r, struct bencode_item *item, struct fault *f)
{
    uint8_t first = r->bytes[r->at];
    if (item->key && first != 'e' && !is_digit(r, r->at))
        return refuse(r, "a key that is not a string", f);
    switch (first) {
    case 'i':
        return read_integer(r, item, f);
    case 'l':
    case 'd':
        return begin(r, item, first == 'd', f);
    case 'e':
        return end(r, item, f);
    default:
        if (is_digit(r, r->at))
            return read_string(r, item, f);
        return refuse(r, "not the beginning of a value", f);
    }
}

int bencode_next(struct bencode_reader *r, struct bencode_item *item, struct fault *f)
{
    struct bencode_level *level = r->depth ? &r->levels[r->depth - 1] : NULL;
    if (r->ended && r->at < r->len)
        return refuse(r, "more bytes after the value", f);
    if (r->ended)
        return 0;
    if (r->at == r->len)
        return refuse(r, r->len ? "the input ends within a value" : "the input is empty", f);
    bool key = level && level->is_dict && !level->wants_value;
    *item = (struct bencode_item){.key = key, .offset = r->at};
    if (read_item(r, item, f))
        return -1;
    item->key = key && item->kind == BENCODE_STRING;
    if (item->key && take_key(r, level, item, f))
        return -1;
    if (level && level->is_dict && item->kind != BENCODE_END)
        level->wants_value = key;
    r->ended = r->depth == 0;
    return 1;
}
