/*
 * childtest BATCHES LINES PROGRAM [ARGUMENT...]: gives a process of netsim (an engine or a program)
 * so many batches, each with a message of LINES lines, and prints how many outputs came, and how
 * many batches a second there were. Status 1: it broke a rule; 2: trouble.
 */
#include "base/waits.h"
#include "simprocess/child_process.h"
#include "simprocess/text_item.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void fail(const struct fault *f)
{
    fprintf(stderr, "childtest: %s\n", f->text);
    exit(f->kind == FAULT_RULE ? 1 : 2);
}

static size_t run(struct sim_process *p, long batches, struct engine_item **items, size_t count)
{
    struct engine_outputs out = {0};
    struct fault f = {0};
    size_t outputs = 0;
    if (p->type->start(p, &f))
        fail(&f);
    for (long i = 0; i < batches; i++) {
        struct engine_event e = {.kind = i ? ENGINE_MESSAGE : ENGINE_RESTART, .now = i, .from = 1};
        e.items = items;
        e.count = i ? count : 0;
        if (p->type->step(p, &e, 1, &out, &f))
            fail(&f);
        outputs += out.count;
        engine_outputs_clear(&out);
    }
    p->type->kill(p);
    engine_outputs_free(&out);
    return outputs;
}

int main(int argc, char **argv)
{
    struct fault f = {0};
    struct node_names *names = node_names_new();
    if (argc < 4 || !names)
        return 2;
    const uint32_t members[] = {node_names_add(names, "n1", 2, &f),
                                node_names_add(names, "n2", 2, &f)};
    struct engine_setup setup = {
        .names = names, .self = 0, .members = members, .member_count = 2, .seed = 7};
    struct engine_item *item = text_item_new("a line\n", 7);
    size_t lines = (size_t)atol(argv[2]);
    struct engine_item **items = calloc(lines + 1, sizeof *items);
    struct sim_process *p = sim_process_new((const char *const *)argv + 3, (size_t)argc - 3, &setup,
                                            CHILD_SILENCE, &f);
    if (!item || !items || !p)
        fail(&f);
    for (size_t i = 0; i < lines; i++)
        items[i] = item;
    const long batches = atol(argv[1]);
    int64_t began = waits_now();
    size_t outputs = run(p, batches, items, lines);
    double seconds = (double)(waits_now() - began + 1) / 1000;
    printf("%zu outputs, %.0f batches a second\n", outputs, (double)batches / seconds);
    p->type->free(p);
    engine_item_unref(item);
    free(items);
    node_names_free(names);
    return 0;
}
