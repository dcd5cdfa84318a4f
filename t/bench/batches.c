/*
 * batches COUNT: how many batches a second netsim gives to a program that runs as a child and
 * answers each message with one of its own. It is its own child, as `batches child`.
 */
#include "base/waits.h"
#include "simprocess/child_process.h"
#include "simprocess/text_item.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One message a batch. */
static int answer(void)
{
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        if (strncmp(line, "message ", 8) == 0)
            fputs("send n1 1\nanother line\n", stdout);
        if (strcmp(line, "step\n") == 0) {
            puts("done");
            fflush(stdout);
        }
    }
    return 0;
}

static _Noreturn void die(const struct fault *f)
{
    fprintf(stderr, "batches: %s\n", f->text);
    exit(2);
}

static void run(struct sim_process *p, long count, struct engine_item *item)
{
    struct engine_outputs out = {0};
    struct fault f;
    if (p->type->start(p, &f))
        die(&f);
    for (long i = 0; i < count; i++) {
        const struct engine_event e = {
            .kind = i ? ENGINE_MESSAGE : ENGINE_RESTART, .now = i, .items = &item, .count = i > 0};
        if (p->type->step(p, &e, 1, &out, &f))
            die(&f);
        engine_outputs_clear(&out);
    }
    p->type->free(p);
    engine_outputs_free(&out);
}

int main(int argc, char **argv)
{
    static const uint32_t members[] = {0};
    const char *const words[] = {argv[0], "child"};
    struct fault f = {.text = "usage: batches COUNT"};
    if (argc == 2 && strcmp(argv[1], "child") == 0)
        return answer();
    struct node_names *names = node_names_new();
    struct engine_item *item = text_item_new("a line\n", 7);
    if (argc != 2 || !names || !item || node_names_add(names, "n1", 2, &f) == NODE_NONE)
        die(&f);
    const struct engine_setup setup = {.names = names, .members = members, .member_count = 1};
    struct sim_process *p = child_process_new(words, 2, &setup, CHILD_SILENCE, &f);
    if (!p)
        die(&f);
    const long count = atol(argv[1]);
    const int64_t began = waits_now();
    run(p, count, item);
    printf("%.0f\n", (double)count * 1000 / (double)(waits_now() - began + 1));
    engine_item_unref(item);
    node_names_free(names);
    return 0;
}
