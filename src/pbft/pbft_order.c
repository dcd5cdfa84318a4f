/* The three phases: the primary gives a batch a sequence number, a quorum prepares it in this view,
 * and a quorum knows that (OSDI 1999, section 4.2). */
#include "pbft/pbft_parts.h"

#define BATCH_BYTES ((size_t)1 << 20)   /* of a batch, unless it is one record */
#define CLAIMS_BYTES ((size_t)48 << 20) /* of the batches of two windows */

/* --- Limits --------------------------------------------------------------------------------- */

static size_t share(const struct pbft *p)
{
    return CLAIMS_BYTES / (2 * (size_t)p->set.window);
}

bool pbft_record_fits(const struct pbft *p, size_t bytes)
{
    return bytes <= PAYLOAD_MAX && bytes + PBFT_VALUE_HEAD <= share(p);
}

static size_t batch_bytes(const struct pbft *p)
{
    return share(p) < BATCH_BYTES ? share(p) : BATCH_BYTES;
}

static bool is_batch_allowed(const struct pbft *p, const struct pbft_batch *b)
{
    if (b == NULL)
        return true;
    return b->count <= PBFT_BATCH_MAX && b->bytes <= (b->count == 1 ? share(p) : batch_bytes(p));
}

/* --- The primary ---------------------------------------------------------------------------- */

/* How many requests the next proposal takes. */
static size_t batch_size(const struct pbft *p)
{
    size_t count = 0, bytes = 0;
    for (struct proposal *x = p->pending.next; x != NULL && count < (size_t)p->set.batch;
         x = x->hh.next) {
        bytes += PBFT_VALUE_HEAD + x->payload->len;
        if (count > 0 && bytes > batch_bytes(p))
            break;
        count++;
    }
    return count;
}

static struct pbft_batch *take_batch(struct pbft *p, size_t count)
{
    struct pbft_batch *b = pbft_batch_new(count);
    if (b == NULL) {
        pbft_no_memory(p);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const struct proposal *x = proposals_take(&p->pending);
        b->values[i] = (struct pbft_value){.id = proposal_id_of(x),
                                           .payload = payload_ref(x->payload)};
    }
    pbft_batch_seal(b, p->names);
    return b;
}

/* It is on disk before anybody hears of it, so a primary that starts again does not propose another
 * batch in its place (rule B9). */
static void propose_next(struct pbft *p, size_t count)
{
    struct pbft_item *x = pbft_make(p, PBFT_PREPREPARE, 0);
    if (x == NULL)
        return;
    x->view = p->view;
    x->seq = p->next++;
    x->batch = take_batch(p, count);
    if (!p->failed && pbft_accept(p, x->seq, x->batch)) {
        pbft_save(p, pbft_item_share(x));
        pbft_hold(p, NODE_NONE, pbft_item_share(x));
        pbft_accepted(p, x->seq);
    }
    pbft_item_drop(x);
}

void pbft_propose(struct pbft *p)
{
    size_t count;
    if (!p->active || !pbft_leads(p))
        return;
    if (p->next <= p->executed)
        p->next = p->executed + 1;
    while (!p->failed && p->next <= pbft_high(p) &&
           p->next - p->executed <= (uint64_t)p->set.pipeline && (count = batch_size(p)) > 0)
        propose_next(p, count);
}

/* --- Votes ---------------------------------------------------------------------------------- */

/* The members whose vote is for this digest. */
static uint64_t votes_for(const struct pbft *p, const struct pbft_vote *votes,
                          const struct pbft_digest *digest)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < p->member_count; i++)
        if (votes[i].there && pbft_digest_equal(&votes[i].digest, digest))
            mask |= pbft_bit(i);
    return mask;
}

/* Whether a quorum is for what was proposed, each member counted once (rule B8); the primary's
 * proposal is its vote. */
static bool has_quorum(const struct pbft *p, const struct pbft_slot *s,
                       const struct pbft_vote *votes, uint64_t mask)
{
    unsigned times = 0;
    mask |= votes_for(p, votes, &s->digest);
    if (PBFT_KEEPS(&p->set, 8))
        return pbft_is_quorum(&p->weights, mask);
    for (unsigned i = 0; i < p->member_count; i++)
        times += votes[i].there ? votes[i].times : 0;
    return 3 * (times + 1) > 2 * p->member_count;
}

static void check_committed(struct pbft *p, struct pbft_slot *s)
{
    if (s->committed || !s->proposed || (!s->prepared && PBFT_KEEPS(&p->set, 8)) ||
        !has_quorum(p, s, s->commits, 0))
        return;
    s->committed = true;
    pbft_execute(p);
}

