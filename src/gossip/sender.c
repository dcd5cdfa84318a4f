#include "gossip/sender_parts.h"

#include "base/large.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FLUFF_MAX = 1 << 14,
    HELD_MAX = 1 << 22,
    SLAB_FIRST = 1 << 16,   /* bytes; most senders have few records */
    SLAB = (1 << 21) - 256, /* with the allocator's overhead, a huge page */
};

void sender_log(const struct sender *s, const struct outbound *m, const char *event,
                const uint8_t *id, const char *words)
{
    if (s->config->log)
        s->config->log(s->config->self, m ? m->who : "-", event, id, words);
}

/* --- Records held ----------------------------------------------------------------------------- */

struct held *held_at(const struct sender *s, uint64_t seq)
{
    return seq >= s->first && seq < s->next ? s->ring[seq & (s->cap - 1)] : NULL;
}

struct held *held_find(const struct sender *s, const uint8_t id[ID_LEN])
{
    const struct place *place = idmap_find(&s->places, id);
    return place ? held_at(s, place->seq) : NULL;
}

struct held *held_find_next(const struct sender *s, const uint8_t id[ID_LEN], uint64_t *next)
{
    struct held *p = held_at(s, *next);
    if (!p || memcmp(p->id, id, ID_LEN))
        p = held_find(s, id);
    if (p)
        *next = p->seq + 1;
    return p;
}

static int grow_ring(struct sender *s)
{
    size_t cap = s->cap ? s->cap * 2 : 64;
    struct held **ring = calloc(cap, sizeof(struct held *));
    if (!ring)
        return -1;
    for (uint64_t seq = s->first; seq < s->next; seq++)
        ring[seq & (cap - 1)] = held_at(s, seq);
    free(s->ring);
    s->ring = ring;
    s->cap = cap;
    return 0;
}

/* Adds a slab with room for n bytes as the newest. 0, or -1: no memory. */
static int add_slab(struct sender *s, size_t n)
{
    size_t size = s->newest ? SLAB : SLAB_FIRST;
    struct slab *slab = s->spare;
    if (size < n)
        size = n;
    if (slab && n <= slab->size)
        s->spare = NULL;
    else if (!(slab = large_alloc(sizeof *slab + size)))
        return -1;
    else
        slab->size = size;
    slab->used = slab->count = 0;
    slab->next = NULL;
    if (s->newest)
        s->newest->next = slab;
    else
        s->oldest = slab;
    s->newest = slab;
    return 0;
}

/* Room for a record with n bytes of text. NULL: no memory. */
static struct held *take_room(struct sender *s, size_t n)
{
    const size_t align = _Alignof(struct held);
    n = (sizeof(struct held) + n + align - 1) / align * align;
    if ((!s->newest || s->newest->used + n > s->newest->size) && add_slab(s, n))
        return NULL;
    struct held *p = (struct held *)(void *)(s->newest->room + s->newest->used);
    s->newest->used += n;
    s->newest->count++;
    return p;
}

/* Frees the space of the oldest record. */
static void give_room(struct sender *s)
{
    struct slab *slab = s->oldest;
    if (--slab->count || slab == s->newest)
        return;
    s->oldest = slab->next;
    if (!s->spare && slab->size == SLAB)
        s->spare = slab;
    else
        free(slab);
}

static size_t cost(const struct held *p)
{
    return sizeof *p + p->size;
}

/* Clears the bits of peers that have left since the entry was last changed. */
static void refresh_elsewhere(const struct sender *s, struct elsewhere *e)
{
    if (e->departures == s->departures)
        return;
    for (unsigned i = 0; i < SENDER_PEERS_MAX; i++)
        if (s->left[i] > e->departures)
            e->peers &= ~(1ULL << i);
    e->departures = s->departures;
}

/* The peers that announced the record to us. */
static uint64_t take_elsewhere(struct sender *s, const uint8_t id[ID_LEN])
{
    struct elsewhere *e = s->elsewhere.count ? idmap_find(&s->elsewhere, id) : NULL;
    if (!e)
        return 0;
    refresh_elsewhere(s, e);
    uint64_t peers = e->peers;
    idmap_remove(&s->elsewhere, e);
    return peers;
}

