#include "mempool/orphans.h"

#include <stdlib.h>
#include <string.h>

struct orphan {
    uint8_t id[ID_LEN], parent[ID_LEN];
    uint64_t line;
    size_t size;
    struct orphan *next;
    char text[];
};

struct orphans {
    struct orphan *first, **end; /* oldest first */
    size_t bytes, count;
};

struct orphans *orphans_new(void)
{
    struct orphans *w = calloc(1, sizeof *w);
    if (w)
        w->end = &w->first;
    return w;
}

static struct orphan *take_out(struct orphans *w, struct orphan **at)
{
    struct orphan *o = *at;
    *at = o->next;
    if (!o->next)
        w->end = at;
    w->bytes -= o->size;
    w->count--;
    return o;
}

void orphans_free(struct orphans *w)
{
    while (w && w->first)
        free(take_out(w, &w->first));
    free(w);
}

int orphans_add(struct orphans *w, const struct item *item)
{
    for (const struct orphan *o = w->first; o; o = o->next)
        if (memcmp(o->id, item->id, ID_LEN) == 0)
            return 0;
    struct orphan *o = malloc(sizeof *o + item->size);
    if (!o)
        return -1;
    memcpy(o->id, item->id, ID_LEN);
    memcpy(o->parent, item->block.prev, ID_LEN);
    memcpy(o->text, item->text, item->size);
    o->line = item->line;
    o->size = item->size;
    o->next = NULL;
    *w->end = o;
    w->end = &o->next;
    w->bytes += o->size;
    w->count++;
    return 0;
}

int orphans_take(struct orphans *w, const uint8_t parent[ID_LEN], struct batch *b, struct fault *f)
{
    for (struct orphan **at = &w->first; *at; at = &(*at)->next) {
        if (memcmp((*at)->parent, parent, ID_LEN))
            continue;
        struct orphan *o = take_out(w, at);
        int got = batch_parse(b, o->text, o->size, o->line, 0, f) ? -1 : 1;
        free(o);
        return got;
    }
    return 0;
}

int orphans_evict(struct orphans *w, bool all, uint8_t id[ID_LEN], uint64_t *line,
                  uint8_t parent[ID_LEN])
{
    if (!w->first || (!all && w->bytes <= ORPHANS_BYTES_MAX && w->count <= ORPHANS_BLOCKS_MAX))
        return 0;
    struct orphan *o = take_out(w, &w->first);
    *line = o->line;
    memcpy(id, o->id, ID_LEN);
    memcpy(parent, o->parent, ID_LEN);
    free(o);
    return 1;
}
