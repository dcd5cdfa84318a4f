/* Jepsen's operations as maps in EDN: {:process 0, :type :invoke, :f :read, :value nil, ...}. */
#include "base/num.h"
#include "history/reader_edn.h"

#include <string.h>

enum { PROCESS, TYPE, NAME, KEY, VALUE, TIME, ERROR, KEYS };

/* Where the value of each key begins and ends; at NULL: it has none. */
struct map {
    struct op_rest values[KEYS];
};

static const char *const keys[] = {":process", ":type", ":f",     ":key",
                                   ":value",   ":time", ":error", NULL};

/* Finds the values of a map after its opening brace. */
static int read_map(struct op_reader *r, struct op_rest *rest, struct map *m, struct fault *f)
{
    while (edn_more(rest) && *rest->at != '}') {
        const char *key = rest->at;
        if (*key != ':')
            return fault_rule(f, "EDN: a map's key is not a keyword");
        if (edn_skip(r, rest, f))
            return -1;
        int i = op_word_find(keys, key, (size_t)(rest->at - key));
        edn_more(rest);
        struct op_rest value = {rest->at, rest->end};
        if (edn_skip(r, rest, f))
            return -1;
        value.end = rest->at;
        if (i >= 0)
            m->values[i] = value;
    }
    if (rest->at == rest->end)
        return fault_rule(f, "EDN: no closing '}'");
    rest->at++;
    return 0;
}

/* The bytes of a key's value. */
static struct op_text text_of(const struct map *m, int key)
{
    const struct op_rest *v = &m->values[key];
    return (struct op_text){v->at, (size_t)(v->end - v->at)};
}

/* The index of a key's value, a keyword, in a list; -1: it is not there. */
static int find_name(const struct map *m, int key, const char *const *list)
{
    const struct op_text t = text_of(m, key);
    return edn_keyword_find(list, &t);
}

/* Whether the error is an answer to the comparison of a cas. */
static bool compared(const struct map *m)
{
    static const char *const words[] = {"precondition", "does-not-exist", "not-found"};
    struct op_text t = text_of(m, ERROR);
    bool found = !t.at;
    for (size_t i = 0; i < sizeof words / sizeof *words && !found; i++)
        found = memmem(t.at, t.n, words[i], strlen(words[i])) != NULL;
    return found;
}

static bool is_client(const struct op_text *process)
{
    return *process->at >= '0' && *process->at <= '9';
}

/* Reads the key and the value of an event, and adds it to the history. */
static int take_value(struct op_reader *r, struct map *m, struct op_event *e, struct fault *f)
{
    struct edn_value key = {0}, value = {0};
    size_t count = 0;
    if ((m->values[KEY].at && edn_read(r, &m->values[KEY], &count, &key, f)) ||
        (m->values[VALUE].at && edn_read(r, &m->values[VALUE], &count, &value, f)))
        return -1;
    struct op_text name = key.count == 1 ? r->values[key.first] : (struct op_text){0};
    return edn_event(r, e, name, &value, f);
}

static int take_map(struct op_reader *r, struct map *m, uint64_t line, struct fault *f)
{
    struct op_text process = text_of(m, PROCESS), time = text_of(m, TIME);
    int kind = find_name(m, TYPE, op_kind_words), name = find_name(m, NAME, op_name_words);
    if (!process.at || !m->values[TYPE].at || !m->values[NAME].at)
        return fault_rule(f, "EDN: an operation needs :process, :type and :f");
    if (!is_client(&process))
        return 0;
    if (kind < 0)
        return fault_rule(f, "EDN: :type is not one of :invoke, :ok, :fail and :info");
    if (name < 0)
        return fault_rule(f, "EDN: :f is not an operation of history(5)");
    struct op_event e = {(enum op_kind)kind, (enum op_name)name, .process = process, .line = line};
    if (!time.at || number_parse(time.at, time.n, &e.time))
        e.time = -1;
    if (e.kind == OP_FAIL && e.name == OP_CAS && !compared(m))
        e.kind = OP_REFUSE;
    return take_value(r, m, &e, f) ? -1 : 1;
}

int op_edn_line(struct op_reader *r, const char *text, size_t n, uint64_t line, struct fault *f)
{
    static const char tag[] = "#jepsen.history.Op";
    struct op_rest rest = {text, text + n};
    int taken = 0;
    while (edn_more(&rest) && (*rest.at == '[' || *rest.at == ']'))
        rest.at++;
    if ((size_t)(rest.end - rest.at) > sizeof tag && !memcmp(rest.at, tag, sizeof tag - 1))
        rest.at += sizeof tag - 1;
    while (taken >= 0 && edn_more(&rest) && *rest.at == '{') {
        struct map m = {0};
        rest.at++;
        int failed = read_map(r, &rest, &m, f) ? -1 : take_map(r, &m, line, f);
        taken = failed ? failed : taken;
    }
    return taken;
}
