#include "ledger/waiting.h"

#include <stdlib.h>
#include <string.h>

struct guest {
    uint8_t id[ID_LEN], parent[ID_LEN];
    uint64_t line;
    size_t size;
    struct guest *next;
    char text[];
};

struct waiting {
    struct guest *first, **end; /* oldest first */
    size_t bytes, count;
};

struct waiting *waiting_new(void)
{
    struct waiting *w = calloc(1, sizeof *w);
    if (w)
        w->end = &w->first;
    return w;
}

static struct guest *take_out(struct waiting *w, struct guest **at)
{
    struct guest *g = *at;
    *at = g->next;
    if (!g->next)
        w->end = at;
    w->bytes -= g->size;
    w->count--;
    return g;
}

void waiting_free(struct waiting *w)
{
    while (w && w->first)
        free(take_out(w, &w->first));
    free(w);
}

int waiting_add(struct waiting *w, const struct item *item)
{
    for (const struct guest *g = w->first; g; g = g->next)
        if (memcmp(g->id, item->id, ID_LEN) == 0)
            return 0;
    struct guest *g = malloc(sizeof *g + item->size);
    if (!g)
        return -1;
    memcpy(g->id, item->id, ID_LEN);
    memcpy(g->parent, item->block.prev, ID_LEN);
    memcpy(g->text, item->text, item->size);
    g->line = item->line;
    g->size = item->size;
    g->next = NULL;
    *w->end = g;
    w->end = &g->next;
    w->bytes += g->size;
    w->count++;
    return 0;
}

/* Reads the guest's block again, which was good when it came. */
static int parse(const struct guest *g, struct batch *b, struct fault *f)
{
    struct span text = {g->text, g->size};
    struct stream *s = stream_new(source_memory(&text), g->line, 0);
    if (!s)
        return fault_memory(f);
    int got = stream_next(s, b, f);
    stream_free(s);
    return got;
}

int waiting_take(struct waiting *w, const uint8_t parent[ID_LEN], struct batch *b, struct fault *f)
{
    for (struct guest **at = &w->first; *at; at = &(*at)->next) {
        if (memcmp((*at)->parent, parent, ID_LEN))
            continue;
        struct guest *g = take_out(w, at);
        int got = parse(g, b, f);
        free(g);
        return got;
    }
    return 0;
}

int waiting_leave(struct waiting *w, bool all, uint64_t *line, uint8_t parent[ID_LEN])
{
    if (!w->first || (!all && w->bytes <= WAITING_BYTES_MAX && w->count <= WAITING_BLOCKS_MAX))
        return 0;
    struct guest *g = take_out(w, &w->first);
    *line = g->line;
    memcpy(parent, g->parent, ID_LEN);
    free(g);
    return 1;
}
