/* Snapshots: what was executed is kept until the carrier has made a state of it. Then the state and
 * what is above it replace the log on disk. A node that fetches what is older is sent the state,
 * and believes it if so many have the same that one of them is not faulty. */
#include "pbft/pbft_parts.h"

#define DIGEST_LINE 128 /* bytes of a mark, about */

/* --- The disk ------------------------------------------------------------------------------- */

static void save_slot(struct pbft *p, const struct pbft_slot *s)
{
    struct pbft_item *x = s->seq == 0 || !s->proposed ? NULL : pbft_make(p, PBFT_PREPREPARE, 0);
    if (x == NULL)
        return;
    x->view = p->view;
    x->seq = s->seq;
    x->batch = pbft_batch_ref(s->batch);
    pbft_save(p, x);
    if (s->prepared)
        pbft_save(p, pbft_make_vote(p, PBFT_PREPARED, s->seq, &s->digest));
}

static void save_log(struct pbft *p)
{
    for (uint64_t seq = p->base + 1; seq <= p->executed && !p->failed; seq++) {
        struct pbft_item *x = pbft_make(p, PBFT_CHOSEN, 0);
        if (x == NULL)
            return;
        x->seq = seq;
        x->batch = pbft_batch_ref(pbft_done(p, seq)->batch);
        pbft_save(p, x);
    }
}

static void rewrite(struct pbft *p)
{
    pbft_put(p, &(struct engine_output){.kind = ENGINE_FORGET});
    pbft_save(p, pbft_item_share(p->snapshot));
    if (p->stable > 0)
        pbft_save(p, pbft_make_vote(p, PBFT_STABLE, p->stable, &p->stable_digest));
    pbft_save(p, pbft_claims(p, PBFT_HELD));
    if (p->change != NULL)
        pbft_save(p, pbft_item_share(p->change));
    if (p->entered != NULL)
        pbft_save(p, pbft_item_share(p->entered));
    for (size_t i = 0; i < PBFT_SLOTS; i++)
        save_slot(p, &p->slots[i]);
    save_log(p);
}

/* --- A snapshot of our own ------------------------------------------------------------------ */

/* The log then begins above it. */
static void replace(struct pbft *p, struct pbft_item *x)
{
    pbft_item_drop(p->snapshot);
    p->snapshot = x;
    for (; p->base < x->seq && p->log_count > 0; p->base++) {
        pbft_batch_unref(p->log[p->log_first].batch);
        p->log_first++;
        p->log_count--;
    }
    if (p->log_first > p->log_count) {
        for (size_t i = 0; i < p->log_count; i++)
            p->log[i] = p->log[p->log_first + i];
        p->log_first = 0;
    }
    p->base = x->seq;
    p->base_index = x->index;
    p->base_order = x->order;
}

/* The last sequence number of which all records are among the first `index`. A batch may be cut by
 * a snapshot: it is executed once more above it, and its records only once. */
static uint64_t seq_of(const struct pbft *p, uint64_t index)
{
    uint64_t seq = p->base + 1;
    while (pbft_done(p, seq)->index < index)
        seq++;
    return pbft_done(p, seq)->index == index ? seq : seq - 1;
}

/* The proposals that are applied after `index` records. */
static int applied_up_to(const struct pbft *p, uint64_t index, struct applied *out)
{
    uint64_t at = p->base_index;
    if (p->snapshot != NULL && applied_copy(&p->snapshot->applied, out) != 0)
        return -1;
    for (uint64_t seq = p->base + 1; at < index; seq++) {
        const struct pbft_batch *b = pbft_done(p, seq)->batch;
        for (size_t i = 0; b != NULL && i < b->count && at < index; i++) {
            int new = pbft_is_read(b->values[i].id) ? 0 : applied_add(out, b->values[i].id);
            if (new < 0)
                return -1;
            at += (uint64_t) new;
        }
    }
    return 0;
}

