/* A node that fell behind asks all members what was executed, and one of them for the batches too.
 * It believes what so many say that one of them is not faulty; or what leads one member to the
 * checkpoint on which the view is built, as that is known. */
#include "pbft/pbft_parts.h"

#include <stdlib.h>

#define DECIDED_MAX 64           /* sequence numbers in an answer */
#define DECIDED_BYTES (1U << 20) /* of their payloads, unless the first has more */
#define KEPT_BYTES (64U << 20)   /* of batches of one member, beside the next that is executed */
#define DECIDED_LINE 128         /* bytes of a part without its batch, about */

void pbft_fetched_free(struct pbft_fetched *list)
{
    for (size_t i = 0; list != NULL && i < PBFT_FETCHED; i++)
        pbft_batch_unref(list[i].batch);
    free(list);
}

static bool is_behind(const struct pbft *p)
{
    for (unsigned i = 0; i < p->member_count; i++)
        if (i != p->me && p->peers[i].seq > p->executed)
            return true;
    return p->me == PBFT_MEMBERS_MAX || p->start > p->executed;
}

/* Asks for what follows. */
static void fetch(struct pbft *p)
{
    p->turn = (p->turn + 1) % p->member_count;
    for (unsigned i = 0; i < p->member_count; i++) {
        struct pbft_item *x = i == p->me ? NULL : pbft_make(p, PBFT_FETCH, 0);
        if (x != NULL) {
            x->seq = p->executed + 1;
            x->flag = i == p->turn;
        }
        if (i == p->turn)
            p->peers[i].asked = p->executed + 1;
        pbft_send(p, p->members[i], x);
    }
}

void pbft_catch_up(struct pbft *p)
{
    if (!is_behind(p))
        p->behind_since = INT64_MAX;
    else if (p->behind_since == INT64_MAX || p->executed != p->beat_executed)
        p->behind_since = p->now;
    p->beat_executed = p->executed;
    if (p->behind_since == INT64_MAX || p->now - p->behind_since < pbft_patience(p))
        return;
    p->behind_since = p->now;
    fetch(p);
}

/* Sends what was executed from there on. About how many bytes that is. */
static size_t send_decided(struct pbft *p, uint32_t to, const struct pbft_item *x)
{
    size_t count = 0, bytes = 0;
    while (count < DECIDED_MAX && x->seq + count <= p->executed) {
        bytes += x->flag ? pbft_batch_bytes(pbft_done(p, x->seq + count)->batch) : 0;
        if (count > 0 && bytes > DECIDED_BYTES)
            break;
        count++;
    }
    struct pbft_item *answer = pbft_make(p, PBFT_DECIDED, count);
    if (answer == NULL)
        return 0;
    answer->seq = x->seq;
    for (size_t i = 0; i < count; i++) {
        struct pbft_batch *b = pbft_done(p, x->seq + i)->batch;
        answer->parts[i] = (struct pbft_part){.what = 'd',
                                              .seq = x->seq + i,
                                              .digest = pbft_batch_digest(b),
                                              .batch = x->flag ? pbft_batch_ref(b) : NULL};
    }
    pbft_send(p, to, answer);
    return bytes + count * DECIDED_LINE;
}

void pbft_on_fetch(struct pbft *p, uint32_t from, const struct pbft_item *x)
{
    unsigned member = pbft_member(p, from);
    struct ration *r = member == PBFT_MEMBERS_MAX ? &p->ration : &p->peers[member].ration;
    if (x->seq == 0 || x->seq > p->executed || !ration_is_left(r, p->now, pbft_patience(p)))
        return;
    r->bytes += x->seq <= p->base ? pbft_send_snapshot(p, from, x->flag) : send_decided(p, from, x);
}

/* --- What was fetched ----------------------------------------------------------------------- */

static const struct pbft_fetched *fetched_at(const struct pbft *p, unsigned member, uint64_t seq)
{
    const struct pbft_fetched *list = p->peers[member].fetched;
    const struct pbft_fetched *x = list == NULL ? NULL : &list[seq % PBFT_FETCHED];
    return x != NULL && x->seq == seq ? x : NULL;
}

/* The batch with this digest, of whoever has sent it. */
static bool find_batch(struct pbft *p, uint64_t seq, const struct pbft_digest *digest,
                       struct pbft_batch **out)
{
    const struct pbft_slot *s = pbft_slot_find(p, seq);
    *out = NULL;
    if (pbft_digest_is_null(digest))
        return true;
    for (unsigned i = 0; i < p->member_count; i++) {
        const struct pbft_fetched *x = fetched_at(p, i, seq);
        if (x != NULL && x->batch != NULL && pbft_digest_equal(&x->batch->digest, digest))
            *out = x->batch;
    }
    if (s != NULL && s->batch != NULL && pbft_digest_equal(&s->batch->digest, digest))
        *out = s->batch;
    return *out != NULL;
}

