#include "base/chance.h"
#include "simprocess/child_parts.h"

#include <string.h>

static struct field name_of(const struct child_process *p, uint32_t node)
{
    const char *text = node_names_text(p->setup->names, node);
    return (struct field){text, strlen(text)};
}

static int put(struct child_process *p, struct process_item item)
{
    return process_put(&p->batch, &item);
}

/* An engine in this address space would be given the same seed. */
static int put_init(struct child_process *p)
{
    const uint64_t seed = chance_next(&p->seeds);
    p->fresh = false;
    return put(p, (struct process_item){.kind = PROCESS_INIT,
                                        .name = name_of(p, p->setup->self),
                                        .number = seed < UINT64_MAX ? seed : 0,
                                        .words = {p->peers.data, p->peers.len}});
}

/* The event's items, or its payload, as the lines of *body. */
static int format_body(struct child_process *p, const struct engine_event *e, struct field *body)
{
    p->body.len = 0;
    for (size_t i = 0; i < e->count; i++)
        if (e->items[i]->type->item_format(e->items[i], p->setup->names, &p->body))
            return -1;
    *body = e->payload ? (struct field){e->payload->text, e->payload->len}
                       : (struct field){p->body.data, p->body.len};
    return 0;
}

static enum process_kind kind_of(enum engine_event_kind kind)
{
    static const enum process_kind kinds[] = {
        [ENGINE_RESTART] = PROCESS_RESTART,   [ENGINE_MESSAGE] = PROCESS_MESSAGE,
        [ENGINE_PROPOSE] = PROCESS_PROPOSE,   [ENGINE_READ] = PROCESS_READ,
        [ENGINE_TIMER] = PROCESS_TIMER,       [ENGINE_SAVED] = PROCESS_SAVED,
        [ENGINE_SNAPSHOT] = PROCESS_SNAPSHOT, [ENGINE_COMMAND] = PROCESS_COMMAND,
    };
    return kinds[kind];
}

static int put_event(struct child_process *p, const struct engine_event *e)
{
    struct process_item item = {.kind = kind_of(e->kind), .serial = e->serial};
    if (format_body(p, e, &item.body))
        return -1;
    if (e->kind == ENGINE_MESSAGE)
        item.name = name_of(p, e->from);
    if (e->kind == ENGINE_PROPOSE) {
        item.name = name_of(p, e->id.client);
        item.serial = e->id.serial;
    }
    item.number = e->kind == ENGINE_SAVED ? e->serial : e->index;
    item.words = (struct field){e->text, e->n};
    if (e->kind == ENGINE_TIMER)
        p->deadline = INT64_MAX;
    return put(p, item);
}

int child_put_batch(struct child_process *p, const struct engine_event *events, size_t count)
{
    p->batch.len = p->sent = 0;
    if ((p->fresh && put_init(p)) ||
        put(p, (struct process_item){.kind = PROCESS_TIME, .number = (uint64_t)events->now}))
        return -1;
    for (size_t i = 0; i < count; i++)
        if (put_event(p, &events[i]))
            return -1;
    return put(p, (struct process_item){.kind = PROCESS_STEP});
}
