/*
 * A process of process(7) that is alone with its log: for tests of what engines share.
 *
 *     lognode [-d DIR] [-c COMMAND] [-N COUNT]
 *
 * What is proposed is saved, and committed once it is on disk; the others are told of it at once.
 * A snapshot takes the place of what it stands for.
 */
#include "base/array.h"
#include "process/filter.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `entry INDEX ID COUNT` or `state INDEX COUNT`, and the lines. */
struct log_item {
    struct engine_item base;
    bool is_state;
    uint64_t index;
    struct proposal_id id;
    struct payload *payload;
};

struct engine {
    uint64_t index, saves, committed;
    struct log_item **waiting; /* by index, from committed + 1 */
    size_t count, cap;
};

static const struct engine_type lognode;

static struct log_item *make_item(bool is_state, uint64_t index, struct proposal_id id,
                                  struct payload *p)
{
    struct log_item *x = calloc(1, sizeof *x);
    if (x == NULL)
        err(2, "calloc");
    *x = (struct log_item){{1, 0, &lognode}, is_state, index, id, payload_ref(p)};
    return x;
}

static void item_free(struct engine_item *item)
{
    struct log_item *x = (struct log_item *)(void *)item;
    payload_unref(x->payload);
    free(x);
}

static int item_format(const struct engine_item *item, const struct node_names *names,
                       struct buf *out)
{
    const struct log_item *x = (const struct log_item *)(const void *)item;
    char line[200];
    if (x->is_state)
        snprintf(line, sizeof line, "state %llu %u\n", (unsigned long long)x->index,
                 x->payload->lines);
    else
        snprintf(line, sizeof line, "entry %llu %s:%llu %u\n", (unsigned long long)x->index,
                 node_names_text(names, x->id.client), (unsigned long long)x->id.serial,
                 x->payload->lines);
    return buf_add_string(out, line) != 0 || buf_add(out, x->payload->text, x->payload->len) != 0
               ? -1
               : 0;
}

static struct engine_item *item_parse(const char *text, size_t n, size_t *used,
                                      struct node_names *names, struct fault *f)
{
    unsigned long long index, serial = 0, lines;
    char name[65];
    struct proposal_id id = {0};
    bool is_state = sscanf(text, "state %llu %llu\n", &index, &lines) == 2;
    if (!is_state &&
        sscanf(text, "entry %llu %64[^:]:%llu %llu\n", &index, name, &serial, &lines) != 4) {
        fault_rule(f, "no entry");
        return NULL;
    }
    const char *at = (const char *)memchr(text, '\n', n) + 1, *end = at;
    for (; lines > 0 && end < text + n; lines--)
        end = (const char *)memchr(end, '\n', (size_t)(text + n - end)) + 1;
    if (!is_state)
        id = (struct proposal_id){node_names_add(names, name, strlen(name), f), serial};
    struct payload *p = payload_new(at, (size_t)(end - at));
    struct log_item *x = make_item(is_state, index, id, p);
    payload_unref(p);
    *used = (size_t)(end - text);
    return &x->base;
}

static void put_commit(struct engine_outputs *out, const struct log_item *x, struct fault *f)
{
    engine_put(out,
               &(struct engine_output){.kind = x->is_state ? ENGINE_RESTORE : ENGINE_COMMIT,
                                       .index = x->index,
                                       .id = x->id,
                                       .payload = payload_ref(x->payload)},
               f);
}

static void propose(struct engine *e, const struct engine_event *event, struct engine_outputs *out,
                    struct fault *f)
{
    struct log_item *x = make_item(false, ++e->index, event->id, event->payload);
    if (ARRAY_RESERVE(e->waiting, e->cap, e->count + 1) != 0)
        err(2, "realloc");
    e->waiting[e->count++] = x;
    engine_item_ref(&x->base);
    engine_item_ref(&x->base);
    engine_save(out, &x->base, f);
    engine_send(out, NODE_NONE, &x->base, f);
    e->saves++;
}

