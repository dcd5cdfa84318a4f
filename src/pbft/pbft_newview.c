/* The new view message: the primary quotes the view changes of a quorum and what follows from them.
 * A backup believes a quotation that it has got itself, or that so many others have got that one of
 * them is not faulty; and what follows it works out by itself (rule B1). */
#include "pbft/pbft_parts.h"

struct quoted {
    struct pbft_item *claims[PBFT_MEMBERS_MAX];
    unsigned members[PBFT_MEMBERS_MAX];
    size_t count;
};

/* --- The primary ---------------------------------------------------------------------------- */

static uint64_t members_having(const struct pbft *p, unsigned member, uint64_t view,
                               const struct pbft_digest *digest)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < p->member_count; i++)
        if (p->peers[member].heard[i].view == view &&
            pbft_digest_equal(&p->peers[member].heard[i].digest, digest))
            mask |= pbft_bit(i);
    return mask;
}

/* The view changes that a quorum has got, so that every backup will come to believe them. */
static bool gather(const struct pbft *p, struct quoted *out)
{
    uint64_t mask = 0;
    out->count = 0;
    for (unsigned i = 0; i < p->member_count; i++) {
        struct pbft_item *x = p->peers[i].change;
        if (x == NULL || x->view != p->view ||
            !pbft_is_quorum(&p->weights, members_having(p, i, p->view, &x->digest)))
            continue;
        out->claims[out->count] = x;
        out->members[out->count++] = i;
        mask |= pbft_bit(i);
    }
    return pbft_is_quorum(&p->weights, mask);
}

static struct pbft_batch *find_batch(const struct quoted *q, const struct pbft_digest *digest)
{
    for (size_t i = 0; i < q->count; i++)
        for (size_t j = 0; j < q->claims[i]->count; j++) {
            const struct pbft_part *x = &q->claims[i]->parts[j];
            if (x->what == 'b' && x->batch != NULL && pbft_digest_equal(&x->batch->digest, digest))
                return x->batch;
        }
    return NULL;
}

static struct pbft_item *make_newview(struct pbft *p, const struct quoted *q,
                                      const struct pbft_choice *c)
{
    struct pbft_item *x = pbft_make(p, PBFT_NEWVIEW, q->count + c->count);
    if (x == NULL)
        return NULL;
    x->view = p->view;
    for (size_t i = 0; i < q->count; i++) {
        struct pbft_part *part = &x->parts[i];
        part->what = 'v';
        part->node = p->members[q->members[i]];
        part->claim = pbft_item_strip(q->claims[i]);
        if (part->claim == NULL)
            pbft_no_memory(p);
    }
    for (size_t i = 0; i < c->count; i++)
        x->parts[q->count + i] = (struct pbft_part){
            .what = 'o',
            .seq = c->start + 1 + i,
            .batch = pbft_batch_ref(find_batch(q, &c->list[i]))};
    return x;
}

/* Enters, and then votes for what the view begins with. */
static void begin(struct pbft *p, struct pbft_item *x)
{
    pbft_save(p, pbft_item_share(x));
    if (pbft_leads(p))
        pbft_hold(p, NODE_NONE, pbft_item_share(x));
    pbft_enter(p, x);
    for (size_t i = 0; i < x->count && !p->failed; i++)
        if (x->parts[i].what == 'o')
            pbft_accepted(p, x->parts[i].seq);
}

void pbft_try_begin(struct pbft *p)
{
    struct quoted q;
    struct pbft_choice c;
    if (p->active || p->me == PBFT_MEMBERS_MAX || !pbft_leads(p) || !gather(p, &q) ||
        !pbft_choose(p, q.claims, q.members, q.count, &c))
        return;
    struct pbft_item *x = make_newview(p, &q, &c);
    if (x != NULL && !p->failed)
        begin(p, x);
    pbft_item_drop(x);
}

/* --- A backup ------------------------------------------------------------------------------- */

