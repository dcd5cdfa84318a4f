#include "maelstrom/maelstrom_check.h"

#include "base/array.h"
#include "maelstrom/maelstrom_check_parts.h"
#include "maelstrom/maelstrom_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 5 }; /* of a kind of operation, of which one is answered, whatever fails */

struct maelstrom_op_text maelstrom_op_words(const struct maelstrom_op *op)
{
    struct maelstrom_op_text w = {""};
    struct buf text = {0};
    struct maelstrom_op asked = *op;
    asked.result = NULL;
    if (maelstrom_op_format(&asked, &text) == 0)
        snprintf(w.text, sizeof w.text, "%.*s by c%u at n%u (%lld ms)", (int)text.len, text.data,
                 op->client, op->node, (long long)op->asked);
    buf_free(&text);
    return w;
}

struct maelstrom_value_text maelstrom_value_words(const json_t *value)
{
    struct maelstrom_value_text w = {""};
    struct buf text = {0};
    if (maelstrom_value_format(value, &text) == 0)
        snprintf(w.text, sizeof w.text, "%.*s%s", text.len > 40 ? 40 : (int)text.len, text.data,
                 text.len > 40 ? "..." : "");
    buf_free(&text);
    return w;
}

static bool is_answered(const struct maelstrom_op *op)
{
    const enum op_kind end = maelstrom_op_end(op);
    return end == OP_OK || end == OP_FAIL;
}

/* How often a kind was tried; *first: the first time. */
static size_t count_tries(const struct maelstrom_history *h, int kind, size_t *answered,
                          const struct maelstrom_op **first)
{
    size_t tries = 0;
    *answered = 0;
    for (size_t i = 0; i < h->count; i++) {
        if ((int)h->list[i].kind != kind)
            continue;
        if (tries++ == 0)
            *first = &h->list[i];
        *answered += is_answered(&h->list[i]);
    }
    return tries;
}

int maelstrom_check_answered(const struct maelstrom_history *h, struct fault *f)
{
    size_t all = 0, answered;
    const struct maelstrom_op *first = NULL;
    for (size_t i = 0; i < h->count; i++)
        all += is_answered(&h->list[i]);
    for (int kind = 0; kind <= MAELSTROM_CAS; kind++) {
        size_t tries = count_tries(h, kind, &answered, &first);
        if (tries > 0 && answered == 0 && (tries >= TRIES || all == 0))
            return fault_rule(f, "%s: it was not answered, and no other %s was either",
                              maelstrom_op_words(first).text, maelstrom_kind_name(first->kind));
    }
    return 0;
}

int maelstrom_check_echo(const struct maelstrom_history *h, struct fault *f)
{
    char said[32];
    for (size_t i = 0; i < h->count; i++) {
        const struct maelstrom_op *op = &h->list[i];
        snprintf(said, sizeof said, "say %lld", (long long)op->value);
        const char *text = op->status == MAELSTROM_OK ? json_string_value(op->result) : said;
        if (!text || strcmp(text, said) != 0)
            return fault_rule(f, "%s: the answer is %s; the same was expected",
                              maelstrom_op_words(op).text, maelstrom_value_words(op->result).text);
    }
    return 0;
}

/* --- Ids -------------------------------------------------------------------------------------- */

/* Adds op's id to `seen`, a map from the text of each to the place of its operation. */
static int add_id(const struct maelstrom_history *h, size_t i, json_t *seen, struct fault *f)
{
    const struct maelstrom_op *op = &h->list[i];
    char *text = json_dumps(op->result, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    if (!text)
        return fault_memory(f);
    const json_t *before = json_object_get(seen, text);
    int result = 0;
    if (before)
        result = fault_rule(f, "%s: the id %s, which %s was given before",
                            maelstrom_op_words(op).text, maelstrom_value_words(op->result).text,
                            maelstrom_op_words(&h->list[json_integer_value(before)]).text);
    else if (json_object_set_new(seen, text, json_integer((json_int_t)i)))
        result = fault_memory(f);
    free(text);
    return result;
}

int maelstrom_check_ids(const struct maelstrom_history *h, struct fault *f)
{
    json_t *seen = json_object();
    int result = seen ? 0 : fault_memory(f);
    for (size_t i = 0; i < h->count && result == 0; i++)
        if (h->list[i].status == MAELSTROM_OK)
            result = add_id(h, i, seen, f);
    json_decref(seen);
    return result;
}

/* --- The last reads --------------------------------------------------------------------------- */

uint32_t maelstrom_nodes(const struct maelstrom_history *h)
{
    uint32_t most = 0;
    for (size_t i = 0; i < h->count; i++)
        most = h->list[i].node > most ? h->list[i].node : most;
    return most;
}

int maelstrom_last_read(const struct maelstrom_history *h, uint32_t node,
                        const struct maelstrom_op **op, struct fault *f)
{
    *op = NULL;
    const struct maelstrom_op *tried = NULL;
    for (size_t i = h->count; i > 0 && !*op; i--) {
        const struct maelstrom_op *at = &h->list[i - 1];
        if (at->node != node || !at->last)
            continue;
        tried = tried ? tried : at;
        *op = at->status == MAELSTROM_OK ? at : NULL;
    }
    if (tried && !*op)
        return fault_rule(f, "%s: it was not answered, although the faults had ended",
                          maelstrom_op_words(tried).text);
    return 0;
}
