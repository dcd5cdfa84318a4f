#include "pbft/pbft_node.h"

#include "base/array.h"
#include "pbft/pbft_parts.h"

#include <stdlib.h>
#include <string.h>

unsigned pbft_member(const struct pbft *p, uint32_t node)
{
    for (unsigned i = 0; i < p->member_count; i++)
        if (p->members[i] == node)
            return i;
    return PBFT_MEMBERS_MAX;
}

void pbft_no_memory(struct pbft *p)
{
    if (!p->failed)
        fault_memory(p->f);
    p->failed = true;
}

/* --- Slots ---------------------------------------------------------------------------------- */

void pbft_slot_leave_view(struct pbft_slot *s)
{
    pbft_batch_unref(s->batch);
    s->batch = NULL;
    s->proposed = s->prepared = s->committed = false;
    free(s->prepares);
    s->prepares = s->commits = NULL;
}

void pbft_slot_clear(struct pbft_slot *s)
{
    pbft_slot_leave_view(s);
    pbft_batch_unref(s->p_batch);
    *s = (struct pbft_slot){.seq = 0};
}

struct pbft_slot *pbft_slot_find(struct pbft *p, uint64_t seq)
{
    struct pbft_slot *s = &p->slots[seq % PBFT_SLOTS];
    return seq > 0 && s->seq == seq ? s : NULL;
}

struct pbft_slot *pbft_slot(struct pbft *p, uint64_t seq)
{
    struct pbft_slot *s = &p->slots[seq % PBFT_SLOTS];
    if (seq <= p->stable || seq > p->stable + PBFT_SLOTS)
        return NULL;
    if (s->seq != seq)
        pbft_slot_clear(s);
    s->seq = seq;
    if (s->prepares != NULL)
        return s;
    s->prepares = calloc(2 * (size_t)p->member_count, sizeof *s->prepares);
    if (s->prepares == NULL) {
        pbft_no_memory(p);
        return NULL;
    }
    s->commits = s->prepares + p->member_count;
    return s;
}

struct pbft_done *pbft_done(const struct pbft *p, uint64_t seq)
{
    return seq > p->base && seq <= p->executed ? &p->log[p->log_first + (size_t)(seq - p->base) - 1]
                                               : NULL;
}

/* --- Items ---------------------------------------------------------------------------------- */

struct pbft_item *pbft_make(struct pbft *p, enum pbft_kind kind, size_t parts)
{
    struct pbft_item *x = pbft_item_new(kind, parts);
    if (x == NULL)
        pbft_no_memory(p);
    return x;
}

struct pbft_item *pbft_make_vote(struct pbft *p, enum pbft_kind kind, uint64_t seq,
                                 const struct pbft_digest *digest)
{
    struct pbft_item *x = pbft_make(p, kind, 0);
    if (x == NULL)
        return NULL;
    x->view = p->view;
    x->seq = seq;
    x->digest = *digest;
    return x;
}

static void send_mine(struct pbft *p, struct pbft_item *item)
{
    if (ARRAY_RESERVE(p->mine, p->mine_cap, p->mine_count + 1) != 0) {
        engine_item_unref(&item->head);
        pbft_no_memory(p);
        return;
    }
    p->mine[p->mine_count++] = item;
}

struct pbft_item *pbft_mine(struct pbft *p)
{
    if (p->mine_count == 0)
        return NULL;
    struct pbft_item *first = p->mine[0];
    p->mine_count--;
    memmove(p->mine, p->mine + 1, p->mine_count * sizeof *p->mine);
    return first;
}

void pbft_send(struct pbft *p, uint32_t to, struct pbft_item *item)
{
    if (item == NULL)
        return;
    if (to == p->self)
        send_mine(p, item);
    else if (to == NODE_NONE && p->member_count == 1 && p->me == 0)
        engine_item_unref(&item->head);
    else if (p->set.lies)
        pbft_lie(p, to, item);
    else if (engine_send(p->out, to, &item->head, p->f) != 0)
        p->failed = true;
}

void pbft_save(struct pbft *p, struct pbft_item *item)
{
    if (item == NULL)
        return;
    p->saves++;
    if (engine_save(p->out, &item->head, p->f) != 0)
        p->failed = true;
}

/* Makes space for one more at the end. */
static int reserve_held(struct pbft *p)
{
    if (p->held_first > 0 && p->held_first + p->held_count == p->held_cap) {
        memmove(p->held, p->held + p->held_first, p->held_count * sizeof *p->held);
        p->held_first = 0;
    }
    return ARRAY_RESERVE(p->held, p->held_cap, p->held_first + p->held_count + 1);
}

void pbft_hold(struct pbft *p, uint32_t to, struct pbft_item *item)
{
    if (item == NULL || p->saved >= p->saves) {
        pbft_send(p, to, item);
        return;
    }
    if (reserve_held(p) != 0) {
        engine_item_unref(&item->head);
        pbft_no_memory(p);
        return;
    }
    p->held[p->held_first + p->held_count++] = (struct pbft_held){
        .save = p->saves, .to = to, .item = item};
}

void pbft_hold_all(struct pbft *p, struct pbft_item *item)
{
    if (item == NULL)
        return;
    pbft_hold(p, NODE_NONE, pbft_item_share(item));
    pbft_hold(p, p->self, item);
}

void pbft_on_disk(struct pbft *p, uint64_t save)
{
    if (save > p->saved)
        p->saved = save < p->saves ? save : p->saves;
    while (p->held_count > 0 && p->held[p->held_first].save <= p->saved) {
        struct pbft_held x = p->held[p->held_first++];
        p->held_count--;
        pbft_send(p, x.to, x.item);
    }
    if (p->held_count == 0)
        p->held_first = 0;
}

void pbft_put(struct pbft *p, const struct engine_output *x)
{
    if (engine_put(p->out, x, p->f) != 0)
        p->failed = true;
}
