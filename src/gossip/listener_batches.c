/*
 * Checks the signatures of records received from peers, in batches.
 *
 * While the signatures of one batch are checked, the next is read, and then its signatures are
 * queued: so no thread of the pool waits for this one. A large last batch is left to the other
 * threads until the next turn, while this thread reads sockets.
 */
#include "gossip/listener_parts.h"

#include <string.h>

enum {
    CHUNK = 1 << 17, /* bytes of records read while those before are checked, */
    CHUNK_RECORDS = 1 << 11,
    LEFT_MIN = 64, /* a batch of fewer is not worth a turn's delay */
    AHEAD = 12,    /* items whose table slots are prefetched together */
};

static bool is_recent(const struct listener *l, const struct entry *e)
{
    struct field known = recent_txs_find(&l->recent_txs, e->id);
    return e->type == &tx_type && known.text && known.len == e->tx.len &&
           memcmp(known.text, e->tx.line, known.len) == 0;
}

static void skip_recent(const struct listener *l, struct item *item)
{
    for (size_t i = 0; !item->broken && i < item->count; i++) {
        if (i + RECENT_TXS_AHEAD < item->count)
            recent_txs_prefetch(&l->recent_txs, item->entries[i + RECENT_TXS_AHEAD].id);
        item->entries[i].checked |= is_recent(l, &item->entries[i]);
    }
}

/* Skips the signatures of lines that were checked when they arrived alone. */
static void skip_checked(const struct listener *l, struct batch *b)
{
    bool has_block = false;
    for (size_t i = 0; i < b->count; i++)
        if (b->items[i].type == &block_type) {
            skip_recent(l, &b->items[i]);
            has_block = true;
        }
    if (has_block && l->config->recall)
        l->config->recall(l->config->known, b);
}

static int start_batch(struct listener *l, struct batch *b, struct fault *f)
{
    if (!l->config->pool)
        return 0;
    skip_checked(l, b);
    return batch_start(b, l->config->pool, f);
}

