#include "simprocess/child_parts.h"
#include "simprocess/text_item.h"

/* The node, or the client of a proposal, that an output names. */
static int find_name(const struct child_process *p, const struct process_item *item, uint32_t *out,
                     struct fault *f)
{
    if (item->kind == PROCESS_SEND && field_is(item->name, "*")) {
        *out = NODE_NONE;
        return 0;
    }
    *out = node_names_find(p->setup->names, item->name.text, item->name.len);
    return *out == NODE_NONE ? fault_rule(f, "%s: nobody is called %.*s", process_word(item->kind),
                                          (int)item->name.len, item->name.text)
                             : 0;
}

static int take_item(const struct process_item *item, struct engine_output *x, struct fault *f)
{
    x->item = text_item_new(item->body.text, item->body.len);
    return x->item ? 0 : fault_memory(f);
}

static int take_payload(const struct process_item *item, struct engine_output *x, struct fault *f)
{
    if (item->body.len > PAYLOAD_MAX)
        return fault_rule(f, "%s: more than %d bytes", process_word(item->kind), PAYLOAD_MAX);
    x->index = item->number;
    x->payload = payload_new(item->body.text, item->body.len);
    return x->payload ? 0 : fault_memory(f);
}

static int take_save(struct child_process *p, const struct process_item *item,
                     struct engine_output *x, struct fault *f)
{
    if (item->number != p->saves + 1)
        return fault_rule(f, "save %llu: saves are counted, and the next is %llu",
                          (unsigned long long)item->number, (unsigned long long)p->saves + 1);
    p->saves++;
    return take_item(item, x, f);
}

/* Fills *x; an output that is a note, or the deadline, is dealt with here: 1. */
static int take_output(struct child_process *p, const struct process_item *item,
                       struct engine_output *x, struct engine_outputs *out, struct fault *f)
{
    switch (item->kind) {
    case PROCESS_SEND:
        x->kind = ENGINE_SEND;
        return find_name(p, item, &x->to, f) || take_item(item, x, f) ? -1 : 0;
    case PROCESS_SAVE:
        x->kind = ENGINE_SAVE;
        return take_save(p, item, x, f);
    case PROCESS_FORGET:
        x->kind = ENGINE_FORGET;
        return 0;
    case PROCESS_COMMIT:
        x->kind = ENGINE_COMMIT;
        x->id.serial = item->serial;
        return find_name(p, item, &x->id.client, f) || take_payload(item, x, f) ? -1 : 0;
    case PROCESS_RESTORE:
        x->kind = ENGINE_RESTORE;
        return take_payload(item, x, f);
    case PROCESS_ANSWER:
        x->kind = ENGINE_ANSWER;
        x->serial = item->serial;
        x->index = item->number;
        return 0;
    case PROCESS_DEADLINE:
        p->deadline = item->number == PROCESS_NEVER ? INT64_MAX : (int64_t)item->number;
        return 1;
    default:
        return engine_note(out, f, "%.*s", (int)item->words.len, item->words.text) ? -1 : 1;
    }
}

/* 1 after the last item, 0 after any other; or -1 and a rule. */
static int take_one(struct child_process *p, const struct process_item *item,
                    struct engine_outputs *out, struct fault *f)
{
    struct engine_output x = {0};
    if (item->kind == PROCESS_DONE)
        return p->reader.at == p->reader.in.len
                   ? 1
                   : fault_rule(f, "something follows `done` before the next batch");
    if (++p->outputs > CHILD_OUTPUTS_MAX)
        return fault_rule(f, "more than %d outputs in one answer", CHILD_OUTPUTS_MAX);
    int result = take_output(p, item, &x, out, f);
    return result < 0 || (result == 0 && engine_put(out, &x, f)) ? -1 : 0;
}

int child_take_outputs(struct child_process *p, struct engine_outputs *out, struct fault *f)
{
    struct process_item item;
    for (;;) {
        const uint64_t line = p->reader.line + 1;
        int result = process_reader_next(&p->reader, &item, f);
        if (result != 1)
            return result;
        result = take_one(p, &item, out, f);
        if (result < 0)
            f->line = line;
        if (result != 0)
            return result;
    }
}
