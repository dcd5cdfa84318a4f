/* The end of a height: what was decided is put out, and the next height begins. */
#include "base/array.h"
#include "bft/bft_parts.h"

#include <stdlib.h>
#include <string.h>

static void drop_items(struct bft_item **list, size_t *count)
{
    while (*count > 0)
        engine_item_unref(&list[--*count]->head);
}

void bft_forget_height(struct bft *b)
{
    while (b->heard_count > 0)
        engine_item_unref(&b->heard[--b->heard_count].item->head);
    drop_items(b->proposed, &b->proposed_count);
    drop_items(b->logged, &b->logged_count);
    bft_votes_clear(&b->votes);
    bft_votes_clear(&b->said);
}

static bool is_same_set(const struct bft_set *a, const struct bft_set *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i].node != b->list[i].node || a->list[i].weight != b->list[i].weight)
            return false;
    return true;
}

/* The members of a height, and the first proposer's turn (T15). */
static void take_members(struct bft *b, uint64_t height)
{
    if (height <= b->set_height)
        return;
    if (b->host.members != NULL) {
        struct bft_set *next = &b->scratch;
        if (b->host.members(b->host.context, height, next, b->f) != 0) {
            b->failed = true;
            return;
        }
        if (!is_same_set(&b->members, next)) {
            bft_rotation_follow(next, b->set_height == 0 ? NULL : &b->members);
            b->members = *next;
            b->same_since = height;
        }
    }
    b->set_height = height;
    bft_rotation_turn(&b->members, 1);
    b->me = bft_set_find(&b->members, b->self);
}

/* What came before its time. */
static void receive_early(struct bft *b)
{
    size_t count = b->early_count;
    struct bft_early *early = b->early;
    b->early = NULL;
    b->early_count = b->early_cap = 0;
    for (size_t i = 0; i < count; i++) {
        if (!b->failed)
            bft_receive(b, early[i].from, early[i].item);
        engine_item_unref(&early[i].item->head);
    }
    free(early);
}

void bft_enter(struct bft *b, uint64_t height)
{
    b->height = height;
    b->round = BFT_NO_ROUND;
    b->phase = BFT_TO_PREVOTE;
    b->polka_seen = b->has_proposed = false;
    b->locked.round = b->valid.round = -1;
    b->resend = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        b->due[i] = INT64_MAX;
        b->started[i] = false;
    }
    take_members(b, height);
    if (!b->failed)
        receive_early(b);
}

struct bft_item *bft_decision(struct bft *b, int32_t round, const struct bft_heard *h)
{
    const struct bft_entry *e = &h->item->entries[0];
    struct bft_item *x = bft_votes_item(b, round, BFT_PRECOMMIT, h->value);
    if (x == NULL)
        return NULL;
    x->head.kind = BFT_DECIDED;
    x->height = b->height;
    if (bft_item_add_entry(x, e->id, e->payload) != 0) {
        engine_item_unref(&x->head);
        bft_no_memory(b);
        return NULL;
    }
    return x;
}

void bft_decide(struct bft *b, struct bft_item *decided)
{
    if (ARRAY_RESERVE(b->decided, b->decided_cap, b->decided_count + 1) != 0) {
        engine_item_unref(&decided->head);
        bft_no_memory(b);
        return;
    }
    b->decided[b->decided_count++] = decided;
    bft_save(b, bft_item_share(decided));
    bft_entry_decided(b, &decided->entries[0]);
    bft_forget_height(b);
    bft_enter(b, b->height + 1);
}
