#include "bft/bft_node.h"

#include "base/array.h"
#include "bft/bft_parts.h"

#include <string.h>

void bft_no_memory(struct bft *b)
{
    if (!b->failed)
        fault_memory(b->f);
    b->failed = true;
}

struct bft_item *bft_make(struct bft *b, enum bft_kind kind)
{
    struct bft_item *x = bft_item_new(kind);
    if (x == NULL)
        bft_no_memory(b);
    return x;
}

void bft_send(struct bft *b, uint32_t to, struct bft_item *item)
{
    if (item == NULL)
        return;
    if (b->restarting || to == b->self)
        engine_item_unref(&item->head);
    else if (engine_send(b->out, to, &item->head, b->f) != 0)
        b->failed = true;
}

/* Notes what was saved in this height. */
static void remember(struct bft *b, struct bft_item *item)
{
    if (ARRAY_RESERVE(b->logged, b->logged_cap, b->logged_count + 1) != 0)
        bft_no_memory(b);
    else
        b->logged[b->logged_count++] = bft_item_share(item);
}

void bft_save(struct bft *b, struct bft_item *item)
{
    if (item == NULL)
        return;
    if (item->head.kind == BFT_PROPOSAL || item->head.kind == BFT_VOTES)
        remember(b, item);
    if (b->restarting) {
        engine_item_unref(&item->head);
        return;
    }
    b->saves++;
    if (engine_save(b->out, &item->head, b->f) != 0)
        b->failed = true;
}

/* Makes space for one more at the end. */
static int reserve_held(struct bft *b)
{
    if (b->held_first > 0 && b->held_first + b->held_count == b->held_cap) {
        memmove(b->held, b->held + b->held_first, b->held_count * sizeof *b->held);
        b->held_first = 0;
    }
    return ARRAY_RESERVE(b->held, b->held_cap, b->held_first + b->held_count + 1);
}

static void let_out(struct bft *b, struct bft_item *item)
{
    bft_send(b, NODE_NONE, bft_item_share(item));
    bft_receive(b, b->self, item);
    engine_item_unref(&item->head);
}

void bft_hold(struct bft *b, struct bft_item *item)
{
    if (item == NULL)
        return;
    if (b->saved >= b->saves || !BFT_KEEPS(&b->set, 10)) {
        let_out(b, item);
        return;
    }
    if (reserve_held(b) != 0) {
        engine_item_unref(&item->head);
        bft_no_memory(b);
        return;
    }
    b->held[b->held_first + b->held_count++] = (struct bft_held){.save = b->saves, .item = item};
}

void bft_on_disk(struct bft *b, uint64_t save)
{
    if (save > b->saved)
        b->saved = save < b->saves ? save : b->saves;
    while (b->held_count > 0 && b->held[b->held_first].save <= b->saved) {
        struct bft_held x = b->held[b->held_first++];
        b->held_count--;
        let_out(b, x.item);
    }
    if (b->held_count == 0)
        b->held_first = 0;
}
