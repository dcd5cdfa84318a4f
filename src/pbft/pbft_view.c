/* View changes without signatures (TOCS 2002, section 3.2.4): a member tells all others what it has
 * pre-prepared and prepared, and each tells all which view change of whom it has got. What enough
 * of them have got cannot be denied or altered. */
#include "pbft/pbft_parts.h"

#define BACKOFF_MAX 10 /* doublings of the timer */

/* --- The own view change -------------------------------------------------------------------- */

static bool is_own_check(const struct pbft *p, const struct pbft_check *c)
{
    return c->seq > p->stable && c->seq <= p->executed;
}

static size_t count_claims(const struct pbft *p)
{
    size_t count = 1;
    for (unsigned i = 0; i < PBFT_CHECKS; i++)
        count += is_own_check(p, &p->checks[i]);
    for (size_t i = 0; i < PBFT_SLOTS; i++)
        count += (size_t)p->slots[i].q_count + 2 * (size_t)p->slots[i].was_prepared;
    return count;
}

static void claim_slot(const struct pbft_slot *s, struct pbft_item *x, size_t *at)
{
    for (unsigned i = 0; i < s->q_count; i++)
        x->parts[(*at)++] = (struct pbft_part){
            .what = 'q', .seq = s->seq, .view = s->q[i].view, .digest = s->q[i].digest};
    if (!s->was_prepared)
        return;
    x->parts[(*at)++] = (struct pbft_part){
        .what = 'p', .seq = s->seq, .view = s->p.view, .digest = s->p.digest};
    if (s->p_batch != NULL)
        x->parts[(*at)++] = (struct pbft_part){.what = 'b', .batch = pbft_batch_ref(s->p_batch)};
}

struct pbft_item *pbft_claims(struct pbft *p, enum pbft_kind kind)
{
    struct pbft_item *x = pbft_make(p, kind, count_claims(p));
    size_t at = 0;
    if (x == NULL)
        return NULL;
    x->view = p->view;
    x->low = p->stable;
    if (kind == PBFT_VIEWCHANGE && p->stable > 0)
        x->parts[at++] = (struct pbft_part){
            .what = 'c', .seq = p->stable, .digest = p->stable_digest};
    for (unsigned i = 0; kind == PBFT_VIEWCHANGE && i < PBFT_CHECKS; i++)
        if (is_own_check(p, &p->checks[i]))
            x->parts[at++] = (struct pbft_part){
                .what = 'c', .seq = p->checks[i].seq, .digest = p->checks[i].digest};
    for (size_t i = 0; i < PBFT_SLOTS; i++)
        if (PBFT_KEEPS(&p->set, 2) || kind != PBFT_VIEWCHANGE)
            claim_slot(&p->slots[i], x, &at);
    x->count = at;
    return x;
}

static void leave_view(struct pbft *p)
{
    for (size_t i = 0; i < PBFT_SLOTS; i++)
        pbft_slot_leave_view(&p->slots[i]);
    pbft_item_drop(p->entered);
    pbft_item_drop(p->offered);
    pbft_item_drop(p->change);
    p->entered = p->offered = p->change = NULL;
    p->active = false;
    p->view_due = INT64_MAX;
}

void pbft_change_view(struct pbft *p, uint64_t view)
{
    leave_view(p);
    p->view = view;
    p->tries++;
    pbft_note(p, "view %llu", (unsigned long long)view);
    p->change = pbft_claims(p, PBFT_VIEWCHANGE);
    if (p->change == NULL)
        return;
    if (pbft_item_seal(p->change, p->names) != 0)
        pbft_no_memory(p);
    pbft_save(p, pbft_item_share(p->change));
    pbft_hold_all(p, pbft_item_share(p->change));
}

/* --- Those of others ------------------------------------------------------------------------ */

static bool has_batch(const struct pbft_item *x, const struct pbft_digest *digest)
{
    if (pbft_digest_is_null(digest))
        return true;
    for (size_t i = 0; i < x->count; i++)
        if (x->parts[i].what == 'b' && x->parts[i].batch != NULL &&
            pbft_digest_equal(&x->parts[i].batch->digest, digest))
            return true;
    return false;
}

static bool is_valid_part(const struct pbft *p, const struct pbft_item *x,
                          const struct pbft_part *part)
{
    if (part->what == 'b')
        return true;
    if (part->what == 'c')
        return part->seq > 0 && part->seq >= x->low && part->seq % (uint64_t)p->set.checkpoint == 0;
    return part->seq > x->low && part->seq - x->low <= PBFT_SLOTS && part->view < x->view &&
           (part->what == 'q' || has_batch(x, &part->digest));
}

/* Whether it has no more parts of a letter than a member that keeps the rules has: of a sequence
 * number one P, with its batch, and PBFT_HISTORY Q. Its valid parts are in the window. */
static bool has_parts_in_bounds(const struct pbft_item *x)
{
    uint8_t prepared[PBFT_SLOTS] = {0}, accepted[PBFT_SLOTS] = {0};
    size_t checks = 0, without = 0; /* P whose batch has not come */
    for (size_t i = 0; i < x->count; i++) {
        const struct pbft_part *part = &x->parts[i];
        size_t at = (size_t)(part->seq % PBFT_SLOTS);
        if ((part->what == 'c' && ++checks > 2 * PBFT_CHECKS) ||
            (part->what == 'p' && ++prepared[at] > 1) ||
            (part->what == 'q' && ++accepted[at] > PBFT_HISTORY) ||
            (part->what == 'b' && without-- == 0))
            return false;
        without += part->what == 'p';
    }
    return true;
}

