#include "bencode/json.h"

#include "base/hex.h"
#include "bencode/reader.h"
#include "bencode/writer.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* --- Out -------------------------------------------------------------------------------------- */

/* The length of the UTF-8 sequence that begins here (RFC 3629, section 4), which is no control
 * character; 0: there is none. */
static size_t plain_character(const uint8_t *s, size_t n)
{
    static const uint32_t least[] = {0, 0x20, 0xa0, 0x800, 0x10000};
    size_t len = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf5 ? 4 : 0;
    if (len == 0 || len > n || *s == 0x7f)
        return 0;
    uint32_t point = len == 1 ? *s : *s & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (s[i] & 0x3f);
    }
    bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
    return point < least[len] || point > 0x10ffff || is_surrogate ? 0 : len;
}

static bool is_plain(const uint8_t *s, size_t n)
{
    size_t len = 0;
    if (n >= 2 && memcmp(s, "0x", 2) == 0)
        return false;
    for (size_t at = 0; at < n; at += len) {
        len = plain_character(s + at, n - at);
        if (len == 0)
            return false;
    }
    return true;
}

static int put_plain(struct buf *out, const uint8_t *s, size_t n)
{
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] != '"' && s[i] != '\\')
            continue;
        if (buf_add(out, s + from, i - from) || buf_add(out, "\\", 1))
            return -1;
        from = i;
    }
    return buf_add(out, s + from, n - from);
}

static int put_digits(struct buf *out, const uint8_t *s, size_t n)
{
    if (buf_add(out, "0x", 2) || buf_reserve(out, 2 * n))
        return -1;
    hex_encode(out->data + out->len, s, n);
    out->len += 2 * n;
    return 0;
}

static int put_string(struct buf *out, const struct bencode_item *item)
{
    bool plain = is_plain(item->bytes, item->len);
    if (buf_add(out, "\"", 1) || (plain ? put_plain : put_digits)(out, item->bytes, item->len))
        return -1;
    return buf_add(out, item->key ? "\":" : "\"", item->key ? 2 : 1);
}

static int put_item(struct buf *out, const struct bencode_item *item, bool in_dict)
{
    switch (item->kind) {
    case BENCODE_INTEGER:
        return buf_add_number(out, item->number);
    case BENCODE_STRING:
        return put_string(out, item);
    case BENCODE_LIST:
        return buf_add(out, "[", 1);
    case BENCODE_DICT:
        return buf_add(out, "{", 1);
    default:
        return buf_add(out, in_dict ? "}" : "]", 1);
    }
}

/* Whether the next item follows another in its list or dictionary, and is no value of a key. */
static bool follows(const struct buf *out, size_t begin, const struct bencode_item *item)
{
    char last = out->len > begin ? out->data[out->len - 1] : '[';
    return item->kind != BENCODE_END && last != '[' && last != '{' && last != ':';
}

int bencode_to_json(const void *bytes, size_t n, bool strict, struct buf *out, struct fault *f)
{
    struct bencode_reader r;
    struct bencode_item item;
    size_t begin = out->len;
    int got;
    if (n > BENCODE_MAX)
        return fault_rule(f, "bencoding: more than %d bytes", BENCODE_MAX);
    bencode_read(&r, bytes, n, strict);
    while ((got = bencode_next(&r, &item, f)) > 0) {
        /* the level of an end has just been left */
        bool in_dict = item.kind == BENCODE_END && r.levels[r.depth].is_dict;
        if ((follows(out, begin, &item) && buf_add(out, ",", 1)) || put_item(out, &item, in_dict))
            return fault_memory(f);
    }
    return got;
}

/* --- In --------------------------------------------------------------------------------------- */

/* The bytes that a JSON string stands for: malloc'd, *len of them. NULL and a fault. */
static uint8_t *string_bytes(const char *text, size_t n, size_t *len, struct fault *f)
{
    bool digits = n >= 2 && memcmp(text, "0x", 2) == 0;
    uint8_t *bytes = malloc(n + 1);
    if (!bytes) {
        fault_memory(f);
        return NULL;
    }
    memcpy(bytes, text, n);
    *len = n;
    if (!digits)
        return bytes;
    for (size_t i = 2; i < n; i++)
        bytes[i] = (uint8_t)tolower(bytes[i]);
    *len = n / 2 - 1;
    if (n % 2 == 0 && hex_decode(bytes, (const char *)bytes + 2, *len) == 0)
        return bytes;
    fault_rule(f, "JSON: \"%.*s\": not two hexadecimal digits for each byte", n > 40 ? 40 : (int)n,
               text);
    free(bytes);
    return NULL;
}

