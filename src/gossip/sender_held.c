/* The records that a sender holds: in a ring by number, found by id, in memory that is freed in the
 * order of their arrival. */
#include "gossip/sender_parts.h"

#include "base/large.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLAB_FIRST = 1 << 16, /* bytes; most senders have few records */
    SLAB = (int)(LARGE_PAGE - sizeof(struct slab)),
};

struct held *held_at(const struct sender *s, uint64_t seq)
{
    return seq >= s->first && seq < s->next ? s->ring[seq & (s->cap - 1)] : NULL;
}

void held_prefetch(const struct sender *s, const uint8_t id[ID_LEN])
{
    idmap_prefetch(&s->places, id);
    idmap_prefetch(&s->elsewhere, id);
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

/* Adds a slab with space for n bytes as the newest. 0, or -1: no memory. */
static int add_slab(struct sender *s, size_t n)
{
    size_t size = s->newest ? SLAB : SLAB_FIRST;
    struct slab *slab = s->spare;
    if (size < n)
        size = n;
    if (slab && n <= slab->size)
        s->spare = NULL;
    else if (!(slab = large_room(sizeof *slab + size)))
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

/* Space for a record with n bytes of text. NULL: no memory. */
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

struct held *held_add(struct sender *s, const struct item *item, int64_t now)
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
    p->from = elsewhere_take(s, item->id);
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
    return s->bytes > s->config->bytes || s->places.count == SENDER_HELD_MAX;
}

/* Frees places by dropping the oldest records that were taken, or held long enough; and earlier
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

bool sender_is_wanted(const struct sender *s)
{
    uint64_t peers = 0;
    for (size_t i = 0; i < SENDER_PEERS_MAX; i++)
        peers |= s->peers[i] ? 1ULL << i : 0;
    for (uint64_t seq = s->first; peers && seq < s->next; seq++) {
        const struct held *p = held_at(s, seq);
        if (p->taken < s->config->need && peers & ~(p->from | p->settled))
            return true;
    }
    return false;
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
