#include "process/engine_text.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

/* --- Events ----------------------------------------------------------------------------------- */

int engine_input_add(struct engine_input *in, const char *text, size_t n,
                     const struct engine_type *type, struct node_names *names, struct fault *f)
{
    for (size_t used; n > 0; text += used, n -= used) {
        if (ARRAY_RESERVE(in->items, in->cap, in->count + 1) != 0)
            return fault_memory(f);
        struct engine_item *item = type->item_parse(text, n, &used, names, f);
        if (item == NULL)
            return -1;
        in->items[in->count++] = item;
    }
    in->event.items = in->items;
    in->event.count = in->count;
    return 0;
}

static int read_payload(struct engine_input *in, struct field body, struct fault *f)
{
    if (body.len > PAYLOAD_MAX)
        return fault_rule(f, "more than %d bytes", PAYLOAD_MAX);
    in->event.payload = payload_new(body.text, body.len);
    return in->event.payload == NULL ? fault_memory(f) : 0;
}

static int read_name(uint32_t *node, struct field name, struct node_names *names, struct fault *f)
{
    *node = node_names_add(names, name.text, name.len, f);
    return *node == NODE_NONE ? -1 : 0;
}

static int read_proposal(struct engine_input *in, const struct process_item *item,
                         struct node_names *names, struct fault *f)
{
    in->event.kind = ENGINE_PROPOSE;
    in->event.id.serial = item->serial;
    return read_name(&in->event.id.client, item->name, names, f) != 0 ||
                   read_payload(in, item->body, f) != 0
               ? -1
               : 0;
}

static int read_message(struct engine_input *in, const struct process_item *item,
                        const struct engine_type *type, struct node_names *names, struct fault *f)
{
    in->event.kind = ENGINE_MESSAGE;
    if (read_name(&in->event.from, item->name, names, f) != 0)
        return -1;
    node_names_learn(names, in->event.from);
    int result = engine_input_add(in, item->body.text, item->body.len, type, names, f);
    node_names_learn(names, NODE_NONE);
    return result;
}

int engine_input_read(struct engine_input *in, const struct process_item *item,
                      const struct engine_type *type, struct node_names *names, struct fault *f)
{
    struct engine_event *e = &in->event;
    *e = (struct engine_event){.serial = item->serial, .index = item->number};
    switch (item->kind) {
    case PROCESS_RESTART:
        e->kind = ENGINE_RESTART;
        return engine_input_add(in, item->body.text, item->body.len, type, names, f);
    case PROCESS_MESSAGE:
        return read_message(in, item, type, names, f);
    case PROCESS_PROPOSE:
        return read_proposal(in, item, names, f);
    case PROCESS_SNAPSHOT:
        e->kind = ENGINE_SNAPSHOT;
        return read_payload(in, item->body, f);
    case PROCESS_SAVED:
        e->kind = ENGINE_SAVED;
        e->serial = item->number;
        return 0;
    case PROCESS_COMMAND:
        e->kind = ENGINE_COMMAND;
        e->text = item->words.text;
        e->n = item->words.len;
        return 0;
    default:
        e->kind = item->kind == PROCESS_READ ? ENGINE_READ : ENGINE_TIMER;
        return 0;
    }
}

void engine_input_clear(struct engine_input *in)
{
    for (size_t i = 0; i < in->count; i++)
        engine_item_unref(in->items[i]);
    payload_unref(in->event.payload);
    in->count = 0;
    in->event = (struct engine_event){0};
}

void engine_input_free(struct engine_input *in)
{
    engine_input_clear(in);
    free(in->items);
    *in = (struct engine_input){0};
}

/* --- Outputs ---------------------------------------------------------------------------------- */

static struct field name_of(const struct node_names *names, uint32_t node)
{
    const char *text = node == NODE_NONE ? "*" : node_names_text(names, node);
    return (struct field){text, strlen(text)};
}

static struct field body_of(const struct payload *p)
{
    return p == NULL ? (struct field){"", 0} : (struct field){p->text, p->len};
}

static int put_item(struct buf *out, struct process_item *item, const struct engine_output *x,
                    const struct node_names *names, struct buf *scratch)
{
    scratch->len = 0;
    if (x->item->type->item_format(x->item, names, scratch) != 0)
        return -1;
    item->body = (struct field){scratch->data, scratch->len};
    return process_put(out, item);
}

int engine_output_write(struct buf *out, const struct engine_output *x,
                        const struct engine_outputs *of, const struct node_names *names,
                        uint64_t number, struct buf *scratch)
{
    struct process_item item = {.number = x->index, .serial = x->serial};
    switch (x->kind) {
    case ENGINE_SEND:
        item.kind = PROCESS_SEND;
        item.name = name_of(names, x->to);
        return put_item(out, &item, x, names, scratch);
    case ENGINE_SAVE:
        item.kind = PROCESS_SAVE;
        item.number = number;
        return put_item(out, &item, x, names, scratch);
    case ENGINE_FORGET:
        item.kind = PROCESS_FORGET;
        break;
    case ENGINE_COMMIT:
        item.kind = PROCESS_COMMIT;
        item.name = name_of(names, x->id.client);
        item.serial = x->id.serial;
        item.body = body_of(x->payload);
        break;
    case ENGINE_RESTORE:
        item.kind = PROCESS_RESTORE;
        item.body = body_of(x->payload);
        break;
    case ENGINE_ANSWER:
        item.kind = PROCESS_ANSWER;
        break;
    case ENGINE_NOTE:
        item.kind = PROCESS_EVENT;
        item.words = (struct field){of->text.data + x->at, x->n};
        break;
    }
    return process_put(out, &item);
}