static int finish_batch(struct listener *l, struct batch *b, struct fault *f)
{
    if (!l->config->pool)
        return 0;
    if (batch_finish(b, l->config->pool, f))
        return -1;
    if (l->config->checked)
        l->config->checked(l->config->known, b);
    return 0;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static const struct gathered *gathered_at(const struct listener *l, size_t i)
{
    return (const struct gathered *)(const void *)l->gathered.data + i;
}

/* Gives the stream the records that are in no batch: as many as make a chunk, or one that is
 * larger. */
static void next_chunk(struct listener *l)
{
    const size_t first = l->begun, count = l->gathered.len / sizeof(struct gathered);
    size_t begin = first ? gathered_at(l, first - 1)->end : 0, n = 1;
    while (first + n < count && n < CHUNK_RECORDS &&
           gathered_at(l, first + n)->end - begin <= CHUNK)
        n++;
    l->waiting = (struct span){l->text.data + begin, gathered_at(l, first + n - 1)->end - begin};
}

static struct source_peer *from_at(const struct checking *c, size_t i)
{
    return (struct source_peer *)(void *)c->from.data + i;
}

static struct inbound *sender_of(const struct listener *l, const struct checking *c, size_t i)
{
    return inbound_at(l, from_at(c, i)->slot);
}

/* Notes who sent the records of a batch. 0, or -1: no memory. */
static int note_senders(struct listener *l, struct checking *c)
{
    c->from.len = 0;
    for (size_t i = 0; i < c->batch.count; i++) {
        const struct gathered *it = gathered_at(l, l->begun + i);
        const struct source_peer from = {.number = it->number, .slot = it->slot};
        if (buf_add(&c->from, &from, sizeof from))
            return -1;
    }
    l->begun += c->batch.count;
    return 0;
}

/* --- Admission -------------------------------------------------------------------------------- */

/* A pushed record is announced by itself. One that is not wanted from this peer needs no check. */
static void announce_pushed(struct listener *l, struct inbound *peer, struct item *item,
                            struct source_peer *from, int64_t now)
{
    bool ask_it;
    in_flight_announce(l, peer, item->id, from->number, false, now, &ask_it);
    const struct in_flight *a = idmap_find(&l->in_flight, item->id);
    from->unwanted = !a || announcer_index(a, peer) == a->count;
    for (size_t i = 0; from->unwanted && i < item->count; i++)
        item->entries[i].checked = true;
}

/* Marks as broken a record that its sender may not send, so that no more work is done for it. */
static void admit(struct listener *l, struct inbound *peer, struct item *item,
                  struct source_peer *from, int64_t now)
{
    if (from->number >= 0 && !peer->doomed) {
        announce_pushed(l, peer, item, from, now);
        return;
    }
    item->broken = peer->doomed || inbound_admit(peer, &item->fault);
    if (item->broken)
        listener_doom_for(l, peer, item, &item->fault);
}

static void prefetch_pushed(const struct listener *l, const struct checking *c, size_t i)
{
    if (i >= c->batch.count || from_at(c, i)->number < 0)
        return;
    idset_prefetch(&l->seen, c->batch.items[i].id);
    idmap_prefetch(&l->in_flight, c->batch.items[i].id);
}

/* (Blocks were admitted when their header arrived.) */
static void admit_batch(struct listener *l, struct checking *c, int64_t now)
{
    for (size_t i = 0; i < AHEAD; i++)
        prefetch_pushed(l, c, i);
    for (size_t i = 0; i < c->batch.count; i++) {
        prefetch_pushed(l, c, i + AHEAD);
        struct item *item = &c->batch.items[i];
        struct inbound *peer = sender_of(l, c, i);
        if (peer && item->type != &block_type && !item->broken)
            admit(l, peer, item, from_at(c, i), now);
    }
}

/* --- Checking --------------------------------------------------------------------------------- */

/* Reads the next batch and begins to check it. 1; 0: nothing is left; -1 and trouble. */
static int begin_batch(struct listener *l, struct checking *c, int64_t now, struct fault *f)
{
    if (l->begun == l->gathered.len / sizeof(struct gathered))
        return 0;
    if (!l->waiting.len && !stream_ready(l->stream))
        next_chunk(l);
    if (stream_next(l->stream, &c->batch, f) < 0)
        return -1;
    if (note_senders(l, c))
        return fault_memory(f);
    admit_batch(l, c, now);
    return start_batch(l, &c->batch, f) ? -1 : 1;
}

/* Prefetches what listener_take_item will read of the item with this index. */
static void prefetch_item(const struct listener *l, const struct batch *b, size_t i)
{
    if (i >= b->count)
        return;
    idmap_prefetch(&l->in_flight, b->items[i].id);
    idmap_prefetch(&l->seen.young, b->items[i].id);
    idmap_prefetch(&l->origins.young, b->items[i].id);
    recent_txs_prefetch(&l->recent_txs, b->items[i].id);
}

/* Handles a batch whose signatures are being checked. */
static int take_batch(struct listener *l, struct checking *c, int64_t now, struct fault *f)
{
    if (finish_batch(l, &c->batch, f))
        return -1;
    for (size_t i = 0; i < AHEAD; i++)
        prefetch_item(l, &c->batch, i);
    for (size_t i = 0; i < c->batch.count; i++) {
        prefetch_item(l, &c->batch, i + AHEAD);
        if (i + AHEAD / 2 < c->batch.count)
            idmap_prefetch_entry(&l->in_flight, c->batch.items[i + AHEAD / 2].id);
        if (!from_at(c, i)->unwanted &&
            listener_take_item(l, sender_of(l, c, i), &c->batch.items[i], now))
            return fault_memory(f);
    }
    return 0;
}

/* --- For a turn ------------------------------------------------------------------------------- */

/* A batch has its own copy of its records. */
static void forget_gathered(struct listener *l)
{
    l->text.len = l->gathered.len = l->begun = 0;
    if (l->text.cap > 4 * GATHER_MAX)
        buf_free(&l->text);
}

int listener_check(struct listener *l, bool last, int64_t now, struct fault *f)
{
    stream_limit(l->stream, (int64_t)listener_block_limit(l));
    for (;;) {
        struct checking *current = &l->batches[l->current], *next = &l->batches[!l->current];
        int more = begin_batch(l, next, now, f);
        bool is_left = !more && !last && l->fresh && l->config->pool &&
                       current->batch.count >= LEFT_MIN;
        if (more < 0)
            return -1;
        if (l->checking && !is_left && take_batch(l, current, now, f))
            return -1;
        l->fresh = more;
        if (!more) {
            l->checking &= is_left;
            break;
        }
        l->checking = true;
        l->current = !l->current;
    }
    forget_gathered(l);
    return 0;
}

void listener_orphan(struct listener *l, uint16_t slot)
{
    struct gathered *all = (void *)l->gathered.data;
    for (size_t i = 0; i < l->gathered.len / sizeof *all; i++)
        if (all[i].slot == slot)
            all[i].slot = NOBODY;
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < l->batches[i].from.len / sizeof(struct source_peer); j++)
            if (from_at(&l->batches[i], j)->slot == slot)
                from_at(&l->batches[i], j)->slot = NOBODY;
}

void listener_check_free(struct listener *l)
{
    if (l->checking && l->config->pool)
        sigpool_wait_all(l->config->pool);
    for (size_t i = 0; i < 2; i++) {
        batch_free(&l->batches[i].batch);
        buf_free(&l->batches[i].from);
    }
    buf_free(&l->text);
    buf_free(&l->gathered);
}

int listener_replay(struct listener *l, const char *text, size_t n, int64_t now, struct fault *f)
{
    struct span all = {text, n};
    struct stream *stream = stream_new(source_memory(&all), 1, 0);
    struct batch *b = &l->batches[0].batch;
    int got;
    if (!stream)
        return fault_memory(f);
    while ((got = stream_next(stream, b, f)) > 0) {
        bool failed = start_batch(l, b, f) || finish_batch(l, b, f);
        for (size_t i = 0; i < b->count && !failed; i++)
            if (listener_take_item(l, NULL, &b->items[i], now))
                failed = fault_memory(f);
        if (failed) {
            got = -1;
            break;
        }
    }
    stream_free(stream);
    return got;
}