static struct held *hold(struct sender *s, const struct item *item, int64_t now)
{
    struct held *p;
    struct place *place;
    if (s->next - s->first == s->cap && grow_ring(s))
        return NULL;
    place = idmap_add(&s->places, item->id);
    p = place ? take_room(s, item->size) : NULL;
    if (!p && place)
        idmap_remove(&s->places, place);
    if (!p)
        return NULL;
    *p = (struct held){.seq = s->next,
                       .came = now,
                       .count = item->type == &block_type ? item->block.count : -1,
                       .is_peer = item->type == &peer_type,
                       .waits = item->type == &tx_type};
    p->size = item->size;
    p->from = take_elsewhere(s, item->id);
    memcpy(p->id, item->id, ID_LEN);
    memcpy(p->text, item->text, item->size);
    place->seq = s->next++;
    s->ring[p->seq & (s->cap - 1)] = p;
    s->bytes += cost(p);
    s->open++;
    return p;
}

/* Reports the record if it is not done. */
static void give_up(const struct sender *s, const struct held *p)
{
    const struct sender_config *c = s->config;
    bool open = p->taken < c->need;
    if (c->unjudged && (open ? p->postponed > 0 : p->unjudged))
        c->unjudged(c->self, p->id, open);
    else if (open)
        c->late(c->self, p->id);
}

enum { AHEAD = 8 };

/* Drops the oldest record. The next ones were last used long ago, so their data is prefetched.
 */
static void let_go(struct sender *s)
{
    struct held *p = held_at(s, s->first);
    const struct held *soon = held_at(s, s->first + AHEAD);
    const struct held *later = held_at(s, s->first + 2 * AHEAD);
    if (soon)
        idmap_prefetch(&s->places, soon->id);
    if (later)
        __builtin_prefetch(later->id);
    give_up(s, p);
    s->open -= p->taken < s->config->need;
    s->untold += held_is_untold(s, p);
    s->unsure -= held_is_unsure(s, p);
    s->unjudged -= p->unjudged;
    for (size_t i = 0; i < SENDER_PEERS_MAX; i++)
        if (s->peers[i] && (p->offered & ~p->settled & 1ULL << i))
            s->peers[i]->state->open--;
    idmap_remove(&s->places, idmap_find(&s->places, p->id));
    s->bytes -= cost(p);
    s->first++;
    give_room(s);
}

static bool is_over(const struct sender *s)
{
    return s->bytes > s->config->bytes || s->places.count == HELD_MAX;
}

/* Makes room by dropping the oldest records that were taken, or held long enough; and earlier
 * those that are in a block, or of another type. */
bool sender_full(struct sender *s, int64_t now)
{
    while (s->first < s->next) {
        const struct held *p = held_at(s, s->first);
        bool taken = p->taken >= s->config->need && !held_needs_verdict(s, p);
        if (!is_over(s) && (s->bytes <= SENDER_DONE || p->waits || !taken))
            return false;
        if (!taken && now - p->came < s->config->hold && s->bytes / 4 <= s->config->bytes)
            return true;
        let_go(s);
    }
    return false;
}

size_t sender_open(const struct sender *s)
{
    return s->open;
}

size_t sender_unjudged(const struct sender *s)
{
    return s->unjudged;
}

uint64_t sender_untold(const struct sender *s)
{
    uint64_t n = s->untold;
    for (uint64_t seq = s->first; seq < s->next; seq++)
        n += held_is_untold(s, held_at(s, seq));
    return n;
}

size_t sender_unsure(const struct sender *s)
{
    return s->unsure;
}

bool sender_waits(const struct sender *s)
{
    for (size_t i = 0; i < SENDER_PEERS_MAX; i++)
        if (s->peers[i] && (!s->peers[i]->session->greeted || s->peers[i]->state->open))
            return true;
    return false;
}

int64_t sender_progress(const struct sender *s)
{
    return s->progress;
}

void sender_give_up(struct sender *s)
{
    for (uint64_t seq = s->first; seq < s->next; seq++)
        give_up(s, held_at(s, seq));
}

/* --- Input ------------------------------------------------------------------------------------ */

/* `fluff ID`: that transaction, held or yet to arrive, is in its fluff phase. The other marks are
 * for whoever took the record from a peer. Whether the item was a mark.
 */
static bool take_mark(struct sender *s, const struct item *item)
{
    struct mark mark;
    struct fault f;
    if (!mark_is(item->text, item->size - 1))
        return false;
    if (mark_parse(item->text, item->size - 1, &mark, &f)) {
        s->config->refuse(s->config->self, item->line, f.text);
        return true;
    }
    if (mark.kind != MARK_FLUFF) {
        if (s->config->judged)
            s->config->judged(s->config->self, &mark);
        return true;
    }
    struct held *p = held_find(s, mark.id);
    if (p)
        stem_end(s, p);
    else
        idset_add(&s->fluff, mark.id);
    return true;
}

