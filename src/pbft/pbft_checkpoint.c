/* Checkpoints: a digest of all that was executed, every K sequence numbers. One that a quorum has
 * is stable: it is the low mark, and what was voted on up to it is forgotten (rule B7). */
#include "pbft/pbft_parts.h"

static bool is_due(const struct pbft *p)
{
    return p->executed % (uint64_t)p->set.checkpoint == 0 && p->executed > p->stable;
}

void pbft_checkpoint(struct pbft *p)
{
    if (!is_due(p) || p->failed)
        return;
    p->checks[p->executed / (uint64_t)p->set.checkpoint % PBFT_CHECKS] = (struct pbft_check){
        .seq = p->executed, .digest = p->order};
    if (p->me != PBFT_MEMBERS_MAX)
        pbft_hold_all(p, pbft_make_vote(p, PBFT_CHECKPOINT, p->executed, &p->order));
    pbft_stabilise(p);
}

/* The oldest of those that are remembered gives way. */
static void remember(struct pbft_peer *peer, const struct pbft_item *x)
{
    struct pbft_check *at = &peer->checks[0];
    for (unsigned i = 0; i < PBFT_CHECKS; i++) {
        if (peer->checks[i].seq == x->seq)
            return;
        if (peer->checks[i].seq < at->seq)
            at = &peer->checks[i];
    }
    if (x->seq > at->seq)
        *at = (struct pbft_check){.seq = x->seq, .digest = x->digest};
}

static uint64_t members_with(const struct pbft *p, const struct pbft_check *c)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < p->member_count; i++)
        for (unsigned j = 0; j < PBFT_CHECKS; j++)
            if (p->peers[i].checks[j].seq == c->seq &&
                pbft_digest_equal(&p->peers[i].checks[j].digest, &c->digest))
                mask |= pbft_bit(i);
    return mask;
}

void pbft_set_stable(struct pbft *p, uint64_t seq, const struct pbft_digest *digest)
{
    for (uint64_t at = p->stable + 1; at <= seq && at <= p->stable + PBFT_SLOTS; at++) {
        struct pbft_slot *s = pbft_slot_find(p, at);
        if (s != NULL)
            pbft_slot_clear(s);
    }
    p->stable = seq;
    p->stable_digest = *digest;
}

void pbft_stabilise(struct pbft *p)
{
    const struct pbft_check *best = NULL;
    for (unsigned i = 0; i < p->member_count; i++)
        for (unsigned j = 0; j < PBFT_CHECKS; j++) {
            const struct pbft_check *c = &p->peers[i].checks[j];
            if (c->seq > p->stable && c->seq <= p->executed &&
                (best == NULL || c->seq > best->seq) &&
                pbft_is_quorum(&p->weights, members_with(p, c)))
                best = c;
        }
    if (best == NULL)
        return;
    struct pbft_check stable = *best;
    const struct pbft_done *own = pbft_done(p, stable.seq);
    if (own != NULL && !pbft_digest_equal(&own->order, &stable.digest)) {
        pbft_note(p, "diverged %llu", (unsigned long long)stable.seq);
        return;
    }
    pbft_set_stable(p, stable.seq, &stable.digest);
    pbft_save(p, pbft_make_vote(p, PBFT_STABLE, stable.seq, &stable.digest));
}

void pbft_on_checkpoint(struct pbft *p, uint32_t from, const struct pbft_item *x)
{
    if (x->seq <= p->stable || x->seq % (uint64_t)p->set.checkpoint != 0)
        return;
    remember(&p->peers[pbft_member(p, from)], x);
    pbft_stabilise(p);
}
