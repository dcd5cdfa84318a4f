#include "base/array.h"
#include "raft/raft_node.h"

#include <string.h>

enum { SAVE_BYTES = 8 << 20 }; /* of entries in one record */

void raft_state_changed(struct raft *r)
{
    r->disk.state_due = true;
}

/* --- Messages that wait --------------------------------------------------------------------- */

/* Moves what is left of a queue to its beginning, once most of it has been taken. */
static void settle(void *list, size_t size, size_t *at, size_t *count)
{
    if (*at <= *count / 2)
        return;
    memmove(list, (char *)list + *at * size, (*count - *at) * size);
    *count -= *at;
    *at = 0;
}

static int hold(struct raft *r, uint64_t serial, uint32_t to, struct raft_item *x)
{
    struct raft_disk *d = &r->disk;
    if (d->held_count - d->held_at >= RAFT_HELD_MAX) {
        engine_item_unref(&x->head);
        return 0;
    }
    settle(d->held, sizeof *d->held, &d->held_at, &d->held_count);
    if (ARRAY_RESERVE(d->held, d->held_cap, d->held_count + 1) != 0) {
        engine_item_unref(&x->head);
        return fault_memory(r->f);
    }
    d->held[d->held_count++] = (struct raft_held){serial, to, x};
    return 0;
}

int raft_send(struct raft *r, uint32_t to, struct raft_item *x)
{
    /* A state that is due is saved before all else in this step: see raft_save_entries. */
    uint64_t needs = r->disk.state_due ? r->disk.saves + 1 : r->disk.state;
    if (x == NULL)
        return fault_memory(r->f);
    if (needs > r->disk.saved && !RAFT_BROKEN(r, 2))
        return hold(r, needs, to, x);
    return engine_send(r->out, to, &x->head, r->f);
}

static int send_held(struct raft *r)
{
    struct raft_disk *d = &r->disk;
    while (d->held_at < d->held_count && d->held[d->held_at].serial <= d->saved) {
        struct raft_held *h = &d->held[d->held_at++];
        if (engine_send(r->out, h->to, &h->item->head, r->f) != 0)
            return -1;
    }
    if (d->held_at == d->held_count)
        d->held_at = d->held_count = 0;
    return 0;
}

/* --- Saves ---------------------------------------------------------------------------------- */

static int save(struct raft *r, struct raft_item *x)
{
    if (x == NULL)
        return fault_memory(r->f);
    r->disk.saves++;
    return engine_save(r->out, &x->head, r->f);
}

/* Remembers with which entry the log on disk ends after the last save. */
static int remember(struct raft *r, uint64_t index, uint64_t term)
{
    struct raft_disk *d = &r->disk;
    settle(d->pending, sizeof *d->pending, &d->pending_at, &d->pending_count);
    if (ARRAY_RESERVE(d->pending, d->pending_cap, d->pending_count + 1) != 0)
        return fault_memory(r->f);
    d->pending[d->pending_count++] = (struct raft_pending){d->saves, index, term};
    return 0;
}

static int put_state(struct raft *r)
{
    struct raft_item *x = raft_item_new(RAFT_STATE, 0);
    if (x != NULL) {
        x->term = r->term;
        x->node = r->vote;
        x->commit = r->commit < r->disk.put ? r->commit : r->disk.put;
    }
    r->disk.state_due = false;
    r->disk.state = r->disk.saves + 1;
    return save(r, x);
}

int raft_save_state(struct raft *r)
{
    return r->disk.state_due ? put_state(r) : 0;
}

/* One record of the entries after `put`. */
static int put_entries(struct raft *r)
{
    struct raft_disk *d = &r->disk;
    size_t n = raft_log_fit(&r->log, d->put + 1, SAVE_BYTES, UINT32_MAX);
    struct raft_item *x = raft_item_new(RAFT_ENTRIES, n);
    if (x != NULL) {
        x->index = d->put;
        raft_item_add(x, raft_log_at(&r->log, d->put + 1), n);
        d->put += n;
        x->commit = r->commit < d->put ? r->commit : d->put;
    }
    return save(r, x) != 0 || remember(r, d->put, raft_log_term(&r->log, d->put)) != 0 ? -1 : 0;
}

int raft_save_entries(struct raft *r)
{
    if (raft_save_state(r) != 0)
        return -1;
    while (r->disk.put < raft_log_last(&r->log))
        if (put_entries(r) != 0)
            return -1;
    return 0;
}

int raft_save_image(struct raft *r)
{
    struct raft_item *x = raft_item_new(RAFT_IMAGE, 0);
    struct engine_output forget = {.kind = ENGINE_FORGET};
    if (x == NULL)
        return fault_memory(r->f);
    if (raft_save_state(r) != 0) {
        engine_item_unref(&x->head);
        return -1;
    }
    x->index = r->image.index;
    x->log_term = r->image.term;
    x->payload = payload_ref(r->image.payload);
    r->disk.put = r->image.index;
    if (engine_put(r->out, &forget, r->f) != 0) {
        engine_item_unref(&x->head);
        return -1;
    }
    if (save(r, x) != 0 || remember(r, r->image.index, r->image.term) != 0 || put_state(r) != 0)
        return -1;
    return raft_save_entries(r);
}

void raft_cut_after(struct raft *r, uint64_t index)
{
    raft_log_cut_after(&r->log, index);
    raft_config_pop(r, index);
    if (r->disk.put > index)
        r->disk.put = index;
    if (r->disk.durable > index)
        r->disk.durable = index;
    if (r->matched > index)
        r->matched = index;
}

/* --- What is on disk ------------------------------------------------------------------------ */

/* An entry that was overwritten before its save was confirmed is not the one that is in the log now
 * (rule R20). */
static void confirm(struct raft *r, const struct raft_pending *p)
{
    if (p->index > r->disk.durable && raft_log_has(&r->log, p->index, p->term))
        r->disk.durable = p->index;
}

static int after_saved(struct raft *r)
{
    struct raft_peer *self = raft_peer_find(r, r->self);
    if (r->role == RAFT_CANDIDATE)
        return raft_vote_saved(r);
    if (r->role != RAFT_LEADER)
        return raft_acknowledge(r, false);
    if (self == NULL || self->match >= r->disk.durable)
        return 0;
    self->match = r->disk.durable;
    return raft_advance(r);
}

int raft_saved(struct raft *r, uint64_t serial)
{
    struct raft_disk *d = &r->disk;
    if (serial > d->saves)
        return fault_rule(r->f, "raft: save %llu is on disk, and there are only %llu",
                          (unsigned long long)serial, (unsigned long long)d->saves);
    if (serial > d->saved)
        d->saved = serial;
    for (; d->pending_at < d->pending_count && d->pending[d->pending_at].serial <= serial;
         d->pending_at++)
        confirm(r, &d->pending[d->pending_at]);
    if (d->pending_at == d->pending_count)
        d->pending_at = d->pending_count = 0;
    return send_held(r) != 0 ? -1 : after_saved(r);
}
