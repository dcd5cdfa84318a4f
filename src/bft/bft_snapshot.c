/* Snapshots: the carrier has made a state of the commits up to an index. The log on disk is
 * replaced by the state, by the last decided heights, which other nodes may still ask for, and by
 * what was said in this height. A state is never taken from another node: nothing proves it. */
#include "bft/bft_parts.h"

#include <stdlib.h>
#include <string.h>

static void drop_decided(struct bft *b, uint64_t height)
{
    size_t count = height > b->decided_base ? (size_t)(height - b->decided_base) : 0;
    for (size_t i = 0; i < count; i++)
        engine_item_unref(&b->decided[i]->head);
    b->decided_count -= count;
    memmove(b->decided, b->decided + count, b->decided_count * sizeof *b->decided);
    b->decided_base += count;
}

/* The proposals that the commits up to a height applied. 0, or -1: no memory. */
static int applied_up_to(const struct bft *b, uint64_t height, struct applied *out)
{
    uint64_t from = b->snapshot == NULL ? 0 : b->snapshot->height;
    if (b->snapshot != NULL && applied_copy(&b->snapshot->applied, out) != 0)
        return -1;
    for (size_t i = 0; i < b->decided_count; i++) {
        const struct bft_item *x = b->decided[i];
        if (x->height > from && x->height <= height && !bft_is_read(x->entries[0].id) &&
            applied_add(out, x->entries[0].id) < 0)
            return -1;
    }
    return 0;
}

static void save(struct bft *b, struct bft_item *item)
{
    b->saves++;
    if (engine_save(b->out, engine_item_ref(&item->head), b->f) != 0)
        b->failed = true;
}

static void rewrite(struct bft *b)
{
    struct engine_output forget = {.kind = ENGINE_FORGET};
    if (engine_put(b->out, &forget, b->f) != 0)
        b->failed = true;
    save(b, b->snapshot);
    for (size_t i = 0; i < b->decided_count; i++)
        save(b, b->decided[i]);
    for (size_t i = 0; i < b->logged_count; i++)
        save(b, b->logged[i]);
}

static struct bft_item *make_snapshot(struct bft *b, uint64_t height, struct payload *state)
{
    struct bft_item *x = bft_make(b, BFT_SNAPSHOT);
    if (x == NULL)
        return NULL;
    x->height = height;
    x->set_height = b->set_height;
    x->state = payload_ref(state);
    x->set = malloc(sizeof *x->set);
    if (x->set == NULL || applied_up_to(b, height, &x->applied) != 0) {
        engine_item_unref(&x->head);
        bft_no_memory(b);
        return NULL;
    }
    *x->set = b->members;
    return x;
}

void bft_on_snapshot(struct bft *b, uint64_t index, struct payload *state)
{
    uint64_t keep = (uint64_t)b->set.keep;
    if (index >= b->height || (b->snapshot != NULL && index <= b->snapshot->height))
        return;
    struct bft_item *x = make_snapshot(b, index, state);
    if (x == NULL)
        return;
    if (b->snapshot != NULL)
        engine_item_unref(&b->snapshot->head);
    b->snapshot = x;
    if (index > keep)
        drop_decided(b, index - keep);
    rewrite(b);
}
