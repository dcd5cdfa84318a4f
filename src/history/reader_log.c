/* Jepsen's log: "INFO  jepsen.util - PROCESS :KIND :OP VALUE", separated by blanks or tabs. */
#include "history/reader_edn.h"

#include <string.h>

/* The next word. n is 0 at the end of the line. */
static struct op_text next_word(struct op_rest *rest)
{
    while (rest->at < rest->end && (*rest->at == ' ' || *rest->at == '\t'))
        rest->at++;
    const char *from = rest->at;
    while (rest->at < rest->end && *rest->at != ' ' && *rest->at != '\t')
        rest->at++;
    return (struct op_text){from, (size_t)(rest->at - from)};
}

/* Finds PROCESS :KIND after what the logger wrote. false: it is not there. */
static bool find_kind(struct op_rest *rest, struct op_event *e)
{
    const char *begin = rest->at;
    struct op_text word, before = {0};
    for (; (word = next_word(rest)).n; before = word) {
        int kind = edn_keyword_find(op_kind_words, &word);
        if (kind < 0 || !before.at)
            continue;
        size_t n = (size_t)(before.at - begin);
        e->kind = (enum op_kind)kind;
        e->process = before;
        return n == 0 || (n > 4 && !memcmp(begin, "INFO", 4)) || memmem(begin, n, "jepsen", 6);
    }
    return false;
}

int op_log_line(struct op_reader *r, const char *text, size_t n, uint64_t line, struct fault *f)
{
    struct op_rest rest = {text, text + n};
    struct op_event e = {.line = line, .time = -1};
    struct edn_value v = {0};
    size_t count = 0;
    if (!find_kind(&rest, &e) || *e.process.at < '0' || *e.process.at > '9')
        return 0;
    struct op_text word = next_word(&rest);
    int name = edn_keyword_find(op_name_words, &word);
    if (name < 0)
        return fault_rule(f, "'%.*s' is not an operation", word.n < 40 ? (int)word.n : 40, word.at);
    e.name = (enum op_name)name;
    if (edn_more(&rest) && edn_read(r, &rest, &count, &v, f))
        return -1;
    return edn_event(r, &e, (struct op_text){0}, &v, f) ? -1 : 1;
}
