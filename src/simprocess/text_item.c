#include "simprocess/text_item.h"

#include <stdlib.h>
#include <string.h>

struct text_item {
    struct engine_item item;
    size_t len;
    char text[];
};

struct engine_item *text_item_new(const char *text, size_t n)
{
    struct text_item *t = malloc(sizeof *t + n);
    if (!t)
        return NULL;
    t->item = (struct engine_item){.references = 1, .type = &text_items};
    t->len = n;
    if (n > 0)
        memcpy(t->text, text, n);
    return &t->item;
}

static void free_item(struct engine_item *item)
{
    free(item);
}

static int format(const struct engine_item *item, const struct node_names *names, struct buf *out)
{
    const struct text_item *t = (const struct text_item *)item;
    (void)names;
    return buf_add(out, t->text, t->len);
}

/* Such text has no end of its own: all of it is one item. */
static struct engine_item *parse(const char *text, size_t n, size_t *used, struct node_names *names,
                                 struct fault *f)
{
    struct engine_item *item = text_item_new(text, n);
    (void)names;
    *used = n;
    if (!item)
        fault_memory(f);
    return item;
}

const struct engine_type text_items = {
    .name = "text", .item_free = free_item, .item_format = format, .item_parse = parse};
