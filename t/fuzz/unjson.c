/*
 * export/objects and export/unjson, over bytes that come in pieces of any size: the pieces change
 * nothing, and a record that was read is written as an object that gives the same line again.
 */
#include "export/unjson.h"
#include "export/json.h"
#include "export/objects.h"
#include "export/text.h"
#include "fuzz.h"

static void check_line(const char *line, size_t len, bool strings)
{
    struct json j = {.strings = strings};
    struct unjson u = {.scratch = {0}};
    struct buf object = {0}, again = {0};
    struct fault f;
    must(line_check(line, len, &f) == 0);
    int put = json_put(&j, line, len, &object, &f);
    must(put >= 0 && object.data[object.len - 1] == '\n' && utf8_check(object.data, object.len));
    must(put == 0 || (f.kind == FAULT_RULE && f.text[0]));
    must(unjson(&u, object.data, object.len - 1, &again, &f) == 0);
    must_equal(again.data, again.len, line, len);
    unjson_free(&u);
    buf_free(&object);
    buf_free(&again);
}

/* Reads it all; gives a number that says what was met. */
static uint32_t read_all(const char *bytes, size_t len, uint32_t dice)
{
    struct pieces p = {.bytes = bytes, .len = len, .dice = dice};
    struct objects *objects = objects_new(pieces_source(&p));
    struct unjson u = {.scratch = {0}};
    struct buf line = {0};
    struct object o;
    struct fault f;
    uint32_t sum = 0;
    int got;
    must(objects);
    while ((got = objects_next(objects, &o, &f)) > 0) {
        line.len = 0;
        must(o.line > 0 && (!o.text || (o.len <= OBJECT_MAX && o.text[0] == '{')));
        bool good = o.text && unjson(&u, o.text, o.len, &line, &f) == 0;
        if (good)
            check_line(line.data, line.len, dice & 1);
        else
            must(f.kind == FAULT_RULE && f.text[0] && line.len == 0);
        sum = sum * 31 + (uint32_t)o.len + (uint32_t)o.line + good;
        sum += good ? fingerprint(line.data, line.len) : fingerprint(f.text, strlen(f.text));
        objects_ready(objects);
    }
    must(got == 0 && objects_next(objects, &o, &f) == 0);
    objects_free(objects);
    unjson_free(&u);
    buf_free(&line);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    size_t len = n;
    char *long_text = n % 8 ? NULL : swell(data, n, &len);
    const char *text = long_text ? long_text : (const char *)data;
    uint32_t dice = fingerprint(data, n);
    must(read_all(text, len, dice) == read_all(text, len, ~dice));
    free(long_text);
    return 0;
}
