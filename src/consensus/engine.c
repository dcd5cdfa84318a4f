#include "consensus/engine.h"

#include "base/array.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct engine_item *engine_item_ref(struct engine_item *item)
{
    item->references++;
    return item;
}

void engine_item_unref(struct engine_item *item)
{
    if (item != NULL && --item->references == 0)
        item->type->item_free(item);
}

int engine_put(struct engine_outputs *out, const struct engine_output *x, struct fault *f)
{
    if (ARRAY_RESERVE(out->list, out->cap, out->count + 1) != 0) {
        engine_item_unref(x->item);
        payload_unref(x->payload);
        return fault_memory(f);
    }
    out->list[out->count++] = *x;
    return 0;
}

int engine_send(struct engine_outputs *out, uint32_t to, struct engine_item *item, struct fault *f)
{
    return engine_put(out, &(struct engine_output){.kind = ENGINE_SEND, .to = to, .item = item}, f);
}

int engine_save(struct engine_outputs *out, struct engine_item *item, struct fault *f)
{
    return engine_put(out, &(struct engine_output){.kind = ENGINE_SAVE, .item = item}, f);
}

int engine_note(struct engine_outputs *out, struct fault *f, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    struct engine_output x = {.kind = ENGINE_NOTE, .at = out->text.len, .n = len};
    if (buf_add(&out->text, text, len) != 0)
        return fault_memory(f);
    return engine_put(out, &x, f);
}

void engine_outputs_clear(struct engine_outputs *out)
{
    for (size_t i = 0; i < out->count; i++) {
        engine_item_unref(out->list[i].item);
        payload_unref(out->list[i].payload);
    }
    out->count = 0;
    out->text.len = 0;
}

void engine_outputs_free(struct engine_outputs *out)
{
    engine_outputs_clear(out);
    free(out->list);
    buf_free(&out->text);
    *out = (struct engine_outputs){0};
}