/* Whether the line is of a PEM file, as which a secret key is kept: nobody is sent that. */
static bool is_armor(struct sender *s, const struct item *item)
{
    enum armor_part part = armor_next(&s->armor, item->text, item->size - 1);
    if (part == ARMOR_BEGINS)
        s->config->refuse(s->config->self, item->line, ARMOR_RULE);
    return part != ARMOR_NONE;
}

/* Whether no node takes such a record from another. */
static bool is_unwanted(const struct sender *s, const struct item *item)
{
    struct fault f;
    if (item->type && record_may_travel(item->type))
        return false;
    int n = (int)strcspn(item->text, " \n");
    fault_rule(&f, "'%.*s' is not a type of record that nodes take from each other",
               n < 40 ? n : 40, item->text);
    s->config->refuse(s->config->self, item->line, f.text);
    return true;
}

/* A block's transactions wait no more. */
static void note_mined(struct sender *s, const struct item *item)
{
    for (size_t i = 0; item->type == &block_type && i < item->count; i++) {
        struct held *p = held_find(s, item->entries[i].id);
        if (p)
            p->waits = false;
    }
}

static int take_item(struct sender *s, const struct item *item, int64_t now)
{
    struct held *p;
    if (item->broken) {
        s->config->refuse(s->config->self, item->fault.line, item->fault.text);
        return 0;
    }
    if (is_armor(s, item) || take_mark(s, item) || is_unwanted(s, item))
        return 0;
    if (s->config->arrived)
        s->config->arrived(s->config->self, item->id);
    p = held_find(s, item->id);
    if (p) {
        p->waits = item->type == &tx_type; /* even if it was in a block: that was undone */
        offer_again(s, p);
        return 0;
    }
    note_mined(s, item);
    p = hold(s, item, now);
    if (!p)
        return -1;
    if (item->type == &tx_type)
        stem_begin(s, p, now);
    if (item->type == &block_type && !item->is_genesis)
        offer_brief(s, p, item);
    return 0;
}

int sender_take(struct sender *s, const char *text, size_t n, int64_t now, struct fault *f)
{
    s->waiting = (struct span){text, n};
    while (s->waiting.len || (n && stream_ready(s->stream))) {
        int got = stream_next(s->stream, &s->batch, f);
        if (got < 0)
            return -1;
        for (size_t i = 0; i < s->batch.count; i++)
            idmap_prefetch(&s->places, s->batch.items[i].id);
        for (size_t i = 0; i < s->batch.count; i++)
            if (take_item(s, &s->batch.items[i], now))
                return fault_memory(f);
        if (!got)
            break;
    }
    return 0;
}

/* --- Peers ------------------------------------------------------------------------------------ */

static void free_peer(struct outbound *m)
{
    if (m->state) {
        buf_free(&m->state->again);
        buf_free(&m->state->waiting);
        buf_free(&m->state->wants);
    }
    free(m->state);
    free(m);
}

/* The number of the oldest record that too few peers have taken. A new peer is offered all from
 * there on in order, and then those before it: transactions that wait, in order, and some others,
 * newest first. */
static uint64_t oldest_open(const struct sender *s)
{
    uint64_t seq = s->first;
    while (seq < s->next && held_at(s, seq)->taken >= s->config->need)
        seq++;
    return seq;
}

/* A slot for this peer: the one that it had before, which knows what it took, else any.
 * SENDER_PEERS_MAX: none is free. */
static unsigned find_slot(const struct sender *s, const char *who)
{
    unsigned slot = SENDER_PEERS_MAX;
    for (unsigned i = SENDER_PEERS_MAX; i-- > 0;) {
        if (s->peers[i])
            continue;
        if (strcmp(s->last[i], who) == 0)
            return i;
        if (slot == SENDER_PEERS_MAX || !*s->last[i] || *s->last[slot])
            slot = i;
    }
    return slot;
}

/* Forgets what the peer in this slot was offered; with all, also what it took. (A peer that
 * reconnects may have lost what it took, but does not count twice.) */
static void forget(struct sender *s, unsigned slot, bool all)
{
    uint64_t bit = 1ULL << slot;
    for (uint64_t seq = s->first; seq < s->next; seq++) {
        struct held *p = held_at(s, seq);
        p->offered &= ~bit;
        p->settled &= ~bit;
        p->stale &= ~bit;
        p->from &= ~bit;
        p->has &= all ? ~bit : ~(uint64_t)0;
        p->told &= all ? ~bit : ~(uint64_t)0;
        p->given &= all ? ~bit : ~(uint64_t)0;
    }
}

