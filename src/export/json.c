#include "export/json.h"

#include "base/num.h"
#include "export/json_parts.h"
#include "hash/sha256.h"

/* Bytes for the names and punctuation of one object, in addition to the contents of its fields. */
enum { FRAME_MAX = 1024 };

char *json_name(char *p, const char *name)
{
    p = put(p, ",\"", 2);
    p = put_string(p, name);
    return put(p, "\":", 2);
}

static char *put_quoted(char *p, const char *bytes, size_t n)
{
    *p++ = '"';
    p = put_json(p, bytes, n);
    *p++ = '"';
    return p;
}

char *json_plain(char *p, struct field x)
{
    *p++ = '"';
    p = put(p, x.text, x.len);
    *p++ = '"';
    return p;
}

/* A record's number is a valid JSON number. */
char *json_number(const struct json *j, char *p, struct field x)
{
    return j->strings ? json_plain(p, x) : put(p, x.text, x.len);
}

static char *put_named_number(const struct json *j, char *p, const char *name, int64_t n)
{
    char digits[NUMBER_MAX];
    struct field x = {digits, (size_t)(put_number(digits, n) - digits)};
    return json_number(j, json_name(p, name), x);
}

static char *put_value(const struct json *j, char *p, struct field x)
{
    int64_t number;
    return number_parse(x.text, x.len, &number) ? put_quoted(p, x.text, x.len)
                                                : json_number(j, p, x);
}

static char *put_list(char *p, const char *at, const char *end)
{
    *p++ = '[';
    while (at < end) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        struct field x = {at, (size_t)((space ? space : end) - at)};
        if (p[-1] != '[')
            *p++ = ',';
        p = json_plain(p, x);
        at += x.len + 1;
    }
    *p++ = ']';
    return p;
}

static char *put_bytes(char *p, const char *name, struct field text)
{
    char bytes[TEXT_MAX];
    size_t n = text_decode(text, bytes);
    if (!utf8_check(bytes, n))
        return p;
    p = put(p, ",\"", 2);
    p = put_string(p, name);
    p = put_string(p, "_utf8\":");
    return put_quoted(p, bytes, n);
}

char *json_field(const struct json *j, char *p, const struct form_field *field, struct field x,
                 const char *end)
{
    p = json_name(p, field->name);
    switch (field->kind) {
    case FORM_NUMBER:
        return json_number(j, p, x);
    case FORM_PLAIN:
        return json_plain(p, x);
    case FORM_VALUE:
        return put_value(j, p, x);
    case FORM_LIST:
        return put_list(p, x.text, end);
    case FORM_COUNT:
        return put_list(p, x.len ? x.text : end, x.text + x.len);
    case FORM_REST:
        return put_quoted(p, x.text, (size_t)(end - x.text));
    case FORM_TEXT:
        return put_bytes(json_plain(p, x), field->name, x);
    default:
        return put_quoted(p, x.text, x.len);
    }
}

/* The field that begins there. Of a number and so many fields: these, as one; the line is known to
 * have them. */
static struct field field_at(const struct form_field *field, const char *at, const char *end)
{
    struct cursor c = {at, end};
    struct field x = cursor_take_field(&c);
    int64_t left;
    if (field->kind != FORM_COUNT || number_parse(x.text, x.len, &left))
        return x;
    const char *begin = c.text;
    for (x = (struct field){begin, 0}; left > 0; left--) {
        struct field next = cursor_take_field(&c);
        x.len = (size_t)(next.text + next.len - begin);
    }
    return x;
}

/* The fields after the type, in order; a missing one is optional or an empty list. */
static char *put_fields(const struct json *j, char *p, const struct form *form, const char *at,
                        const char *end)
{
    for (int i = 0; i < form->count; i++) {
        const struct form_field *field = &form->fields[i];
        if (at > end && field->optional)
            continue;
        if (at > end)
            at = end;
        struct field x = field_at(field, at, end);
        p = json_field(j, p, field, x, end);
        at = x.text + x.len + (field->kind != FORM_COUNT || x.len);
    }
    return p;
}

/* The context of the next lines: the body of this block, if it is one. */
static void enter(struct json *j, const struct form *form, const char *line, size_t len,
                  const uint8_t id[ID_LEN])
{
    struct field x[FIELDS_MAX];
    if (j->left > 0) {
        j->left--;
        j->index++;
    }
    if (strcmp(form->type, "block") == 0) {
        fields_split(line, len, x);
        memcpy(j->block, id, ID_LEN);
        j->index = 0;
        if (number_parse(x[1].text, x[1].len, &j->height) ||
            number_parse(x[7].text, x[7].len, &j->left))
            j->left = 0;
    } else if (!form->in_body && form != &form_other) {
        j->left = 0;
    }
}

static char *put_place(const struct json *j, char *p)
{
    struct field block;
    char digits[2 * ID_LEN];
    put_id(digits, j->block);
    block = (struct field){digits, sizeof digits};
    p = put_named_number(j, p, "height", j->height);
    p = json_plain(json_name(p, "block"), block);
    return put_named_number(j, p, "index", j->index);
}

int json_put(struct json *j, const char *line, size_t len, struct buf *out, struct fault *f)
{
    uint8_t id[SHA256_LEN];
    char digits[2 * ID_LEN];
    struct form made;
    const struct form *form = form_of(line, len, &made);
    struct tx tx;
    bool is_tx = form == &form_tx;
    int broken = is_tx ? form_parse_tx(line, len, &tx, f) : form_check(form, line, len, f);
    if (buf_reserve(out, 2 * len + FRAME_MAX + (size_t)JSON_BYTE_MAX * TEXT_MAX))
        return fault_memory(f);
    if (broken)
        form = &form_other;
    sha256(line, len, id);
    put_id(digits, id);
    char *p = put_string(out->data + out->len, "{\"type\":\"");
    p = put_string(p, form->type);
    *p++ = '"';
    const char *fields = form == &form_other ? line : line + strlen(form->type) + 1;
    p = form == &form_tx ? json_tx(j, p, &tx) : put_fields(j, p, form, fields, line + len);
    p = json_plain(json_name(p, "id"), (struct field){digits, sizeof digits});
    if (j->left > 0 && form->in_body)
        p = put_place(j, p);
    enter(j, form, line, len, id);
    p = put(p, "}\n", 2);
    out->len = (size_t)(p - out->data);
    return broken ? 1 : 0;
}
