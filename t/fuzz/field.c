/*
 * record/field: a line that is let through is exactly its fields with one space between, and each
 * field is what it says, told the slow way.
 */
#include "record/field.h"
#include "base/hex.h"
#include "fuzz.h"

#include <stdio.h>

/* The grammar of a line as tx(5) defines it. */
static bool is_line(const char *s, size_t n)
{
    bool good = n > 0 && n <= LINE_MAX_LEN && s[0] != ' ' && s[n - 1] != ' ';
    for (size_t i = 0; good && i < n; i++)
        good = s[i] >= 0x20 && s[i] <= 0x7e && (s[i] != ' ' || s[i + 1] != ' ');
    return good;
}

/* A number is what printing it gives back. */
static void check_number(struct field x)
{
    struct fault f;
    int64_t value;
    char again[24];
    if (field_number(x, "n", &value, &f) == 0) {
        must(value >= 0);
        must_equal(x.text, x.len, again,
                   (size_t)snprintf(again, sizeof again, "%lld", (long long)value));
        return;
    }
    must(f.kind == FAULT_RULE);
    char *end, copy[24] = {0};
    if (x.len == 0 || x.len > 19 || x.text[0] < '0' || x.text[0] > '9')
        return;
    memcpy(copy, x.text, x.len);
    unsigned long long read = strtoull(copy, &end, 10);
    must(*end || read > INT64_MAX || (copy[0] == '0' && copy[1]));
}

static void check_hex(struct field x)
{
    struct fault f;
    uint8_t id[ID_LEN], signature[SIGNATURE_LEN];
    char again[2 * SIGNATURE_LEN];
    bool digits = true;
    for (size_t i = 0; i < x.len; i++)
        digits &= (x.text[i] >= '0' && x.text[i] <= '9') || (x.text[i] >= 'a' && x.text[i] <= 'f');
    must((field_id(x, "id", id, &f) == 0) == (digits && x.len == 64));
    must((field_signature(x, "s", signature, &f) == 0) == (digits && x.len == 128));
    if (!digits || (x.len != 64 && x.len != 128))
        return;
    hex_encode(again, x.len == 64 ? id : signature, x.len / 2);
    must_equal(x.text, x.len, again, x.len);
}

/* A text is what encoding its bytes gives back. */
static void check_text(struct field x)
{
    struct fault f;
    char bytes[TEXT_MAX], again[TEXT_FORM_MAX];
    if (field_text(x, "t", &f)) {
        must(f.kind == FAULT_RULE);
        return;
    }
    size_t n = text_decode(x, bytes);
    must(n <= TEXT_MAX);
    must_equal(x.text, x.len, again, text_encode(bytes, n, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct field x[FIELDS_MAX];
    struct fault f;
    size_t len, at = 0;
    char *line = swell(data, n, &len);
    line[len] = ' '; /* for is_line to look at, and so never let through */
    bool good = line_check(line, len, &f) == 0;
    must(good == is_line(line, len));
    size_t count = good ? fields_split(line, len, x) : 0;
    for (size_t i = 0; i < count && i < FIELDS_MAX; i++) {
        must(x[i].text == line + at && x[i].len > 0 && !memchr(x[i].text, ' ', x[i].len));
        must((i > 0) || (line_is(line, len, "tx") == field_is(x[0], "tx")));
        at += x[i].len + 1;
        check_number(x[i]);
        check_hex(x[i]);
        check_text(x[i]);
    }
    must(!good || count > FIELDS_MAX || at == len + 1);
    free(line);
    return 0;
}
