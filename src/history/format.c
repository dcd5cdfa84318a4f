#include "base/hex.h"
#include "history/ops.h"

#include <string.h>

/* Appends a byte of a string. */
static int add_byte(char c, struct buf *out)
{
    static const char bytes[] = "\"\\\n\t\r", names[] = "\"\\ntr";
    const char *which = c ? strchr(bytes, c) : NULL;
    char text[4] = {'\\', which ? names[which - bytes] : 'x', 0, 0};
    if (which)
        return buf_add(out, text, 2);
    if (c >= ' ' && c <= '~')
        return buf_add(out, &c, 1);
    hex_encode(text + 2, (const uint8_t *)&c, 1);
    return buf_add(out, text, 4);
}

static bool is_plain(const struct op_text *t)
{
    if (t->n == 0 || (t->n == 3 && !memcmp(t->at, "nil", 3)))
        return false;
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i] <= ' ' || t->at[i] > '~' || t->at[i] == '"')
            return false;
    return true;
}

static int quote(const struct op_text *t, struct buf *out)
{
    int failed = buf_add(out, "\"", 1);
    for (size_t i = 0; i < t->n && !failed; i++)
        failed = add_byte(t->at[i], out);
    return failed || buf_add(out, "\"", 1) ? -1 : 0;
}

int op_text_format(const struct op_text *t, struct buf *out)
{
    if (!t->at)
        return buf_add_string(out, "nil");
    return is_plain(t) ? buf_add(out, t->at, t->n) : quote(t, out);
}

int op_value_format(const struct op_history *h, uint32_t value, struct buf *out)
{
    struct op_text t = {0};
    if (value != OP_NIL)
        t.at = op_words_text(&h->values, value - 1, &t.n);
    return op_text_format(&t, out);
}

int op_event_format(const struct op_event *e, struct buf *out)
{
    int failed = 0;
    if (e->time >= 0)
        failed = buf_add_number(out, e->time) || buf_add(out, " ", 1);
    failed = failed || buf_add_string(out, op_kind_words[e->kind]) || buf_add(out, " ", 1) ||
             buf_add(out, e->process.at, e->process.n) || buf_add(out, " ", 1) ||
             buf_add_string(out, op_name_words[e->name]) || buf_add(out, " ", 1) ||
             buf_add(out, e->key.at, e->key.n);
    for (size_t i = 0; i < e->count && !failed; i++)
        failed = buf_add(out, " ", 1) || op_text_format(&e->values[i], out);
    return failed || buf_add(out, "\n", 1) ? -1 : 0;
}

static int add_value(const struct op_history *h, uint32_t value, struct buf *out)
{
    return buf_add(out, " ", 1) || op_value_format(h, value, out) ? -1 : 0;
}

static int add_results(const struct op_history *h, const struct op *o, struct buf *out)
{
    for (uint32_t i = 0; i < o->results; i++)
        if (add_value(h, h->pool[o->result + i], out))
            return -1;
    return 0;
}

int op_format(const struct op_history *h, const struct op *o, struct buf *out)
{
    size_t n;
    const char *key = op_words_text(&h->keys, o->key, &n);
    if (buf_add_string(out, op_name_words[o->name]) || buf_add(out, " ", 1) || buf_add(out, key, n))
        return -1;
    for (unsigned i = 0; i < op_shapes[o->name].arguments; i++)
        if (add_value(h, o->arguments[i], out))
            return -1;
    return add_results(h, o, out);
}
