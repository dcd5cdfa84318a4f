#include "base/array.h"
#include "base/hex.h"
#include "history/reader_parts.h"

#include <stdlib.h>
#include <string.h>

void op_reader_free(struct op_reader *r)
{
    buf_free(&r->text);
    free(r->values);
    *r = (struct op_reader){0};
}

int op_word_find(const char *const *list, const char *word, size_t n)
{
    for (int i = 0; list[i]; i++)
        if (strlen(list[i]) == n && !memcmp(list[i], word, n))
            return i;
    return -1;
}

int op_values_add(struct op_reader *r, size_t *count, struct op_text value, struct fault *f)
{
    if (*count > OP_VALUES_MAX)
        return fault_rule(f, "more than %d values", OP_VALUES_MAX);
    if (ARRAY_RESERVE(r->values, r->cap, *count + 1))
        return fault_memory(f);
    r->values[(*count)++] = value;
    return 0;
}

/* The byte that an escape stands for; -1: none. */
static int unescape(struct op_rest *rest)
{
    static const char names[] = "\"\\ntr", bytes[] = "\"\\\n\t\r";
    const char *which = rest->at < rest->end ? strchr(names, *rest->at) : NULL;
    uint8_t byte;
    if (which && *which) {
        rest->at++;
        return bytes[which - names];
    }
    if (rest->end - rest->at < 3 || *rest->at != 'x' || hex_decode(&byte, rest->at + 1, 1))
        return -1;
    rest->at += 3;
    return byte;
}

int op_string_read(struct op_reader *r, struct op_rest *rest, struct op_text *to, struct fault *f)
{
    size_t from = r->text.len;
    while (rest->at < rest->end && *rest->at != '"') {
        int c = (unsigned char)*rest->at++;
        if (c == '\\')
            c = unescape(rest);
        else if (c < ' ' || c > '~')
            return fault_rule(f, "string: a byte that is not printable ASCII");
        if (c < 0)
            return fault_rule(f, "string: unknown escape");
        r->text.data[r->text.len++] = (char)c;
    }
    if (rest->at == rest->end)
        return fault_rule(f, "string: no closing quote");
    rest->at++;
    *to = (struct op_text){r->text.data + from, r->text.len - from};
    return 0;
}

int op_reader_line(struct op_reader *r, const char *text, size_t n, uint64_t line, struct fault *f)
{
    r->text.len = 0;
    int taken = buf_reserve(&r->text, n + 1) ? fault_memory(f) : 0;
    if (!taken)
        taken = op_plain_line(r, text, n, line, f);
    if (!taken)
        taken = op_edn_line(r, text, n, line, f);
    if (!taken)
        taken = op_log_line(r, text, n, line, f);
    if (taken < 0)
        f->line = line;
    if (!taken)
        r->skipped++;
    return taken < 0 ? -1 : 0;
}