void pbft_set_prepared(struct pbft *p, struct pbft_slot *s)
{
    s->prepared = s->was_prepared = true;
    s->p = (struct pbft_before){.view = p->view, .digest = s->digest};
    pbft_batch_ref(s->batch);
    pbft_batch_unref(s->p_batch);
    s->p_batch = s->batch;
}

/* That it is prepared is on disk before others hear of it: view changes have to tell. */
static void check_prepared(struct pbft *p, struct pbft_slot *s)
{
    if (s->prepared || !s->proposed || p->me == PBFT_MEMBERS_MAX ||
        !has_quorum(p, s, s->prepares, pbft_bit(pbft_primary(p, p->view))))
        return;
    pbft_set_prepared(p, s);
    pbft_save(p, pbft_make_vote(p, PBFT_PREPARED, s->seq, &s->digest));
    pbft_hold_all(p, pbft_make_vote(p, PBFT_COMMIT, s->seq, &s->digest));
    check_committed(p, s);
}

/* Counts a vote: the first of each member. The slot, or NULL if the vote changes nothing. */
static struct pbft_slot *count_vote(struct pbft *p, uint32_t from, const struct pbft_item *x)
{
    unsigned member = pbft_member(p, from);
    if (!p->active || x->view != p->view || member == PBFT_MEMBERS_MAX || x->seq > pbft_high(p))
        return NULL;
    struct pbft_slot *s = pbft_slot(p, x->seq);
    if (s == NULL)
        return NULL;
    struct pbft_vote *v = x->head.kind == PBFT_PREPARE ? &s->prepares[member] : &s->commits[member];
    v->times++;
    if (v->there)
        return PBFT_KEEPS(&p->set, 8) ? NULL : s;
    v->there = true;
    v->digest = x->digest;
    return s;
}

void pbft_on_prepare(struct pbft *p, uint32_t from, const struct pbft_item *x)
{
    if (pbft_member(p, from) == pbft_primary(p, x->view))
        return;
    struct pbft_slot *s = count_vote(p, from, x);
    if (s != NULL)
        check_prepared(p, s);
}

void pbft_on_commit(struct pbft *p, uint32_t from, const struct pbft_item *x)
{
    struct pbft_slot *s = count_vote(p, from, x);
    if (s != NULL)
        check_committed(p, s);
}

/* --- Proposals ------------------------------------------------------------------------------ */

void pbft_add_history(struct pbft_slot *s, uint64_t view, const struct pbft_digest *digest)
{
    unsigned lowest = 0;
    for (unsigned i = 0; i < s->q_count; i++) {
        if (pbft_digest_equal(&s->q[i].digest, digest)) {
            if (s->q[i].view < view)
                s->q[i].view = view;
            return;
        }
        if (s->q[i].view < s->q[lowest].view)
            lowest = i;
    }
    unsigned at = s->q_count < PBFT_HISTORY ? s->q_count++ : lowest;
    s->q[at] = (struct pbft_before){.view = view, .digest = *digest};
}

bool pbft_accept(struct pbft *p, uint64_t seq, struct pbft_batch *batch)
{
    struct pbft_slot *s = pbft_slot(p, seq);
    struct pbft_digest digest = pbft_batch_digest(batch);
    if (s == NULL)
        return false;
    if (s->proposed) {
        if (pbft_digest_equal(&s->digest, &digest))
            return false;
        pbft_note(p, "conflict %llu %llu", (unsigned long long)p->view, (unsigned long long)seq);
        if (PBFT_KEEPS(&p->set, 9))
            return false;
    }
    pbft_batch_ref(batch);
    pbft_batch_unref(s->batch);
    s->batch = batch;
    s->digest = digest;
    s->since = p->now;
    s->proposed = true;
    pbft_add_history(s, p->view, &digest);
    return true;
}

void pbft_accepted(struct pbft *p, uint64_t seq)
{
    struct pbft_slot *s = pbft_slot_find(p, seq);
    if (s == NULL || p->failed || p->me == PBFT_MEMBERS_MAX)
        return;
    if (!pbft_leads(p))
        pbft_hold_all(p, pbft_make_vote(p, PBFT_PREPARE, seq, &s->digest));
    check_prepared(p, s);
}

void pbft_on_preprepare(struct pbft *p, uint32_t from, struct pbft_item *x)
{
    if (!p->active || x->view != p->view || pbft_member(p, from) != pbft_primary(p, p->view) ||
        pbft_leads(p) || x->seq <= p->start || x->seq > pbft_high(p))
        return;
    if (!is_batch_allowed(p, x->batch)) {
        pbft_note(p, "reject preprepare %s", node_names_text(p->names, from));
        return;
    }
    if (!pbft_accept(p, x->seq, x->batch))
        return;
    pbft_save(p, pbft_item_share(x));
    pbft_accepted(p, x->seq);
}
