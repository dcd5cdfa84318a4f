#include "sim/registers.h"

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

/* A number, or nil, in one of the snapshot's lines, of which a copy ends with a NUL. */
static int64_t value_of(const char *text)
{
    return strcmp(text, "nil") == 0 ? SIM_NIL : (int64_t)strtoull(text, NULL, 10);
}

static int restore_line(struct sim_registers *r, const char *line)
{
    unsigned place;
    char value[24], no[4] = "";
    uint64_t serial;
    if (sscanf(line, "order %" SCNu64 " %" SCNx64, &r->applied, &r->chain) == 2)
        return 0;
    if (sscanf(line, "register k%u %23s", &place, value) == 2 && place >= 1 && place <= r->keys) {
        r->values[place - 1] = value_of(value);
        return 0;
    }
    if (sscanf(line, "session c%u %" SCNu64 " %23s %3s", &place, &serial, value, no) >= 3 &&
        place >= 1 && place <= r->clients) {
        r->sessions[place - 1] = (struct sim_session){serial, value_of(value), *no != '\0'};
        return 0;
    }
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
            return fault_rule(f, "no line of a snapshot: %s", line);
        at += len + 1;
    }
    return 0;
}
