/*
 * maelstromtest read: each line of stdin as a message of Maelstrom: its parts, or which rule it
 * breaks.
 * maelstromtest service NAME SEED: what the service answers to each line of stdin.
 * maelstromtest check WORKLOAD: the verdict on operations, one a line, in the order in which they
 * began: KIND KEY VALUE FROM CLIENT NODE BEGAN ENDED STATUS LAST RESULT. BEGAN and ENDED number the
 * events (0: never ended); STATUS is ok, open or the code of an error; RESULT is JSON, or - for
 * none. Status 1: a rule is broken.
 */
#include "maelstrom/maelstrom_check.h"
#include "maelstrom/maelstrom_message.h"
#include "maelstrom/maelstrom_service.h"
#include "maelstrom/maelstrom_workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "maelstromtest: %s\n", what);
    exit(2);
}

static int say_fault(const struct fault *f)
{
    printf("%s\n", f->text);
    return f->kind == FAULT_RULE ? 1 : 2;
}

static int read_messages(char *line, size_t size)
{
    int status = 0;
    while (fgets(line, (int)size, stdin)) {
        struct maelstrom_message m;
        struct fault f;
        if (maelstrom_message_parse(line, strcspn(line, "\n"), &m, &f)) {
            status = say_fault(&f);
            continue;
        }
        printf("%s to %s: %s %lld %lld\n", m.src, m.dest, m.type, m.has_id ? (long long)m.id : -1,
               m.is_reply ? (long long)m.reply_to : -1);
        maelstrom_message_free(&m);
    }
    return status;
}

static int serve(const char *name, const char *seed, char *line, size_t size)
{
    int number = maelstrom_service_find(name);
    struct maelstrom_service *s = number < 0
                                      ? NULL
                                      : maelstrom_service_new(number, strtoull(seed, NULL, 10));
    if (!s)
        die("no such service");
    while (fgets(line, (int)size, stdin)) {
        struct maelstrom_message m;
        struct fault f;
        struct buf out = {0};
        if (maelstrom_message_parse(line, strcspn(line, "\n"), &m, &f))
            return say_fault(&f);
        json_t *body = maelstrom_service_answer(s, &m, &f);
        if (!body || maelstrom_message_format(name, m.src, body, &out))
            die("out of memory");
        fwrite(out.data, 1, out.len, stdout);
        buf_free(&out);
        json_decref(body);
        maelstrom_message_free(&m);
    }
    maelstrom_service_free(s);
    return 0;
}

static enum maelstrom_kind kind_of(const char *word)
{
    for (int kind = 0; kind <= MAELSTROM_CAS; kind++)
        if (strcmp(maelstrom_kind_name((enum maelstrom_kind)kind), word) == 0)
            return (enum maelstrom_kind)kind;
    die("no such operation");
}

static void add(struct maelstrom_history *h, const char *line)
{
    char kind[32], status[32], result[4096];
    long long key, value, from, began, ended;
    int last;
    struct maelstrom_op op = {0};
    if (sscanf(line, "%31s %lld %lld %lld %u %u %lld %lld %31s %d %4095[^\n]", kind, &key, &value,
               &from, &op.client, &op.node, &began, &ended, status, &last, result) != 11)
        die("not an operation");
    op.kind = kind_of(kind);
    op.key = key;
    op.value = value;
    op.from = from;
    op.began = (uint64_t)began;
    op.ended = (uint64_t)ended;
    op.asked = began;
    op.answered = ended;
    op.last = last;
    op.error = atoi(status);
    op.status = strcmp(status, "ok") == 0     ? MAELSTROM_OK
                : strcmp(status, "open") == 0 ? MAELSTROM_OPEN
                                              : MAELSTROM_FAIL;
    op.result = strcmp(result, "-") ? json_loads(result, JSON_DECODE_ANY, NULL) : NULL;
    h->events = op.began > h->events ? op.began : h->events;
    h->events = op.ended > h->events ? op.ended : h->events;
    if (maelstrom_history_add(h, &op))
        die("out of memory");
}

static int check(const char *workload, char *line, size_t size)
{
    struct maelstrom_history h = {0};
    struct fault f = {0};
    const struct maelstrom_workload *w = maelstrom_workload_find(workload);
    if (!w)
        die("no such workload");
    while (fgets(line, (int)size, stdin))
        add(&h, line);
    int bad = maelstrom_check_answered(&h, &f) || w->check(&h, &f) ||
              (w->check_last && w->check_last(&h, &f));
    maelstrom_history_free(&h);
    if (bad)
        return say_fault(&f);
    puts("held");
    return 0;
}

int main(int argc, char **argv)
{
    size_t size = 1 << 22;
    char *line = malloc(size);
    int status = 2;
    if (!line)
        die("out of memory");
    if (argc == 2 && strcmp(argv[1], "read") == 0)
        status = read_messages(line, size);
    else if (argc == 4 && strcmp(argv[1], "service") == 0)
        status = serve(argv[2], argv[3], line, size);
    else if (argc == 3 && strcmp(argv[1], "check") == 0)
        status = check(argv[2], line, size);
    free(line);
    return status;
}
