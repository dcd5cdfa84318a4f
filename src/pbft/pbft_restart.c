/* A node starts, with the log that its disk kept: it is where it was, as all that it has said
 * depends on what is there. */
#include "pbft/pbft_parts.h"

static struct pbft_batch *find_in(const struct pbft_item *x, const struct pbft_digest *digest)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->parts[i].what == 'b' && x->parts[i].batch != NULL &&
            pbft_digest_equal(&x->parts[i].batch->digest, digest))
            return x->parts[i].batch;
    return NULL;
}

static void restore_claims(struct pbft *p, const struct pbft_item *x)
{
    for (size_t i = 0; i < x->count && !p->failed; i++) {
        const struct pbft_part *part = &x->parts[i];
        struct pbft_slot *s = part->what == 'b' ? NULL : pbft_slot(p, part->seq);
        if (s == NULL)
            continue;
        if (part->what == 'q')
            pbft_add_history(s, part->view, &part->digest);
        if (part->what != 'p')
            continue;
        s->was_prepared = true;
        s->p = (struct pbft_before){.view = part->view, .digest = part->digest};
        pbft_batch_unref(s->p_batch);
        s->p_batch = pbft_batch_ref(find_in(x, &part->digest));
    }
}

static void restore_view(struct pbft *p, struct pbft_item *x)
{
    if (x->view <= p->view)
        return;
    for (size_t i = 0; i < PBFT_SLOTS; i++)
        pbft_slot_leave_view(&p->slots[i]);
    pbft_item_drop(p->change);
    pbft_item_drop(p->entered);
    p->entered = NULL;
    p->change = pbft_item_share(x);
    p->view = x->view;
    p->active = false;
}

static void restore_prepared(struct pbft *p, const struct pbft_item *x)
{
    struct pbft_slot *s = pbft_slot_find(p, x->seq);
    if (s != NULL && x->view == p->view && s->proposed && pbft_digest_equal(&s->digest, &x->digest))
        pbft_set_prepared(p, s);
}

static void run_again(struct pbft *p, struct pbft_batch *batch)
{
    pbft_run(p, batch);
    if (p->executed % (uint64_t)p->set.checkpoint == 0)
        p->checks[p->executed / (uint64_t)p->set.checkpoint % PBFT_CHECKS] = (struct pbft_check){
            .seq = p->executed, .digest = p->order};
}

static int restore_executed(struct pbft *p, const struct pbft_item *x)
{
    const struct pbft_slot *s = pbft_slot_find(p, x->seq);
    if (x->seq <= p->executed)
        return 0;
    if (x->seq != p->executed + 1 || s == NULL || !s->proposed ||
        !pbft_digest_equal(&s->digest, &x->digest))
        return fault_rule(p->f, "pbft: the log has nothing that was executed as %llu",
                          (unsigned long long)x->seq);
    run_again(p, s->batch);
    return 0;
}

static int restore_chosen(struct pbft *p, const struct pbft_item *x)
{
    if (x->seq <= p->executed)
        return 0;
    if (x->seq != p->executed + 1)
        return fault_rule(p->f, "pbft: the log goes from %llu on to %llu",
                          (unsigned long long)p->executed, (unsigned long long)x->seq);
    run_again(p, x->batch);
    return 0;
}

static int restore(struct pbft *p, struct pbft_item *x)
{
    switch ((enum pbft_kind)x->head.kind) {
    case PBFT_SNAPSHOT:
        pbft_install(p, x);
        return 0;
    case PBFT_STABLE:
        if (x->seq > p->stable)
            pbft_set_stable(p, x->seq, &x->digest);
        return 0;
    case PBFT_HELD:
        restore_claims(p, x);
        return 0;
    case PBFT_VIEWCHANGE:
        restore_view(p, x);
        return 0;
    case PBFT_NEWVIEW:
        if (x->view == p->view && !p->active)
            pbft_enter(p, x);
        return 0;
    case PBFT_PREPREPARE:
        if (x->view == p->view && p->active)
            pbft_accept(p, x->seq, x->batch);
        if (x->seq >= p->next)
            p->next = x->seq + 1;
        return 0;
    case PBFT_PREPARED:
        restore_prepared(p, x);
        return 0;
    case PBFT_EXECUTED:
        return restore_executed(p, x);
    case PBFT_CHOSEN:
        return restore_chosen(p, x);
    default:
        return fault_rule(p->f, "pbft: the log has a message that is never saved");
    }
}

int pbft_restart(struct pbft *p, struct engine_item *const *items, size_t count)
{
    for (size_t i = 0; i < count && !p->failed; i++)
        if (restore(p, (struct pbft_item *)items[i]) != 0)
            return -1;
    return 0;
}