/* Whether what this member says leads to the checkpoint of the view. */
static bool leads_to_start(const struct pbft *p, unsigned member)
{
    struct pbft_digest order = p->order;
    if (p->start <= p->executed || p->start - p->executed > PBFT_FETCHED)
        return false;
    for (uint64_t seq = p->executed + 1; seq <= p->start; seq++) {
        const struct pbft_fetched *x = fetched_at(p, member, seq);
        if (x == NULL)
            return false;
        order = pbft_chain(&order, &x->digest);
    }
    return pbft_digest_equal(&order, &p->start_digest);
}

static bool is_believed(const struct pbft *p, const struct pbft_fetched *claim, unsigned member)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < p->member_count; i++) {
        const struct pbft_fetched *x = fetched_at(p, i, claim->seq);
        if (x != NULL && pbft_digest_equal(&x->digest, &claim->digest))
            mask |= pbft_bit(i);
    }
    return pbft_has_honest(&p->weights, mask) || leads_to_start(p, member);
}

/* Executes the next sequence number if it is known what it is. */
static bool take_next(struct pbft *p)
{
    struct pbft_batch *batch;
    for (unsigned i = 0; i < p->member_count && !p->failed; i++) {
        const struct pbft_fetched *x = fetched_at(p, i, p->executed + 1);
        if (x == NULL || !is_believed(p, x, i) || !find_batch(p, x->seq, &x->digest, &batch))
            continue;
        struct pbft_item *save = pbft_make(p, PBFT_CHOSEN, 0);
        if (save == NULL)
            return false;
        save->seq = x->seq;
        save->batch = pbft_batch_ref(batch);
        pbft_save(p, pbft_item_share(save));
        pbft_run(p, batch);
        pbft_item_drop(save);
        pbft_checkpoint(p);
        return true;
    }
    return false;
}

static void drop_batch(struct pbft_peer *peer, struct pbft_fetched *x)
{
    peer->kept -= pbft_batch_bytes(x->batch);
    pbft_batch_unref(x->batch);
    x->batch = NULL;
}

/* Whether a member's batch is kept: the next one, and what it was asked for. */
static bool is_kept(const struct pbft *p, const struct pbft_peer *peer,
                    const struct pbft_part *part)
{
    if (part->seq == p->executed + 1)
        return true;
    return peer->asked != 0 && part->seq >= peer->asked && part->seq - peer->asked < DECIDED_MAX &&
           peer->kept + pbft_batch_bytes(part->batch) <= KEPT_BYTES;
}

static void note_fetched(struct pbft *p, struct pbft_peer *peer, const struct pbft_part *part)
{
    struct pbft_fetched *x = &peer->fetched[part->seq % PBFT_FETCHED];
    struct pbft_digest digest = pbft_batch_digest(part->batch);
    if (part->seq <= p->executed || part->seq > p->executed + PBFT_FETCHED)
        return;
    if (x->seq == part->seq && part->batch == NULL && pbft_digest_equal(&x->digest, &part->digest))
        return;
    drop_batch(peer, x);
    *x = (struct pbft_fetched){.seq = part->seq, .digest = part->digest};
    if (part->batch == NULL || !pbft_digest_equal(&digest, &part->digest) ||
        !is_kept(p, peer, part))
        return;
    x->batch = pbft_batch_ref(part->batch);
    peer->kept += pbft_batch_bytes(part->batch);
}

static void forget_executed(const struct pbft *p, struct pbft_peer *peer)
{
    for (size_t i = 0; i < PBFT_FETCHED; i++)
        if (peer->fetched[i].seq <= p->executed)
            drop_batch(peer, &peer->fetched[i]);
}

void pbft_on_decided(struct pbft *p, uint32_t from, const struct pbft_item *x)
{
    struct pbft_peer *peer = &p->peers[pbft_member(p, from)];
    uint64_t before = p->executed;
    if (peer->fetched == NULL)
        peer->fetched = calloc(PBFT_FETCHED, sizeof *peer->fetched);
    if (peer->fetched == NULL) {
        pbft_no_memory(p);
        return;
    }
    forget_executed(p, peer);
    for (size_t i = 0; i < x->count; i++)
        note_fetched(p, peer, &x->parts[i]);
    while (!p->failed && take_next(p))
        continue;
    pbft_execute(p);
    if (p->executed > before && is_behind(p))
        fetch(p);
}
