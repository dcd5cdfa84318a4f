#include "sim/operation.h"

#include "base/num.h"
#include "scenario/scenario.h"

#include <string.h>

static const char *const words[] = {
    [SIM_OP_READ] = "read", [SIM_OP_WRITE] = "write", [SIM_OP_CAS] = "cas", [SIM_OP_LINE] = "line"};

enum { LINE_MOST = 120 }; /* bytes of a line that is not filled up */

static char *put_word(char *at, const char *word)
{
    const size_t n = strlen(word);
    memcpy(at, word, n);
    return at + n;
}

static char *put_digits(char *at, uint64_t n)
{
    char digits[20];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

static char *put_value(char *at, int64_t value)
{
    *at++ = ' ';
    return value == SIM_NIL ? put_word(at, "nil") : put_digits(at, (uint64_t)value);
}

int sim_operation_format(const struct sim_operation *op, uint32_t size, struct buf *out)
{
    if (buf_reserve(out, LINE_MOST + size))
        return -1;
    char *begin = out->data + out->len, *at = begin;
    *at++ = 'c';
    at = put_word(put_digits(at, (uint64_t)op->client + 1), " ");
    at = put_word(put_digits(at, op->serial), " ");
    at = put_digits(put_word(put_word(at, words[op->kind]), " k"), (uint64_t)op->key + 1);
    if (op->kind == SIM_OP_CAS)
        at = put_value(at, op->expected);
    if (op->kind != SIM_OP_READ)
        at = put_value(at, op->value);
    const size_t n = (size_t)(at - begin) + 1;
    if (n < size)
        at = (char *)memset(at, ' ', size - n) + (size - n);
    *at++ = '\n';
    out->len += (size_t)(at - begin);
    return 0;
}

/* --- Reading it back ------------------------------------------------------------------------ */

struct cursor {
    const char *at, *end;
};

/* The next word, of *n bytes; an empty one at the end. */
static const char *word(struct cursor *c, size_t *n)
{
    while (c->at < c->end && *c->at == ' ')
        c->at++;
    const char *begin = c->at;
    while (c->at < c->end && *c->at != ' ')
        c->at++;
    *n = (size_t)(c->at - begin);
    return begin;
}

static int take_number(struct cursor *c, const char *prefix, int64_t least, int64_t most,
                       int64_t *out)
{
    size_t n;
    const size_t skip = strlen(prefix);
    const char *text = word(c, &n);
    if (n < skip || memcmp(text, prefix, skip) != 0)
        return -1;
    return number_parse(text + skip, n - skip, out) || *out < least || *out > most ? -1 : 0;
}

static int take_value(struct cursor *c, int64_t *out)
{
    struct cursor before = *c;
    size_t n;
    const char *text = word(c, &n);
    *out = SIM_NIL;
    if (n == 3 && memcmp(text, "nil", 3) == 0)
        return 0;
    *c = before;
    return take_number(c, "", 0, INT64_MAX, out);
}

static enum sim_operation_kind take_kind(struct cursor *c)
{
    size_t n;
    const char *text = word(c, &n);
    for (int i = SIM_OP_READ; i <= SIM_OP_LINE; i++)
        if (strlen(words[i]) == n && memcmp(words[i], text, n) == 0)
            return (enum sim_operation_kind)i;
    return SIM_OP_NONE;
}

struct sim_operation sim_operation_parse(const char *text, size_t n)
{
    const struct sim_operation none = {.kind = SIM_OP_NONE};
    struct sim_operation op = none;
    struct cursor c = {text, text + n};
    int64_t client, serial, key;
    if (n == 0 || memchr(text, '\n', n) != text + n - 1)
        return none;
    c.end--;
    if (take_number(&c, "c", 1, SIM_CLIENTS_MAX, &client) ||
        take_number(&c, "", 1, INT64_MAX, &serial) || !(op.kind = take_kind(&c)) ||
        take_number(&c, "k", 1, SIM_KEYS_MAX, &key) ||
        (op.kind == SIM_OP_CAS && take_value(&c, &op.expected)) ||
        (op.kind != SIM_OP_READ && take_value(&c, &op.value)) || (word(&c, &n), n > 0))
        return none;
    op.client = (uint32_t)client - 1;
    op.serial = (uint64_t)serial;
    op.key = (uint32_t)key - 1;
    return op;
}