static void saved(struct engine *e, uint64_t serial, struct engine_outputs *out, struct fault *f)
{
    size_t ready = e->count - (e->saves - serial);
    for (size_t i = 0; i < ready; i++) {
        put_commit(out, e->waiting[i], f);
        e->committed = e->waiting[i]->index;
        engine_item_unref(&e->waiting[i]->base);
    }
    e->count -= ready;
    if (ready > 0)
        memmove(e->waiting, e->waiting + ready, e->count * sizeof *e->waiting);
}

/* All that is waiting for its sync is saved again, after the state. */
static void snapshot(struct engine *e, const struct engine_event *event, struct engine_outputs *out,
                     struct fault *f)
{
    engine_put(out, &(struct engine_output){.kind = ENGINE_FORGET}, f);
    engine_save(out, &make_item(true, event->index, event->id, event->payload)->base, f);
    e->saves++;
    for (size_t i = 0; i < e->count; i++, e->saves++)
        engine_save(out, engine_item_ref(&e->waiting[i]->base), f);
    engine_note(out, f, "snapshot %llu", (unsigned long long)event->index);
}

static int step(struct engine *e, const struct engine_event *event, struct engine_outputs *out,
                struct fault *f)
{
    switch (event->kind) {
    case ENGINE_RESTART:
        for (size_t i = 0; i < event->count; i++) {
            const struct log_item *x = (const void *)event->items[i];
            put_commit(out, x, f);
            e->index = e->committed = x->index;
        }
        break;
    case ENGINE_PROPOSE:
        propose(e, event, out, f);
        break;
    case ENGINE_SAVED:
        saved(e, event->serial, out, f);
        break;
    case ENGINE_SNAPSHOT:
        snapshot(e, event, out, f);
        break;
    case ENGINE_READ:
        engine_put(out,
                   &(struct engine_output){
                       .kind = ENGINE_ANSWER, .serial = event->serial, .index = e->committed},
                   f);
        break;
    case ENGINE_COMMAND:
        engine_note(out, f, "command %.*s", (int)event->n, event->text);
        break;
    case ENGINE_TIMER:
        engine_note(out, f, "timer %lld", (long long)event->now);
        break;
    case ENGINE_MESSAGE:
        engine_note(out, f, "message %u %zu", event->from, event->count);
        break;
    }
    out->deadline = event->kind == ENGINE_COMMAND ? event->now + 100 : INT64_MAX;
    return 0;
}

static struct engine *make(const struct engine_setup *setup, struct fault *f)
{
    if (setup->setting_count > 0)
        fault_rule(f, "%s: no such setting", setup->settings[0]);
    return setup->setting_count > 0 ? NULL : calloc(1, sizeof(struct engine));
}

static void free_engine(struct engine *e)
{
    for (size_t i = 0; i < e->count; i++)
        engine_item_unref(&e->waiting[i]->base);
    free(e->waiting);
    free(e);
}

static const struct engine_type lognode = {
    .name = "lognode",
    .make = make,
    .free = free_engine,
    .step = step,
    .item_free = item_free,
    .item_format = item_format,
    .item_parse = item_parse,
};

static void put(const char *bytes, size_t n)
{
    if (fwrite(bytes, 1, n, stdout) != n || fflush(stdout) != 0)
        err(2, "stdout");
}

int main(int argc, char **argv)
{
    struct process_filter filter = {.type = &lognode, .every = 1000, .put = put};
    struct fault f = {0};
    for (int o; (o = getopt(argc, argv, "d:c:N:")) != -1;)
        if (o == 'd')
            filter.folder = optarg;
        else if (o == 'c')
            filter.command = optarg;
        else if (o == 'N')
            filter.every = strtoull(optarg, NULL, 10);
    filter.settings = (const char *const *)argv + optind;
    filter.setting_count = (size_t)(argc - optind);
    if (process_filter_run(&filter, &f) != 0)
        errx(f.kind == FAULT_RULE ? 1 : 2, "%s", f.text);
    return 0;
}