struct member {
    uint8_t *key;
    size_t len;
    const json_t *value;
};

static int by_key(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = memcmp(x->key, y->key, x->len < y->len ? x->len : y->len);
    return order ? order : x->len < y->len ? -1 : x->len > y->len;
}

static int put_value(struct bencode_writer *w, const json_t *value, int depth, struct fault *f);

static int put_members(struct bencode_writer *w, struct member *list, size_t count, int depth,
                       struct fault *f)
{
    qsort(list, count, sizeof *list, by_key);
    bencode_begin_dict(w);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && by_key(&list[i - 1], &list[i]) == 0)
            return fault_rule(f, "JSON: two keys stand for the same bytes");
        bencode_put_string(w, list[i].key, list[i].len);
        if (put_value(w, list[i].value, depth + 1, f))
            return -1;
    }
    bencode_end(w);
    return 0;
}

static int put_object(struct bencode_writer *w, const json_t *object, int depth, struct fault *f)
{
    size_t count = 0, all = json_object_size(object);
    struct member *list = calloc(all + 1, sizeof *list);
    int failed = 0;
    if (!list)
        return fault_memory(f);
    json_t *place = (json_t *)(uintptr_t)object; /* jansson's iterators are not const */
    for (void *i = json_object_iter(place); i && !failed; i = json_object_iter_next(place, i)) {
        const char *key = json_object_iter_key(i);
        struct member *m = &list[count];
        m->value = json_object_iter_value(i);
        m->key = string_bytes(key, strlen(key), &m->len, f);
        failed = m->key ? 0 : -1;
        count += !failed;
    }
    if (!failed)
        failed = put_members(w, list, count, depth, f);
    while (count > 0)
        free(list[--count].key);
    free(list);
    return failed;
}

static int put_array(struct bencode_writer *w, const json_t *array, int depth, struct fault *f)
{
    bencode_begin_list(w);
    for (size_t i = 0; i < json_array_size(array); i++)
        if (put_value(w, json_array_get(array, i), depth + 1, f))
            return -1;
    bencode_end(w);
    return 0;
}

static int put_json_string(struct bencode_writer *w, const json_t *value, struct fault *f)
{
    size_t len;
    uint8_t *bytes = string_bytes(json_string_value(value), json_string_length(value), &len, f);
    if (!bytes)
        return -1;
    bencode_put_string(w, bytes, len);
    free(bytes);
    return 0;
}

static int put_value(struct bencode_writer *w, const json_t *value, int depth, struct fault *f)
{
    if (depth == BENCODE_DEPTH && (json_is_object(value) || json_is_array(value)))
        return fault_rule(f, "JSON: more than %d levels", BENCODE_DEPTH);
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return put_object(w, value, depth, f);
    case JSON_ARRAY:
        return put_array(w, value, depth, f);
    case JSON_STRING:
        return put_json_string(w, value, f);
    case JSON_INTEGER:
        bencode_put_integer(w, json_integer_value(value));
        return 0;
    default:
        return fault_rule(f, "JSON: a fraction, true, false or null, which bencoding lacks");
    }
}

int bencode_from_json(const char *json, size_t n, struct buf *out, struct fault *f)
{
    struct bencode_writer w = {.out = out};
    json_error_t error;
    if (n > BENCODE_JSON_MAX)
        return fault_rule(f, "JSON: more than %d bytes", BENCODE_JSON_MAX);
    errno = 0;
    json_t *root = json_loadb(json, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!root)
        /* where an allocation fails, jansson may blame the text */
        return errno == ENOMEM ? fault_memory(f)
                               : fault_rule(f, "JSON: line %d: %.200s", error.line, error.text);
    int failed = put_value(&w, root, 0, f);
    json_decref(root);
    return failed ? -1 : w.failed ? fault_memory(f) : 0;
}
