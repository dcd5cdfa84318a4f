#include "maelstrom/maelstrom_check.h"
#include "maelstrom/maelstrom_check_parts.h"

#include <stdlib.h>

/* Who added each value, from 0, which are the numbers of the operations. */
struct adders {
    const struct maelstrom_op **list;
    size_t count;
};

static bool is_adding(const struct maelstrom_op *op)
{
    return op->kind == MAELSTROM_BROADCAST || op->kind == MAELSTROM_ADD;
}

static int find_adders(const struct maelstrom_history *h, struct adders *a)
{
    for (size_t i = 0; i < h->count; i++)
        if (is_adding(&h->list[i]) && (size_t)h->list[i].value >= a->count)
            a->count = (size_t)h->list[i].value + 1;
    a->list = calloc(a->count + 1, sizeof(const struct maelstrom_op *));
    if (!a->list)
        return -1;
    for (size_t i = 0; i < h->count; i++)
        if (is_adding(&h->list[i]))
            a->list[h->list[i].value] = &h->list[i];
    return 0;
}

/* Who added a value of a read that was answered, or NULL. */
static const struct maelstrom_op *adder(const struct adders *a, const struct maelstrom_op *read,
                                        const json_t *value)
{
    json_int_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < 0 || (size_t)n >= a->count)
        return NULL;
    const struct maelstrom_op *op = a->list[n];
    return op && op->began < read->ended ? op : NULL;
}

/* Marks in `has` what was read. */
static int check_read(const struct adders *a, const struct maelstrom_op *read, bool *has,
                      struct fault *f)
{
    size_t i;
    const json_t *value;
    if (!json_is_array(read->result))
        return fault_rule(f, "%s: the answer is %s; a list was expected",
                          maelstrom_op_words(read).text, maelstrom_value_words(read->result).text);
    for (i = 0; i < a->count; i++)
        has[i] = false;
    json_array_foreach(read->result, i, value)
    {
        const struct maelstrom_op *from = adder(a, read, value);
        if (!from)
            return fault_rule(f, "%s: the answer has %s, which nobody had added before",
                              maelstrom_op_words(read).text, maelstrom_value_words(value).text);
        if (has[from->value])
            return fault_rule(f, "%s: the answer has %lld twice", maelstrom_op_words(read).text,
                              (long long)from->value);
        has[from->value] = true;
    }
    return 0;
}

static int check_complete(const struct adders *a, const struct maelstrom_op *read, const bool *has,
                          struct fault *f)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i] && a->list[i]->status == MAELSTROM_OK && !has[i])
            return fault_rule(f, "%s was acknowledged; n%u's last read (%lld ms) lacks it",
                              maelstrom_op_words(a->list[i]).text, read->node,
                              (long long)read->asked);
    return 0;
}

static int check_all(const struct maelstrom_history *h, const struct adders *a, bool *has,
                     struct fault *f)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->list[i].kind == MAELSTROM_READ && h->list[i].status == MAELSTROM_OK &&
            check_read(a, &h->list[i], has, f))
            return -1;
    return 0;
}

static int check_last(const struct maelstrom_history *h, const struct adders *a, bool *has,
                      struct fault *f)
{
    for (uint32_t node = 1; node <= maelstrom_nodes(h); node++) {
        const struct maelstrom_op *read;
        if (maelstrom_last_read(h, node, &read, f))
            return -1;
        if (read && (check_read(a, read, has, f) || check_complete(a, read, has, f)))
            return -1;
    }
    return 0;
}

typedef int check(const struct maelstrom_history *h, const struct adders *a, bool *has,
                  struct fault *f);

static int check_by(check *by, const struct maelstrom_history *h, struct fault *f)
{
    struct adders a = {0};
    bool *has = find_adders(h, &a) ? NULL : calloc(a.count + 1, sizeof *has);
    int result = has ? by(h, &a, has, f) : fault_memory(f);
    free(a.list);
    free(has);
    return result;
}

int maelstrom_check_set(const struct maelstrom_history *h, struct fault *f)
{
    return check_by(check_all, h, f);
}

int maelstrom_check_set_last(const struct maelstrom_history *h, struct fault *f)
{
    return check_by(check_last, h, f);
}
