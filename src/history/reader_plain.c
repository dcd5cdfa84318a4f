/* The lines of history(5): [TIME] KIND PROCESS OP KEY [VALUE...]. */
#include "base/num.h"
#include "history/reader_parts.h"

#include <string.h>

/* The next word, or string; a word that is nil has no text. 1; 0: the line ends; -1 and a rule. */
static int next_word(struct op_reader *r, struct op_rest *rest, struct op_text *word,
                     struct fault *f)
{
    while (rest->at < rest->end && *rest->at == ' ')
        rest->at++;
    if (rest->at == rest->end)
        return 0;
    const char *from = rest->at;
    if (*from == '"') {
        rest->at++;
        return op_string_read(r, rest, word, f) ? -1 : 1;
    }
    while (rest->at < rest->end && *rest->at != ' ')
        if (*rest->at < ' ' || *rest->at++ > '~')
            return fault_rule(f, "a byte that is not printable ASCII");
    *word = (struct op_text){from, (size_t)(rest->at - from)};
    return 1;
}

/* Reads [TIME] KIND. 1, or 0: it is no line of a history. */
static int begin(struct op_reader *r, struct op_rest *rest, struct op_event *e)
{
    struct op_text word = {0};
    struct fault f;
    e->time = -1;
    if (next_word(r, rest, &word, &f) <= 0)
        return 0;
    if (number_parse(word.at, word.n, &e->time) == 0 && next_word(r, rest, &word, &f) <= 0)
        return 0;
    int kind = op_word_find(op_kind_words, word.at, word.n);
    e->kind = (enum op_kind)kind;
    return kind >= 0;
}

static int take_name(const struct op_text *word, struct op_event *e, struct fault *f)
{
    int name = op_word_find(op_name_words, word->at, word->n);
    if (name < 0)
        return fault_rule(f, "'%.*s' is not an operation", word->n < 40 ? (int)word->n : 40,
                          word->at);
    e->name = (enum op_name)name;
    return 0;
}

static int take_values(struct op_reader *r, struct op_rest *rest, struct op_event *e,
                       struct fault *f)
{
    struct op_text word = {0};
    int got;
    while ((got = next_word(r, rest, &word, f)) > 0) {
        bool nil = rest->at[-1] != '"' && word.n == 3 && !memcmp(word.at, "nil", 3);
        if (op_values_add(r, &e->count, nil ? (struct op_text){0} : word, f))
            return -1;
    }
    e->values = r->values;
    return got;
}

int op_plain_line(struct op_reader *r, const char *text, size_t n, uint64_t line, struct fault *f)
{
    struct op_rest rest = {text, text + n};
    struct op_event e = {.line = line};
    struct op_text name = {0};
    if (!begin(r, &rest, &e))
        return 0;
    int got = next_word(r, &rest, &e.process, f);
    if (got > 0)
        got = next_word(r, &rest, &name, f);
    if (got == 0)
        return fault_rule(f, "%s: PROCESS or OP is missing", op_kind_words[e.kind]);
    if (got < 0 || take_name(&name, &e, f) || next_word(r, &rest, &e.key, f) < 0)
        return -1;
    bool answer = e.kind == OP_INVOKE || e.kind == OP_OK; /* else a reason may follow */
    if (answer && take_values(r, &rest, &e, f))
        return -1;
    return op_history_add(r->history, &e, f) ? -1 : 1;
}
