#include "maelstrom/maelstrom_workload.h"

#include "base/chance.h"
#include "maelstrom/maelstrom_check.h"

#include <stdio.h>
#include <string.h>

enum {
    KEYS = 4,   /* of lin-kv */
    VALUES = 5, /* ... so that a cas finds what it expects now and then */
    DELTA = 5,  /* what is added to a counter at most */
};

/* --- Operations ------------------------------------------------------------------------------- */

static void draw_echo(uint64_t *chance, int64_t serial, struct maelstrom_op *op)
{
    (void)chance;
    op->kind = MAELSTROM_ECHO;
    op->value = serial;
}

static void draw_id(uint64_t *chance, int64_t serial, struct maelstrom_op *op)
{
    (void)chance;
    (void)serial;
    op->kind = MAELSTROM_GENERATE;
}

static void draw_broadcast(uint64_t *chance, int64_t serial, struct maelstrom_op *op)
{
    op->kind = chance_below(chance, 2) ? MAELSTROM_BROADCAST : MAELSTROM_READ;
    op->value = serial;
}

static void draw_element(uint64_t *chance, int64_t serial, struct maelstrom_op *op)
{
    op->kind = chance_below(chance, 2) ? MAELSTROM_ADD : MAELSTROM_READ;
    op->value = serial;
}

static void draw_increment(uint64_t *chance, int64_t serial, struct maelstrom_op *op)
{
    (void)serial;
    op->kind = chance_below(chance, 2) ? MAELSTROM_ADD : MAELSTROM_READ;
    op->value = (int64_t)chance_below(chance, DELTA + 1);
}

static void draw_change(uint64_t *chance, int64_t serial, struct maelstrom_op *op)
{
    draw_increment(chance, serial, op);
    op->value = (int64_t)chance_below(chance, 2 * DELTA + 1) - DELTA;
}

static void draw_kv(uint64_t *chance, int64_t serial, struct maelstrom_op *op)
{
    static const enum maelstrom_kind kinds[] = {MAELSTROM_READ, MAELSTROM_READ, MAELSTROM_WRITE,
                                                MAELSTROM_CAS};
    (void)serial;
    op->kind = kinds[chance_below(chance, sizeof kinds / sizeof *kinds)];
    op->key = (int64_t)chance_below(chance, KEYS);
    op->value = (int64_t)chance_below(chance, VALUES);
    op->from = (int64_t)chance_below(chance, VALUES);
}

static const struct maelstrom_workload workloads[] = {
    {"echo", false, "", "", draw_echo, maelstrom_check_echo, NULL},
    {"unique-ids", false, "", "", draw_id, maelstrom_check_ids, NULL},
    {"broadcast", true, "messages", "message", draw_broadcast, maelstrom_check_set,
     maelstrom_check_set_last},
    {"g-set", false, "value", "element", draw_element, maelstrom_check_set,
     maelstrom_check_set_last},
    {"g-counter", false, "value", "delta", draw_increment, maelstrom_check_counter,
     maelstrom_check_counter_last},
    {"pn-counter", false, "value", "delta", draw_change, maelstrom_check_counter,
     maelstrom_check_counter_last},
    {"lin-kv", false, "value", "", draw_kv, maelstrom_check_kv, NULL},
};

enum { WORKLOADS = sizeof workloads / sizeof *workloads };

const struct maelstrom_workload *maelstrom_workload_find(const char *name)
{
    for (size_t i = 0; i < WORKLOADS; i++)
        if (strcmp(workloads[i].name, name) == 0)
            return &workloads[i];
    return NULL;
}

const char *const *maelstrom_workload_names(void)
{
    static const char *const names[] = {"echo",      "unique-ids", "broadcast", "g-set",
                                        "g-counter", "pn-counter", "lin-kv",    NULL};
    _Static_assert(sizeof names / sizeof *names == WORKLOADS + 1, "a name for each workload");
    return names;
}

/* --- Requests --------------------------------------------------------------------------------- */

static json_t *members(const struct maelstrom_workload *w, const struct maelstrom_op *op)
{
    char text[32];
    switch (op->kind) {
    case MAELSTROM_ECHO:
        snprintf(text, sizeof text, "say %lld", (long long)op->value);
        return json_pack("{s:s}", "echo", text);
    case MAELSTROM_BROADCAST:
    case MAELSTROM_ADD:
        return json_pack("{s:I}", w->added, (json_int_t)op->value);
    case MAELSTROM_READ:
        return w->check_last ? json_object() : json_pack("{s:I}", "key", (json_int_t)op->key);
    case MAELSTROM_WRITE:
        return json_pack("{s:I,s:I}", "key", (json_int_t)op->key, "value", (json_int_t)op->value);
    case MAELSTROM_CAS:
        return json_pack("{s:I,s:I,s:I}", "key", (json_int_t)op->key, "from", (json_int_t)op->from,
                         "to", (json_int_t)op->value);
    default:
        return json_object();
    }
}

json_t *maelstrom_request(const struct maelstrom_workload *w, const struct maelstrom_op *op,
                          int64_t id)
{
    json_t *body = members(w, op);
    if (body &&
        json_object_set_new(body, "type", json_string(maelstrom_kind_name(op->kind))) == 0 &&
        json_object_set_new(body, "msg_id", json_integer(id)) == 0)
        return body;
    json_decref(body);
    return NULL;
}

/* --- Answers ---------------------------------------------------------------------------------- */

/* A read that finds no key has read nothing, which is an answer as any other. */
static int take_error(struct maelstrom_op *op, const struct maelstrom_message *answer,
                      struct fault *f)
{
    const json_t *code = json_object_get(answer->body, "code");
    if (!json_is_integer(code))
        return fault_rule(f, "an error without a code that is an integer");
    op->error = json_integer_value(code);
    op->status = maelstrom_error_definite(op->error) ? MAELSTROM_FAIL : MAELSTROM_OPEN;
    if (op->kind == MAELSTROM_READ && op->error == MAELSTROM_NO_KEY) {
        op->status = MAELSTROM_OK;
        op->result = json_null();
    }
    return 0;
}

/* The member that has what was asked for; NULL: an acknowledgement is enough. */
static const char *result_of(const struct maelstrom_workload *w, enum maelstrom_kind kind)
{
    return kind == MAELSTROM_ECHO       ? "echo"
           : kind == MAELSTROM_GENERATE ? "id"
           : kind == MAELSTROM_READ     ? w->list
                                        : NULL;
}

int maelstrom_answer(const struct maelstrom_workload *w, struct maelstrom_op *op,
                     const struct maelstrom_message *answer, struct fault *f)
{
    char expected[MAELSTROM_NAME_MAX];
    const char *member = result_of(w, op->kind);
    if (strcmp(answer->type, "error") == 0)
        return take_error(op, answer, f);
    snprintf(expected, sizeof expected, "%s_ok", maelstrom_kind_name(op->kind));
    if (strcmp(answer->type, expected) != 0)
        return fault_rule(f, "%s where %s is expected", answer->type, expected);
    json_t *result = member ? json_object_get(answer->body, member) : NULL;
    if (member && !result)
        return fault_rule(f, "%s without %s", expected, member);
    op->status = MAELSTROM_OK;
    op->result = json_incref(result);
    return 0;
}