void pbft_on_snapshot(struct pbft *p, uint64_t index, struct payload *state)
{
    if (index <= p->base_index || index > p->index)
        return;
    struct pbft_item *x = pbft_make(p, PBFT_SNAPSHOT, 0);
    if (x == NULL)
        return;
    x->seq = seq_of(p, index);
    x->index = index;
    x->order = x->seq == p->base ? p->base_order : pbft_done(p, x->seq)->order;
    x->state = payload_ref(state);
    if (applied_up_to(p, index, &x->applied) != 0)
        pbft_no_memory(p);
    x->span = x->applied.count;
    if (p->failed || pbft_item_seal(x, p->names) != 0) {
        pbft_item_drop(x);
        pbft_no_memory(p);
        return;
    }
    replace(p, x);
    rewrite(p);
}

/* --- Those of others ------------------------------------------------------------------------ */

size_t pbft_send_snapshot(struct pbft *p, uint32_t to, bool whole)
{
    if (p->snapshot == NULL)
        return 0;
    if (whole) {
        pbft_send(p, to, pbft_item_share(p->snapshot));
        return p->snapshot->state->len + p->snapshot->applied.count * NODE_NAME_MAX;
    }
    struct pbft_item *x = pbft_make(p, PBFT_MARK, 0);
    if (x != NULL) {
        x->seq = p->snapshot->seq;
        x->index = p->snapshot->index;
        x->digest = p->snapshot->digest;
    }
    pbft_send(p, to, x);
    return DIGEST_LINE;
}

static void forget_applied(struct pbft *p, struct proposals *list)
{
    for (struct proposal *x = list->list, *next; x != NULL; x = next) {
        next = x->hh.next;
        if (applied_has(&p->applied, proposal_id_of(x)))
            proposals_remove(list, x);
    }
}

void pbft_install(struct pbft *p, struct pbft_item *x)
{
    struct applied applied = {0};
    if (x->index <= p->index)
        return;
    if (applied_copy(&x->applied, &applied) != 0) {
        pbft_no_memory(p);
        return;
    }
    applied_free(&p->applied);
    p->applied = applied;
    replace(p, pbft_item_share(x));
    p->executed = x->seq;
    p->index = x->index;
    p->order = x->order;
    pbft_put(p, &(struct engine_output){
                    .kind = ENGINE_RESTORE, .index = x->index, .payload = payload_ref(x->state)});
    forget_applied(p, &p->kept);
    forget_applied(p, &p->pending);
}

/* The marks of a member: the last two, so snapshots that are made at other times are compared. */
static void mark(struct pbft_peer *peer, uint64_t index, const struct pbft_digest *digest)
{
    if (peer->marks[0].seq == index)
        return;
    peer->marks[1] = peer->marks[0];
    peer->marks[0] = (struct pbft_check){.seq = index, .digest = *digest};
}

static bool is_believed(const struct pbft *p, const struct pbft_item *x)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < p->member_count; i++)
        for (unsigned j = 0; j < 2; j++)
            if (p->peers[i].marks[j].seq == x->index &&
                pbft_digest_equal(&p->peers[i].marks[j].digest, &x->digest))
                mask |= pbft_bit(i);
    return pbft_has_honest(&p->weights, mask);
}

static void try_install(struct pbft *p)
{
    for (unsigned i = 0; i < p->member_count && !p->failed; i++) {
        struct pbft_item *x = p->peers[i].snapshot;
        if (x == NULL || x->index <= p->index || x->seq < p->executed || !is_believed(p, x))
            continue;
        pbft_install(p, x);
        rewrite(p);
        pbft_stabilise(p);
        pbft_execute(p);
    }
}

void pbft_on_snapshot_message(struct pbft *p, uint32_t from, struct pbft_item *x)
{
    struct pbft_peer *peer = &p->peers[pbft_member(p, from)];
    if (x->index <= p->index || x->seq >= PBFT_SEQ_MAX || x->state == NULL)
        return;
    pbft_item_drop(peer->snapshot);
    peer->snapshot = pbft_item_share(x);
    mark(peer, x->index, &x->digest);
    try_install(p);
}

void pbft_on_mark(struct pbft *p, uint32_t from, const struct pbft_item *x)
{
    if (x->index <= p->index)
        return;
    mark(&p->peers[pbft_member(p, from)], x->index, &x->digest);
    try_install(p);
}
