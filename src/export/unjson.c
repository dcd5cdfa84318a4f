#include "export/unjson.h"

#include "base/hex.h"
#include "export/text.h"
#include "export/unjson_parts.h"
#include "hash/sha256.h"

int unjson_use(struct reading *r, const char *name, enum form_kind kind, struct field *x)
{
    struct json_member *m = members_find(&r->members, name, strlen(name));
    *x = (struct field){"", 0};
    if (!m)
        return 0;
    bool list = kind == FORM_LIST || kind == FORM_COUNT;
    bool right = list                                        ? m->kind == A_LIST
                 : kind == FORM_NUMBER || kind == FORM_VALUE ? m->kind != A_LIST
                                                             : m->kind == A_STRING;
    if (!right)
        return fault_rule(r->f, "json: %s is not a %s", name,
                          list                  ? "list"
                          : kind == FORM_NUMBER ? "number"
                                                : "string");
    m->used = true;
    *x = member_value(&r->members, m);
    return 1;
}

/* How many values the list has, before these. */
static int put_count(struct reading *r, struct field list, struct buf *out)
{
    int64_t n = list.len > 0;
    for (size_t i = 0; i < list.len; i++)
        n += list.text[i] == ' ';
    return buf_add(out, " ", 1) || buf_add_number(out, n) ? fault_memory(r->f) : 0;
}

static int put_value(struct reading *r, const struct form_field *field, struct field x,
                     struct buf *out)
{
    bool list = field->kind == FORM_LIST || field->kind == FORM_COUNT;
    bool many = list || field->kind == FORM_REST;
    if (field->kind == FORM_COUNT && put_count(r, x, out))
        return -1;
    if (list && x.len == 0)
        return 0;
    if (x.len == 0 || (!many && memchr(x.text, ' ', x.len)))
        return fault_rule(r->f, "json: %s is empty, or has a space in it", field->name);
    if ((field->kind != FORM_REST && buf_add(out, " ", 1)) || buf_add(out, x.text, x.len))
        return fault_memory(r->f);
    return 0;
}

/* The text form of a text, compared with the bytes that NAME_utf8 gives for it. */
static int check_bytes(struct reading *r, const char *name, struct field text)
{
    char key[MEMBER_KEY_MAX], bytes[TEXT_MAX];
    struct field x;
    struct fault why;
    char *end = put_string(put_string(key, name), "_utf8");
    *end = 0;
    int there = unjson_use(r, key, FORM_STRING, &x);
    if (there <= 0 || field_text(text, name, &why)) /* form_check reports what is not a text */
        return there < 0 ? -1 : 0;
    size_t n = text_decode(text, bytes);
    if (n != x.len || memcmp(bytes, x.text, n))
        return fault_rule(r->f, "json: %s does not match %s", key, name);
    return 0;
}

int unjson_member(struct reading *r, const struct form_field *field, struct buf *out)
{
    struct field x;
    int there = unjson_use(r, field->name, field->kind, &x);
    if (there < 0)
        return -1;
    if (!there)
        return field->optional ? 0 : fault_rule(r->f, "json: %s is missing", field->name);
    if (field->kind == FORM_TEXT && check_bytes(r, field->name, x))
        return -1;
    return put_value(r, field, x, out);
}

static int put_record(struct reading *r, const struct form *form, struct buf *out)
{
    if (form != &form_other && buf_add_string(out, form->type))
        return fault_memory(r->f);
    if (form == &form_tx)
        return unjson_tx(r, out);
    for (int i = 0; i < form->count; i++)
        if (unjson_member(r, &form->fields[i], out))
            return -1;
    return 0;
}

static int check_id(struct reading *r, const char *line, size_t len)
{
    struct field x;
    uint8_t id[SHA256_LEN];
    int there = unjson_use(r, "id", FORM_STRING, &x);
    if (there <= 0)
        return there;
    sha256(line, len, id);
    if (!field_is(x, hex32(id).text))
        return fault_rule(r->f, "json: id is not that of the record: it should be %s",
                          hex32(id).text);
    return 0;
}

/* Where a line was in which block has no effect on the line; but it must be well formed. */
static int check_place(struct reading *r)
{
    struct field x;
    int64_t n;
    uint8_t id[ID_LEN];
    int there = unjson_use(r, "height", FORM_NUMBER, &x);
    if (there < 0 || (there && field_number(x, "json: height", &n, r->f)))
        return -1;
    there = unjson_use(r, "index", FORM_NUMBER, &x);
    if (there < 0 || (there && field_number(x, "json: index", &n, r->f)))
        return -1;
    there = unjson_use(r, "block", FORM_STRING, &x);
    return there < 0 || (there && field_id(x, "json: block", id, r->f)) ? -1 : 0;
}

static int all_used(struct reading *r)
{
    for (int i = 0; i < r->members.count; i++)
        if (!r->members.list[i].used)
            return fault_rule(r->f, "json: '%.*s' is not a field of this type",
                              (int)r->members.list[i].key_len, r->members.list[i].key);
    return 0;
}

static const struct form *form_of_object(struct reading *r, struct form *made)
{
    struct field x;
    int there = unjson_use(r, "type", FORM_STRING, &x);
    const struct form *form = there > 0 ? form_named(x.text, x.len, made) : NULL;
    if (there == 0)
        fault_rule(r->f, "json: type is missing");
    if (there > 0 && !form)
        fault_rule(r->f, "json: unknown type '%.*s'", x.len > 40 ? 40 : (int)x.len, x.text);
    return form;
}

static int convert(struct reading *r, const char *text, size_t text_len, struct buf *out)
{
    size_t begin = out->len;
    if (members_parse(&r->members, text, text_len, r->f))
        return -1;
    struct form made;
    const struct form *form = form_of_object(r, &made);
    if (!form || put_record(r, form, out) || (form->in_body && check_place(r)))
        return -1;
    const char *line = out->data + begin;
    size_t len = out->len - begin;
    return line_check(line, len, r->f) || form_check(form, line, len, r->f) ||
                   check_id(r, line, len) || all_used(r)
               ? -1
               : 0;
}

int unjson(struct unjson *u, const char *text, size_t len, struct buf *out, struct fault *f)
{
    struct reading r = {.members.scratch = &u->scratch, .f = f};
    size_t begin = out->len;
    *f = (struct fault){0};
    if (convert(&r, text, len, out) == 0)
        return 0;
    out->len = begin;
    return -1;
}

void unjson_free(struct unjson *u)
{
    buf_free(&u->scratch);
}
