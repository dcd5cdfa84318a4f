#include "gossip/sender_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLUFF_MAX = 1 << 14 };

void sender_log(const struct sender *s, const struct outbound *peer, const char *event,
                const uint8_t *id, const char *words)
{
    if (s->config->log)
        s->config->log(s->config->self, peer ? peer->who : "-", event, id, words);
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
    p = held_add(s, item, now);
    if (!p)
        return -1;
    if (item->type == &tx_type)
        stem_begin(s, p, now);
    if (!p->from && !p->embargo)
        s->own = s->next; /* not for a stem: it would show who made it */
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
            held_prefetch(s, s->batch.items[i].id);
        for (size_t i = 0; i < s->batch.count; i++)
            if (take_item(s, &s->batch.items[i], now))
                return fault_memory(f);
        if (!got)
            break;
    }
    return 0;
}

/* --- Peers ------------------------------------------------------------------------------------ */

static void free_peer(struct outbound *peer)
{
    if (peer->state) {
        buf_free(&peer->state->again);
        buf_free(&peer->state->waiting);
        buf_free(&peer->state->wants);
        free(peer->state->announcements.seqs);
    }
    free(peer->state);
    free(peer);
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
    struct outbound *peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    peer->session = session;
    peer->state = calloc(1, sizeof *peer->state);
    if (!peer->state) {
        free_peer(peer);
        return NULL;
    }
    snprintf(peer->who, sizeof peer->who, "%s", who);
    return peer;
}

struct outbound *sender_join(struct sender *s, struct session *session, const char *who,
                             int64_t now)
{
    struct outbound *peer = new_peer(session, who);
    unsigned slot = peer ? find_slot(s, peer->who) : SENDER_PEERS_MAX;
    if (slot == SENDER_PEERS_MAX) {
        if (peer)
            free_peer(peer);
        return NULL;
    }
    uint64_t from = oldest_open(s);
    *peer->state = (struct outbound_state){.sender = s,
                                           .slot = slot,
                                           .next = from,
                                           .joined = s->next,
                                           .back = from,
                                           .reoffer = SENDER_REOFFER,
                                           .forth = s->first,
                                           .end = from,
                                           .moved = now,
                                           .swept = now,
                                           .prompt = true,
                                           .announcements.first = session->announcements};
    bucket_init(&peer->state->peers, &sender_peers, now);
    if (strcmp(s->last[slot], peer->who))
        forget(s, slot, true);
    memcpy(s->last[slot], peer->who, sizeof peer->who);
    s->peers[slot] = peer;
    return peer;
}

void sender_leave(struct sender *s, struct outbound *peer)
{
    s->left[peer->state->slot] = ++s->departures;
    forget(s, peer->state->slot, false);
    s->peers[peer->state->slot] = NULL;
    if (s->stem_slot == peer->state->slot)
        s->epoch_ends = 0;
    free_peer(peer);
}

/* --- Interface -------------------------------------------------------------------------------- */

struct sender *sender_new(const struct sender_config *config)
{
    struct sender *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->config = config;
    s->chance = config->seed;
    idmap_init(&s->places, sizeof(struct place), SENDER_HELD_MAX, config->seed);
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
