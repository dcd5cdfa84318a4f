/* Messages may be lost: every member tells the others now and then how far it is, and is sent again
 * what it seems to lack (OSDI 1999, section 5.2). */
#include "pbft/pbft_parts.h"

#define AGAIN_MAX 16 /* sequence numbers whose messages are sent again at once */

void pbft_beat(struct pbft *p)
{
    if (p->now < p->beat_due)
        return;
    p->beat_due = p->now + p->set.heartbeat;
    pbft_refuse_reads(p);
    pbft_catch_up(p);
    struct pbft_item *x = p->me == PBFT_MEMBERS_MAX ? NULL : pbft_make(p, PBFT_STATUS, 0);
    if (x != NULL) {
        x->view = p->view;
        x->flag = p->active;
        x->seq = p->executed;
        x->low = p->stable;
    }
    pbft_send(p, NODE_NONE, x);
}

/* Sends this node's part in a sequence number. */
static void send_slot(struct pbft *p, uint32_t to, const struct pbft_slot *s)
{
    if (pbft_leads(p)) {
        struct pbft_item *x = pbft_make(p, PBFT_PREPREPARE, 0);
        if (x != NULL) {
            x->view = p->view;
            x->seq = s->seq;
            x->batch = pbft_batch_ref(s->batch);
        }
        pbft_hold(p, to, x);
    } else {
        pbft_hold(p, to, pbft_make_vote(p, PBFT_PREPARE, s->seq, &s->digest));
    }
    if (s->prepared)
        pbft_hold(p, to, pbft_make_vote(p, PBFT_COMMIT, s->seq, &s->digest));
}

static void send_checks(struct pbft *p, uint32_t to, uint64_t low)
{
    if (low < p->stable)
        pbft_hold(p, to, pbft_make_vote(p, PBFT_CHECKPOINT, p->stable, &p->stable_digest));
    for (unsigned i = 0; i < PBFT_CHECKS; i++)
        if (p->checks[i].seq > low && p->checks[i].seq > p->stable &&
            p->checks[i].seq <= p->executed)
            pbft_hold(p, to,
                      pbft_make_vote(p, PBFT_CHECKPOINT, p->checks[i].seq, &p->checks[i].digest));
}

static void send_slots(struct pbft *p, uint32_t to, uint64_t from)
{
    for (uint64_t seq = from; seq < from + AGAIN_MAX; seq++) {
        const struct pbft_slot *s = pbft_slot_find(p, seq);
        if (s != NULL && s->proposed && p->now - s->since >= pbft_patience(p))
            send_slot(p, to, s);
    }
}

void pbft_on_status(struct pbft *p, uint32_t from, const struct pbft_item *x)
{
    struct pbft_peer *peer = &p->peers[pbft_member(p, from)];
    peer->is_stuck = peer->seq == x->seq;
    peer->seq = x->seq;
    if (p->me == PBFT_MEMBERS_MAX || p->now - peer->helped < pbft_patience(p))
        return;
    peer->helped = p->now;
    if (x->view < p->view || (x->view == p->view && !x->flag))
        pbft_help_view(p, from, x->view);
    if (!peer->is_stuck)
        return;
    send_checks(p, from, x->low);
    if (x->view == p->view && x->flag && p->active && x->seq < PBFT_SEQ_MAX)
        send_slots(p, from, x->seq + 1);
}