void sender_hello(const struct sender *s, struct hello *h)
{
    *h = (struct hello){.version = WIRE_VERSION, .deflate = s->config->deflate};
    memcpy(h->chain, s->config->chain, ID_LEN);
    memcpy(h->tip, s->config->chain, ID_LEN);
}

static struct outbound *new_peer(struct session *session, const char *who)
{
    struct outbound *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->session = session;
    m->state = calloc(1, sizeof *m->state);
    if (!m->state) {
        free_peer(m);
        return NULL;
    }
    snprintf(m->who, sizeof m->who, "%s", who);
    return m;
}

struct outbound *sender_join(struct sender *s, struct session *session, const char *who,
                             int64_t now)
{
    struct outbound *m = new_peer(session, who);
    unsigned slot = m ? find_slot(s, m->who) : SENDER_PEERS_MAX;
    if (slot == SENDER_PEERS_MAX) {
        if (m)
            free_peer(m);
        return NULL;
    }
    uint64_t from = oldest_open(s);
    *m->state = (struct outbound_state){.sender = s,
                                        .slot = slot,
                                        .next = from,
                                        .joined = s->next,
                                        .back = from,
                                        .reoffer = SENDER_REOFFER,
                                        .forth = s->first,
                                        .end = from,
                                        .moved = now,
                                        .swept = now};
    bucket_init(&m->state->peers, &sender_peers, now);
    if (strcmp(s->last[slot], m->who))
        forget(s, slot, true);
    memcpy(s->last[slot], m->who, sizeof m->who);
    s->peers[slot] = m;
    return m;
}

/* Resumes after the last eviction: from the start, each would step over the cells that the earlier
 * ones have emptied, and a flood of announcements would cost far more time than it takes to send.
 */
static void evict_elsewhere(struct sender *s)
{
    struct elsewhere *e = idmap_each(&s->elsewhere, &s->evicted);
    if (!e) {
        s->evicted = 0;
        e = idmap_each(&s->elsewhere, &s->evicted);
    }
    idmap_remove(&s->elsewhere, e);
}

void sender_has(struct sender *s, struct outbound *m, const uint8_t id[ID_LEN])
{
    uint64_t bit = 1ULL << m->state->slot;
    struct held *p = held_find(s, id);
    if (p) {
        p->from |= bit;
        return;
    }
    struct elsewhere *e = idmap_find(&s->elsewhere, id);
    if (!e && s->elsewhere.count == s->elsewhere.limit)
        evict_elsewhere(s);
    if (!e)
        e = idmap_add(&s->elsewhere, id);
    if (!e)
        return; /* out of memory, the record is announced back */
    refresh_elsewhere(s, e);
    e->peers |= bit;
}

void sender_leave(struct sender *s, struct outbound *m)
{
    s->left[m->state->slot] = ++s->departures;
    forget(s, m->state->slot, false);
    s->peers[m->state->slot] = NULL;
    if (s->stem_slot == m->state->slot)
        s->epoch_ends = 0;
    free_peer(m);
}

/* --- Interface -------------------------------------------------------------------------------- */

struct sender *sender_new(const struct sender_config *config)
{
    struct sender *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->config = config;
    s->chance = config->seed;
    idmap_init(&s->places, sizeof(struct place), HELD_MAX, config->seed);
    idmap_init(&s->elsewhere, sizeof(struct elsewhere), SENDER_ELSEWHERE_MAX, config->seed);
    idset_init(&s->fluff, FLUFF_MAX, config->seed);
    s->stream = stream_new(source_pieces(&s->waiting), 1, 0);
    if (!s->stream) {
        free(s);
        return NULL;
    }
    return s;
}

void sender_free(struct sender *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < SENDER_PEERS_MAX; i++)
        if (s->peers[i])
            sender_leave(s, s->peers[i]);
    for (struct slab *next; s->oldest; s->oldest = next) {
        next = s->oldest->next;
        free(s->oldest);
    }
    free(s->spare);
    free(s->ring);
    idmap_free(&s->places);
    idmap_free(&s->elsewhere);
    idset_free(&s->fluff);
    stream_free(s->stream);
    batch_free(&s->batch);
    buf_free(&s->stems);
    buf_free(&s->scratch);
    free(s);
}
