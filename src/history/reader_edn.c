#include "history/reader_edn.h"

#include <string.h>

int edn_keyword_find(const char *const *list, const struct op_text *text)
{
    return text->at && text->n && *text->at == ':' ? op_word_find(list, text->at + 1, text->n - 1)
                                                   : -1;
}

bool edn_more(struct op_rest *rest)
{
    while (rest->at < rest->end && strchr(" ,\t\r", *rest->at))
        rest->at++;
    return rest->at < rest->end;
}

static bool is_delimiter(char c)
{
    return strchr("[](){}\" ,\t\r", c) != NULL;
}

/* A word or keyword. */
static int read_word(struct op_rest *rest, struct op_text *word, struct fault *f)
{
    word->at = rest->at;
    while (rest->at < rest->end && !is_delimiter(*rest->at))
        if (*rest->at < ' ' || *rest->at++ > '~')
            return fault_rule(f, "a byte that is not printable ASCII");
    word->n = (size_t)(rest->at - word->at);
    return word->n ? 0 : fault_rule(f, "EDN: no value where one is expected");
}

/* A word, string, keyword or nil. */
static int read_scalar(struct op_reader *r, struct op_rest *rest, size_t *count,
                       enum edn_shape *shape, struct fault *f)
{
    struct op_text word;
    *shape = EDN_WORD;
    if (*rest->at == '"') {
        rest->at++;
        return op_string_read(r, rest, &word, f) || op_values_add(r, count, word, f) ? -1 : 0;
    }
    if (read_word(rest, &word, f))
        return -1;
    if (*word.at == ':')
        *shape = EDN_NAME;
    if (word.n == 3 && !memcmp(word.at, "nil", 3))
        word = (struct op_text){0};
    return op_values_add(r, count, word, f);
}

/* What opens here: its shape and closing byte; EDN_NONE: nothing. */
static enum edn_shape opening(struct op_rest *rest, char *close)
{
    bool set = rest->end - rest->at > 1 && rest->at[0] == '#' && rest->at[1] == '{';
    bool vector = *rest->at == '[' || *rest->at == '(';
    if (!set && !vector)
        return EDN_NONE;
    *close = set ? '}' : *rest->at == '[' ? ']' : ')';
    rest->at += set ? 2 : 1;
    return set ? EDN_SET : EDN_VECTOR;
}

/* The scalars of a vector or set, after its opening, up to its closing or to another opening: 1; to
 * its closing: 0; -1 and *f. */
static int read_scalars(struct op_reader *r, struct op_rest *rest, char close, size_t *count,
                        struct fault *f)
{
    enum edn_shape shape;
    while (edn_more(rest) && *rest->at != close) {
        if (strchr("[(#", *rest->at))
            return 1;
        if (read_scalar(r, rest, count, &shape, f))
            return -1;
    }
    if (rest->at == rest->end)
        return fault_rule(f, "EDN: no closing '%c'", close);
    rest->at++;
    return 0;
}

/* The vector or set in another one, which must be its last element. */
static int read_inner(struct op_reader *r, struct op_rest *rest, char close, size_t *count,
                      struct edn_value *v, struct fault *f)
{
    char inner = 0;
    v->inner = opening(rest, &inner);
    if (v->inner == EDN_NONE)
        return fault_rule(f, "EDN: tags are not known here");
    int nested = read_scalars(r, rest, inner, count, f);
    if (nested < 0)
        return -1;
    if (nested || !edn_more(rest) || *rest->at != close)
        return fault_rule(f, "EDN: more vectors in a vector than an operation has");
    rest->at++;
    return 0;
}

int edn_read(struct op_reader *r, struct op_rest *rest, size_t *count, struct edn_value *v,
             struct fault *f)
{
    char close = 0;
    *v = (struct edn_value){.first = *count};
    if (!edn_more(rest))
        return fault_rule(f, "EDN: no value where one is expected");
    v->shape = opening(rest, &close);
    int more = v->shape == EDN_NONE ? read_scalar(r, rest, count, &v->shape, f)
                                    : read_scalars(r, rest, close, count, f);
    if (more > 0)
        more = read_inner(r, rest, close, count, v, f);
    v->count = *count - v->first;
    return more;
}

int edn_skip(struct op_reader *r, struct op_rest *rest, struct fault *f)
{
    size_t depth = 0, text = r->text.len;
    struct op_text word;
    do {
        if (!edn_more(rest))
            return fault_rule(f, "EDN: a value does not end");
        char c = *rest->at;
        int failed = 0;
        if (strchr("[({", c) || (c == '#' && rest->end - rest->at > 1 && rest->at[1] == '{')) {
            rest->at += c == '#' ? 2 : 1;
            depth++;
        } else if (strchr("])}", c) && depth) {
            rest->at++;
            depth--;
        } else if (c == '"') {
            rest->at++;
            failed = op_string_read(r, rest, &word, f);
        } else
            failed = read_word(rest, &word, f);
        if (failed)
            return -1;
    } while (depth);
    r->text.len = text;
    return 0;
}

/* Whether the value's first word is the key: [KEY VALUE], [KEY [OLD NEW]] or [KEY #{VALUE...}]. */
static bool has_key(const struct op_reader *r, const struct op_event *e, const struct edn_value *v)
{
    if (v->shape != EDN_VECTOR || v->count == 0 || !r->values[v->first].at)
        return false;
    if (v->inner != EDN_NONE)
        return true;
    bool set = e->name == OP_READ && op_history_model(r->history) == OP_MODEL_SET;
    return v->count == 2 && e->name != OP_CAS && !set;
}

int edn_event(struct op_reader *r, struct op_event *e, struct op_text key,
              const struct edn_value *v, struct fault *f)
{
    bool asks = e->name == OP_READ || e->name == OP_GET || e->name == OP_DEQUEUE;
    bool keyed = !key.at && has_key(r, e, v);
    e->key = key.at ? key : (struct op_text){"x", 1};
    if (keyed)
        e->key = r->values[v->first];
    e->values = r->values ? r->values + v->first + keyed : NULL;
    e->count = v->count - keyed;
    if (e->kind == OP_FAIL && e->name == OP_CAS && v->shape == EDN_NAME)
        e->kind = OP_REFUSE;
    if ((e->kind == OP_INVOKE && asks) || (e->kind != OP_INVOKE && e->kind != OP_OK))
        e->count = 0;
    if (!keyed && !key.at && e->kind != OP_INVOKE && e->kind != OP_OK)
        e->key = (struct op_text){0};
    return op_history_add(r->history, e, f);
}
