#include "sim/registers.h"

#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sim_registers_init(struct sim_registers *r, uint32_t keys, uint32_t clients, struct fault *f)
{
    *r = (struct sim_registers){.keys = keys, .clients = clients};
    r->values = calloc(keys, sizeof *r->values);
    r->sessions = calloc(clients, sizeof *r->sessions);
    if (r->values == NULL || r->sessions == NULL)
        return fault_memory(f);
    sim_registers_clear(r);
    return 0;
}

void sim_registers_free(struct sim_registers *r)
{
    free(r->values);
    free(r->sessions);
    *r = (struct sim_registers){0};
}

void sim_registers_clear(struct sim_registers *r)
{
    r->applied = r->chain = 0;
    for (uint32_t i = 0; i < r->keys; i++)
        r->values[i] = SIM_NIL;
    memset(r->sessions, 0, r->clients * sizeof *r->sessions);
}

void sim_registers_apply(struct sim_registers *r, const struct sim_operation *op, uint64_t index,
                         uint64_t chain)
{
    r->applied = index;
    r->chain = chain;
    if (op->kind == SIM_OP_NONE || op->client >= r->clients || op->key >= r->keys ||
        r->sessions[op->client].serial >= op->serial)
        return;
    int64_t *value = &r->values[op->key];
    const bool no = op->kind == SIM_OP_CAS && *value != op->expected;
    if (op->kind == SIM_OP_WRITE || (op->kind == SIM_OP_CAS && !no))
        *value = op->value;
    r->sessions[op->client] = (struct sim_session){op->serial, *value, no};
}

/* --- Snapshots ------------------------------------------------------------------------------ */

static int add_number(struct buf *out, const char *word, uint64_t n)
{
    return buf_add_string(out, word) || buf_add_number(out, (long long)n);
}

static int add_value(struct buf *out, int64_t value)
{
    return value == SIM_NIL ? buf_add_string(out, " nil") : add_number(out, " ", (uint64_t)value);
}

int sim_registers_format(const struct sim_registers *r, struct buf *out)
{
    char head[80];
    snprintf(head, sizeof head, "order %" PRIu64 " %016" PRIx64 "\n", r->applied, r->chain);
    if (buf_add_string(out, head))
        return -1;
    for (uint32_t i = 0; i < r->keys; i++)
        if (r->values[i] != SIM_NIL && (add_number(out, "register k", i + 1) ||
                                        add_value(out, r->values[i]) || buf_add(out, "\n", 1)))
            return -1;
    for (uint32_t i = 0; i < r->clients; i++) {
        const struct sim_session *s = &r->sessions[i];
        if (s->serial > 0 &&
            (add_number(out, "session c", i + 1) || add_number(out, " ", s->serial) ||
             add_value(out, s->value) || buf_add_string(out, s->no ? " no\n" : "\n")))
            return -1;
    }
    return 0;
}

enum { WORDS_MAX = 5 };

/* Cuts a line, which ends with a NUL, into words; how many, or WORDS_MAX + 1: too many. */
static size_t split(char *line, char *list[WORDS_MAX])
{
    size_t count = 0;
    char *rest = NULL;
    for (char *w = strtok_r(line, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest)) {
        if (count == WORDS_MAX)
            return WORDS_MAX + 1;
        list[count++] = w;
    }
    return count;
}

static int take_number(const char *word, int64_t most, int64_t *out)
{
    return number_parse(word, strlen(word), out) || *out > most ? -1 : 0;
}

/* A number after a letter, from 1, as a place from 0. */
static int take_place(const char *word, char letter, uint32_t most, uint32_t *place)
{
    int64_t n;
    if (*word != letter || take_number(word + 1, most, &n) || n < 1)
        return -1;
    *place = (uint32_t)n - 1;
    return 0;
}

static int take_value(const char *word, int64_t *value)
{
    if (strcmp(word, "nil") != 0)
        return take_number(word, INT64_MAX, value);
    *value = SIM_NIL;
    return 0;
}

static int take_chain(const char *word, uint64_t *chain)
{
    char *end;
    if (strlen(word) != 16 || strspn(word, "0123456789abcdef") != 16)
        return -1;
    *chain = strtoull(word, &end, 16);
    return 0;
}

static int restore_order(struct sim_registers *r, char *const *words)
{
    int64_t index;
    if (take_number(words[1], INT64_MAX, &index) || take_chain(words[2], &r->chain))
        return -1;
    r->applied = (uint64_t)index;
    return 0;
}

static int restore_session(struct sim_registers *r, char *const *words, bool no)
{
    uint32_t place;
    int64_t serial, value;
    if (take_place(words[1], 'c', r->clients, &place) ||
        take_number(words[2], INT64_MAX, &serial) || take_value(words[3], &value))
        return -1;
    r->sessions[place] = (struct sim_session){(uint64_t)serial, value, no};
    return 0;
}

static int restore_line(struct sim_registers *r, char *line)
{
    char *words[WORDS_MAX];
    uint32_t place;
    const size_t n = split(line, words);
    if (n == 3 && strcmp(words[0], "order") == 0)
        return restore_order(r, words);
    if (n == 3 && strcmp(words[0], "register") == 0)
        return take_place(words[1], 'k', r->keys, &place) ||
               take_value(words[2], &r->values[place]);
    if ((n == 4 || (n == 5 && strcmp(words[4], "no") == 0)) && strcmp(words[0], "session") == 0)
        return restore_session(r, words, n == 5);
    return -1;
}

int sim_registers_restore(struct sim_registers *r, const char *text, size_t n, struct fault *f)
{
    sim_registers_clear(r);
    for (size_t at = 0; at < n;) {
        char line[128];
        const char *end = memchr(text + at, '\n', n - at);
        const size_t len = end == NULL ? n - at : (size_t)(end - (text + at));
        if (len >= sizeof line)
            return fault_rule(f, "a line of more than %zu bytes in a snapshot", sizeof line - 1);
        memcpy(line, text + at, len);
        line[len] = '\0';
        if (restore_line(r, line))
            return fault_rule(f, "no line of a snapshot: %.*s", (int)len, text + at);
        at += len + 1;
    }
    return 0;
}
