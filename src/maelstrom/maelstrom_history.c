#include "maelstrom/maelstrom_history.h"

#include "base/array.h"
#include "maelstrom/maelstrom_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int maelstrom_history_add(struct maelstrom_history *h, const struct maelstrom_op *op)
{
    if (ARRAY_RESERVE(h->list, h->cap, h->count + 1))
        return -1;
    h->list[h->count++] = *op;
    return 0;
}

void maelstrom_history_free(struct maelstrom_history *h)
{
    for (size_t i = 0; i < h->count; i++)
        json_decref(h->list[i].result);
    free(h->list);
    *h = (struct maelstrom_history){0};
}

const char *maelstrom_kind_name(enum maelstrom_kind kind)
{
    static const char *const names[] = {"echo", "generate", "broadcast", "add",
                                        "read", "write",    "cas"};
    return names[kind];
}

/* --- As words of history(5) ------------------------------------------------------------------- */

/* A cas whose key is missing, or has another value, has failed; any other failure says nothing of
 * the value. */
enum op_kind maelstrom_op_end(const struct maelstrom_op *op)
{
    if (op->status != MAELSTROM_FAIL)
        return op->status == MAELSTROM_OK ? OP_OK : OP_INFO;
    return op->error == MAELSTROM_PRECONDITION || op->error == MAELSTROM_NO_KEY ? OP_FAIL
                                                                                : OP_REFUSE;
}

/* A word: JSON's own if it has no blanks and no quotes, else a quoted string. */
static int add_word(const json_t *value, struct buf *out)
{
    struct buf text = {0};
    int failed = buf_add(out, " ", 1) || maelstrom_value_format(value, &text);
    bool quoted = !json_is_integer(value) && !json_is_string(value);
    if (!failed && json_is_null(value))
        failed = buf_add_string(out, "nil");
    else if (!failed && !quoted)
        failed = buf_add(out, text.data, text.len);
    else if (!failed) {
        failed = buf_add(out, "\"", 1);
        for (size_t i = 0; i < text.len && !failed; i++)
            failed = (strchr("\"\\", text.data[i]) && buf_add(out, "\\", 1)) ||
                     buf_add(out, &text.data[i], 1);
        failed = failed || buf_add(out, "\"", 1);
    }
    buf_free(&text);
    return failed ? -1 : 0;
}

/* Each element of a list, or the value itself. */
static int add_result(const json_t *result, struct buf *out)
{
    size_t i;
    const json_t *element;
    if (!json_is_array(result))
        return add_word(result, out);
    json_array_foreach((json_t *)(uintptr_t)result, i, element)
    {
        if (add_word(element, out))
            return -1;
    }
    return 0;
}

static int add_numbers(const struct maelstrom_op *op, struct buf *out)
{
    char text[64] = "";
    if (op->kind == MAELSTROM_CAS)
        snprintf(text, sizeof text, " %lld %lld", (long long)op->from, (long long)op->value);
    else if (op->kind == MAELSTROM_ECHO)
        snprintf(text, sizeof text, " \"say %lld\"", (long long)op->value);
    else if (op->kind != MAELSTROM_GENERATE && op->kind != MAELSTROM_READ)
        snprintf(text, sizeof text, " %lld", (long long)op->value);
    return buf_add_string(out, text);
}

int maelstrom_op_format(const struct maelstrom_op *op, struct buf *out)
{
    if (buf_add_string(out, maelstrom_kind_name(op->kind)) || buf_add(out, " ", 1) ||
        (op->key < 0 ? buf_add(out, "x", 1) : buf_add_number(out, op->key)) || add_numbers(op, out))
        return -1;
    return op->result && op->status == MAELSTROM_OK ? add_result(op->result, out) : 0;
}