static bool is_valid(const struct pbft *p, const struct pbft_item *x)
{
    if (x->view == 0 || x->view >= PBFT_VIEW_MAX || x->low >= PBFT_SEQ_MAX ||
        x->count > PBFT_SLOTS * (PBFT_HISTORY + 2) + 2 * PBFT_CHECKS)
        return false;
    for (size_t i = 0; i < x->count; i++)
        if (!is_valid_part(p, x, &x->parts[i]))
            return false;
    return has_parts_in_bounds(x);
}

/* The members that have given up this view and all below it. */
static uint64_t members_changing(const struct pbft *p, uint64_t view)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < p->member_count; i++)
        if (p->peers[i].change != NULL && p->peers[i].change->view > view)
            mask |= pbft_bit(i);
    return mask;
}

/* If so many have given up the view that one of them is not faulty, so does this node: for the
 * smallest view of theirs (OSDI 1999, section 4.5.2; rule B10). */
static void join(struct pbft *p)
{
    uint64_t mask = members_changing(p, p->view) & ~pbft_bit(p->me), lowest = UINT64_MAX;
    if (!pbft_has_honest(&p->weights, mask))
        return;
    for (unsigned i = 0; i < p->member_count; i++)
        if ((mask & pbft_bit(i)) != 0 && p->peers[i].change->view < lowest)
            lowest = p->peers[i].change->view;
    pbft_change_view(p, lowest);
}

static void send_ack(struct pbft *p, uint32_t to, unsigned member)
{
    struct pbft_item *x = pbft_make(p, PBFT_ACK, 0);
    if (x != NULL) {
        x->view = p->peers[member].change->view;
        x->node = p->members[member];
        x->digest = p->peers[member].change->digest;
    }
    pbft_send(p, to, x);
}

void pbft_on_viewchange(struct pbft *p, uint32_t from, struct pbft_item *x)
{
    unsigned member = pbft_member(p, from);
    struct pbft_peer *peer = &p->peers[member];
    if (peer->change != NULL && peer->change->view >= x->view)
        return;
    if (!is_valid(p, x)) {
        pbft_note(p, "reject viewchange %s", node_names_text(p->names, from));
        return;
    }
    pbft_item_drop(peer->change);
    peer->change = pbft_item_share(x);
    peer->heard[member] = peer->heard[p->me] = (struct pbft_vouched){.view = x->view,
                                                                     .digest = x->digest};
    send_ack(p, NODE_NONE, member);
    join(p);
}

void pbft_on_ack(struct pbft *p, uint32_t from, const struct pbft_item *x)
{
    unsigned member = pbft_member(p, x->node), by = pbft_member(p, from);
    if (member == PBFT_MEMBERS_MAX || by == p->me || p->peers[member].heard[by].view > x->view)
        return;
    p->peers[member].heard[by] = (struct pbft_vouched){.view = x->view, .digest = x->digest};
}

void pbft_help_view(struct pbft *p, uint32_t to, uint64_t view)
{
    if (p->view == 0 || view > p->view)
        return;
    pbft_hold(p, to, p->change == NULL ? NULL : pbft_item_share(p->change));
    for (unsigned i = 0; i < p->member_count; i++)
        if (p->peers[i].change != NULL && p->peers[i].change->view == p->view)
            send_ack(p, to, i);
    if (p->entered != NULL && pbft_leads(p))
        pbft_hold(p, to, pbft_item_share(p->entered));
}

/* --- The timer ------------------------------------------------------------------------------ */

/* It doubles with each view change that brought nothing (rule B10). */
static int64_t view_timeout(const struct pbft *p)
{
    unsigned tries = p->tries < BACKOFF_MAX ? p->tries : BACKOFF_MAX;
    return p->now + (p->set.timeout << tries);
}

/* In a view it runs for the oldest request; only that it is executed ends it (rule B11). In a view
 * change it runs from when a quorum wants this view or a higher one: members that wait in two
 * views, too few in each, would wait for ever otherwise. */
void pbft_watch(struct pbft *p)
{
    const struct proposal *oldest = p->pending.list;
    if (!p->active) {
        if (p->view_due == INT64_MAX &&
            pbft_is_quorum(&p->weights, members_changing(p, p->view - 1)))
            p->view_due = view_timeout(p);
        return;
    }
    if (oldest == NULL) {
        p->view_due = INT64_MAX;
    } else if (p->view_due == INT64_MAX || oldest->key.client != p->awaited_client ||
               oldest->key.serial != p->awaited_serial) {
        p->awaited_client = oldest->key.client;
        p->awaited_serial = oldest->key.serial;
        p->view_due = view_timeout(p);
    }
}

void pbft_view_tick(struct pbft *p)
{
    if (p->now >= p->view_due && p->view < PBFT_VIEW_MAX)
        pbft_change_view(p, p->view + 1);
}