/* What the message quotes. false: it is not a quorum of different members for this view. */
static bool read_quoted(const struct pbft *p, const struct pbft_item *x, struct quoted *out)
{
    uint64_t mask = 0;
    out->count = 0;
    for (size_t i = 0; i < x->count; i++) {
        const struct pbft_part *part = &x->parts[i];
        unsigned member = part->what == 'v' ? pbft_member(p, part->node) : PBFT_MEMBERS_MAX;
        if (part->what != 'v')
            continue;
        if (member == PBFT_MEMBERS_MAX || (mask & pbft_bit(member)) != 0 || part->claim == NULL ||
            part->claim->view != x->view)
            return false;
        out->claims[out->count] = part->claim;
        out->members[out->count++] = member;
        mask |= pbft_bit(member);
    }
    return pbft_is_quorum(&p->weights, mask);
}

/* Whether each is known to be that member's view change. */
static bool is_vouched(const struct pbft *p, const struct quoted *q)
{
    for (size_t i = 0; i < q->count; i++) {
        uint64_t mask = members_having(p, q->members[i], q->claims[i]->view, &q->claims[i]->digest);
        if ((mask & pbft_bit(p->me)) == 0 && !pbft_has_honest(&p->weights, mask))
            return false;
    }
    return true;
}

/* Whether what the message says is what follows from what it quotes (rule B1). */
static bool follows(const struct pbft *p, const struct pbft_item *x, const struct quoted *q)
{
    struct pbft_choice c;
    size_t at = 0;
    if (!pbft_choose(p, q->claims, q->members, q->count, &c))
        return false;
    for (size_t i = 0; i < x->count; i++) {
        struct pbft_digest digest = pbft_batch_digest(x->parts[i].batch);
        if (x->parts[i].what != 'o')
            continue;
        if (at == c.count || x->parts[i].seq != c.start + 1 + at ||
            !pbft_digest_equal(&digest, &c.list[at++]))
            return !PBFT_KEEPS(&p->set, 1);
    }
    return at == c.count || !PBFT_KEEPS(&p->set, 1);
}

void pbft_enter(struct pbft *p, struct pbft_item *x)
{
    struct quoted q;
    struct pbft_choice c;
    if (!read_quoted(p, x, &q) || !pbft_choose(p, q.claims, q.members, q.count, &c))
        return;
    p->active = true;
    p->entered = pbft_item_share(x);
    p->view_due = INT64_MAX;
    p->start = c.start;
    p->start_digest = c.digest;
    p->next = c.start + 1;
    proposals_rewind(&p->pending);
    for (size_t i = 0; i < x->count && !p->failed; i++)
        if (x->parts[i].what == 'o') {
            pbft_accept(p, x->parts[i].seq, x->parts[i].batch);
            p->next = x->parts[i].seq + 1;
        }
    if (pbft_leads(p))
        pbft_note(p, "leader %llu %s", (unsigned long long)p->view,
                  node_names_text(p->names, p->self));
}

void pbft_try_enter(struct pbft *p)
{
    struct quoted q;
    struct pbft_item *x = p->offered;
    if (x == NULL || !read_quoted(p, x, &q) || !is_vouched(p, &q))
        return;
    p->offered = NULL;
    if (follows(p, x, &q)) {
        if (x->view > p->view)
            pbft_change_view(p, x->view);
        begin(p, x);
    } else {
        pbft_note(p, "reject newview %llu", (unsigned long long)x->view);
    }
    pbft_item_drop(x);
}

/* It may come before what it quotes is believed, and waits for that. */
void pbft_on_newview(struct pbft *p, uint32_t from, struct pbft_item *x)
{
    if (x->view == 0 || x->view >= PBFT_VIEW_MAX || x->view < p->view ||
        (x->view == p->view && p->active) || pbft_member(p, from) != pbft_primary(p, x->view) ||
        pbft_primary(p, x->view) == p->me)
        return;
    if (p->offered != NULL && p->offered->view >= p->view && x->view != p->view)
        return;
    pbft_item_drop(p->offered);
    p->offered = pbft_item_share(x);
}
