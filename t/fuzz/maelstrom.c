/*
 * sim/maelstrom_message, maelstrom_service: a message that is read and written again is the same; a
 * service answers whatever it is asked, and its answer is a message; and an answer to any operation
 * is either taken or breaks a rule.
 */
#include "fuzz.h"
#include "maelstrom/maelstrom_message.h"
#include "maelstrom/maelstrom_service.h"
#include "maelstrom/maelstrom_workload.h"

enum { SERVICES = 4, KINDS = MAELSTROM_CAS + 1 };

static void check_again(const struct maelstrom_message *m)
{
    struct maelstrom_message same;
    struct fault f;
    struct buf line = {0};
    must(maelstrom_message_format(m->src, m->dest, m->body, &line) == 0);
    must(line.len > 0 && line.data[line.len - 1] == '\n');
    must(maelstrom_message_parse(line.data, line.len - 1, &same, &f) == 0);
    must(strcmp(m->src, same.src) == 0 && strcmp(m->dest, same.dest) == 0);
    must(json_equal(m->body, same.body) && m->id == same.id && m->reply_to == same.reply_to);
    maelstrom_message_free(&same);
    buf_free(&line);
}

static void ask(struct maelstrom_service *s, const struct maelstrom_message *m)
{
    struct fault f;
    json_t *body = maelstrom_service_answer(s, m, &f);
    must(body && json_is_string(json_object_get(body, "type")));
    must(!m->has_id ||
         json_integer_value(json_object_get(body, "in_reply_to")) == (json_int_t)m->id);
    json_decref(body);
}

static void answer(const struct maelstrom_message *m)
{
    for (const char *const *name = maelstrom_workload_names(); *name; name++) {
        for (int kind = 0; kind < KINDS; kind++) {
            struct fault f = {0};
            struct maelstrom_op op = {.kind = (enum maelstrom_kind)kind};
            if (maelstrom_answer(maelstrom_workload_find(*name), &op, m, &f))
                must(f.kind == FAULT_RULE && f.text[0]);
            json_decref(op.result);
        }
    }
}

static void take(struct maelstrom_service *services[SERVICES], const char *line, size_t n)
{
    struct maelstrom_message m;
    struct fault f = {0};
    if (maelstrom_message_parse(line, n, &m, &f)) {
        must(f.kind == FAULT_RULE && f.text[0]);
        return;
    }
    check_again(&m);
    for (int i = 0; i < SERVICES; i++)
        ask(services[i], &m);
    answer(&m);
    maelstrom_message_free(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct maelstrom_service *services[SERVICES];
    const char *at = (const char *)data, *end = at + size;
    for (int i = 0; i < SERVICES; i++)
        must((services[i] = maelstrom_service_new(i, 7)));
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        take(services, at, (size_t)((newline ? newline : end) - at));
        at = newline ? newline + 1 : end;
    }
    for (int i = 0; i < SERVICES; i++)
        maelstrom_service_free(services[i]);
    return 0;
}
