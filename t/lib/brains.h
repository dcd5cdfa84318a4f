/*
 * What tests of the network's brains (gossip/listener.h, gossip/sender.h) share: records that cost
 * no keys, as signatures are not looked at; connections in memory; nodes that are made of both
 * brains; and the recount of all that the brains count. Whoever includes it has a `must` before.
 */
#ifndef LIB_BRAINS_H
#define LIB_BRAINS_H

#include "base/chance.h"
#include "base/hex.h"
#include "gossip/listener_parts.h"
#include "gossip/sender_parts.h"
#include "hash/merkle.h"
#include "random.h"
#include "wire/wire.h"

#include <stdio.h>
#include <stdlib.h>

#define BRAINS_CHAIN_BYTE 0x11

/* --- Records ---------------------------------------------------------------------------------- */

struct record {
    uint8_t id[ID_LEN];
    struct buf text; /* whole, newlines included */
    size_t count;    /* lines of a block's body */
    bool is_block;
};

static inline void add_text(struct buf *out, const char *text)
{
    must(buf_add_string(out, text) == 0);
}

static inline void add_hex(struct buf *out, const uint8_t *bytes, size_t n)
{
    must(buf_reserve(out, 2 * n + 1) == 0);
    hex_encode(out->data + out->len, bytes, n);
    out->len += 2 * n;
}

/* A transaction that nobody signed, the same for the same number. */
static inline struct record make_tx(uint64_t number)
{
    struct record r = {.is_block = false};
    uint64_t seed = number;
    uint8_t some[2 * ID_LEN + SIGNATURE_LEN], chain[ID_LEN];
    memset(chain, BRAINS_CHAIN_BYTE, ID_LEN);
    fill(some, sizeof some, &seed);
    add_text(&r.text, "tx ");
    add_hex(&r.text, chain, ID_LEN);
    add_text(&r.text, " ");
    add_hex(&r.text, some, ID_LEN);
    add_text(&r.text, " 0 1 pay ");
    add_hex(&r.text, some + ID_LEN, ID_LEN);
    add_text(&r.text, " 1 - ");
    add_hex(&r.text, some + (size_t)2 * ID_LEN, SIGNATURE_LEN);
    sha256(r.text.data, r.text.len, r.id);
    add_text(&r.text, "\n");
    return r;
}

/* A block of n transactions, for which any hash is work enough. */
static inline struct record make_block(int64_t height, const uint8_t prev[ID_LEN],
                                       const struct record *txs, size_t n)
{
    struct record r = {.is_block = true, .count = n};
    struct block b = {.height = height, .time = 1700000000 + height, .count = (int64_t)n};
    struct merkle m;
    b.seal = (struct field){"5ea1", 4};
    memcpy(b.prev, prev, ID_LEN);
    memset(b.target, 0xff, ID_LEN);
    memset(b.miner.id, 0x22, ID_LEN);
    merkle_init(&m);
    for (size_t i = 0; i < n; i++)
        merkle_add(&m, txs[i].id);
    merkle_root(&m, b.root);
    must(block_format(&b, &r.text) == 0);
    sha256(r.text.data, r.text.len, r.id);
    add_text(&r.text, "\n");
    for (size_t i = 0; i < n; i++)
        must(buf_add(&r.text, txs[i].text.data, txs[i].text.len) == 0);
    return r;
}

/* The brief of a block, with its short lines. */
static inline void add_brief(struct buf *out, const struct record *block, const struct record *txs)
{
    const char *end = memchr(block->text.data, '\n', block->text.len);
    must(end != NULL);
    add_text(out, "brief");
    must(buf_add(out, block->text.data + 5, (size_t)(end - block->text.data) - 4) == 0);
    for (size_t i = 0; i < block->count; i++) {
        add_text(out, i % WIRE_SHORTS_MAX ? " " : i ? "\nshort " : "short ");
        add_hex(out, txs[i].id, WIRE_SHORT_LEN);
    }
    if (block->count)
        add_text(out, "\n");
}

/* `WORD ID`. */
static inline void add_word(struct buf *out, const char *word, const uint8_t id[ID_LEN])
{
    add_text(out, word);
    add_text(out, " ");
    add_hex(out, id, ID_LEN);
    add_text(out, "\n");
}

/* --- Connections ------------------------------------------------------------------------------ */

struct end {
    struct session *session;
    struct session_role role;
};

static inline struct end inbound_end(struct inbound *g)
{
    struct end e = {g->session, listener_role()};
    e.role.self = g;
    return e;
}

static inline struct end outbound_end(struct outbound *m)
{
    struct end e = {m->session, sender_role()};
    e.role.self = m;
    return e;
}

/* Joins and leaves, with a session of the test's own, in a version of the protocol (join_listener,
 * join_sender: the first). NULL: the listener refuses. */
static inline struct inbound *join_listener_in(int version, struct listener *l,
                                               const uint8_t *account, const char *who, int64_t now)
{
    struct fault f;
    struct hello ours;
    struct session *session = malloc(sizeof *session);
    must(session != NULL);
    listener_hello(l, &ours);
    ours.version = version;
    must(session_init(session, &ours, now) == 0);
    struct inbound *g = listener_join(l, session, account, who, now, &f);
    if (!g) {
        session_free(session);
        free(session);
    }
    return g;
}

static inline struct inbound *join_listener(struct listener *l, const uint8_t *account,
                                            const char *who, int64_t now)
{
    return join_listener_in(1, l, account, who, now);
}

static inline void leave_listener(struct listener *l, struct inbound *g, int64_t now)
{
    struct session *session = g->session;
    listener_leave(l, g, now);
    session_free(session);
    free(session);
}

static inline struct outbound *join_sender_in(int version, struct sender *s, const char *who,
                                              int64_t now)
{
    struct hello ours;
    struct session *session = malloc(sizeof *session);
    must(session != NULL);
    sender_hello(s, &ours);
    ours.version = version;
    must(session_init(session, &ours, now) == 0);
    struct outbound *m = sender_join(s, session, who, now);
    must(m != NULL);
    return m;
}

static inline struct outbound *join_sender(struct sender *s, const char *who, int64_t now)
{
    return join_sender_in(1, s, who, now);
}

static inline void leave_sender(struct sender *s, struct outbound *m)
{
    struct session *session = m->session;
    sender_leave(s, m);
    session_free(session);
    free(session);
}

/* Hands bytes to an end, which must not look beyond them. 0, or -1: it closes. */
static inline int give(struct end to, const char *bytes, size_t n, int64_t now)
{
    struct fault f;
    char *copy = malloc(n ? n : 1);
    must(copy != NULL);
    if (n)
        memcpy(copy, bytes, n);
    int failed = session_take(to.session, copy, n, &to.role, now, &f);
    must(!failed || (f.kind == FAULT_RULE && f.text[0]));
    free(copy);
    return failed;
}

/* Carries at most so many bytes from one end to the other: how many, or -1: that one closes. */
static inline ptrdiff_t carry(struct end from, struct end to, size_t most, int64_t now)
{
    const char *bytes;
    size_t carried = 0;
    ptrdiff_t n;
    while (carried < most && (n = session_outgoing(from.session, &bytes)) != 0) {
        must(n > 0);
        if ((size_t)n > most - carried)
            n = (ptrdiff_t)(most - carried);
        int failed = give(to, bytes, (size_t)n, now);
        session_sent(from.session, (size_t)n, now);
        if (failed)
            return -1;
        carried += (size_t)n;
    }
    return (ptrdiff_t)carried;
}

/* One whose lines the test says itself. */
struct actor {
    struct session session;
    struct buf heard; /* the lines that it was told, but for hello, ping and pong */
};

static inline int actor_greeted(void *self, struct session *s, int64_t now, struct fault *f)
{
    (void)self, (void)s, (void)now, (void)f;
    return 0;
}

static inline int actor_line(void *self, struct session *s, enum wire_word word, const char *line,
                             size_t len, int64_t now, struct fault *f)
{
    struct actor *a = self;
    (void)s, (void)word, (void)now, (void)f;
    must(buf_add(&a->heard, line, len + 1) == 0);
    return 0;
}

static inline void actor_init(struct actor *a, int version, int64_t now)
{
    struct hello h = {.version = version};
    memset(h.chain, BRAINS_CHAIN_BYTE, ID_LEN);
    memset(h.tip, BRAINS_CHAIN_BYTE, ID_LEN);
    *a = (struct actor){.heard = {0}};
    must(session_init(&a->session, &h, now) == 0);
}

static inline void actor_free(struct actor *a)
{
    session_free(&a->session);
    buf_free(&a->heard);
}

static inline struct end actor_end(struct actor *a)
{
    return (struct end){&a->session, {actor_greeted, actor_line, a}};
}

/* --- The recount ------------------------------------------------------------------------------ */

static inline void recount_one(const struct listener *l, const struct in_flight *a, size_t *named,
                               size_t *beside)
{
    bool fills = false;
    must(a->count && a->count <= ANNOUNCERS_MAX && a->requested <= a->count &&
         a->round <= a->requested);
    for (size_t i = 0; i < a->count; i++) {
        must(inbound_at(l, a->who[i]));
        for (size_t j = 0; j < i; j++)
            must(a->who[i] != a->who[j]);
        named[a->who[i]]++;
        beside[a->who[i]] += i && i < a->requested;
        fills |= a->reconstruction && i < a->requested && a->reconstruction->slot == a->who[i];
    }
    if (!a->reconstruction)
        return;
    const struct reconstruction *r = a->reconstruction;
    const struct inbound *g = inbound_at(l, r->slot);
    must(fills && memcmp(r->id, a->id, ID_LEN) == 0);
    must((g->state->shorts == r) != (g->state->lines == r));
    must(r->count <= r->cap && r->missing <= r->count);
    must(g->state->lines != r || (r->missing && r->next < r->count));
}

static inline void recount_listener(const struct listener *l)
{
    static size_t named[LISTENER_PEERS_MAX], beside[LISTENER_PEERS_MAX];
    size_t place = 0, reconstructions = 0, entries = 0;
    memset(named, 0, l->top * sizeof *named);
    memset(beside, 0, l->top * sizeof *beside);
    for (struct in_flight *a; (a = idmap_each(&l->in_flight, &place)); entries++) {
        recount_one(l, a, named, beside);
        reconstructions += a->reconstruction != NULL;
    }
    must(entries == l->in_flight.count && entries <= LISTENER_IN_FLIGHT_MAX);
    must(reconstructions == l->reconstructions && reconstructions <= LISTENER_RECONSTRUCTIONS_MAX);
    for (size_t i = 0; i < l->top; i++) {
        const struct inbound *g = l->peers[i];
        must(!g || (g->state->slot == i && g->state->announced == named[i]));
        must(!g || (named[i] <= LISTENER_ANNOUNCED_MAX && g->state->beside == beside[i]));
        must(!g || !g->state->shorts || idmap_find(&l->in_flight, g->state->shorts->id));
        must(!g || !g->state->lines || idmap_find(&l->in_flight, g->state->lines->id));
    }
}

static inline void recount_sender(const struct sender *s)
{
    size_t open = 0, unsure = 0, bytes = 0, waits[SENDER_PEERS_MAX] = {0};
    uint64_t here = 0;
    for (size_t i = 0; i < SENDER_PEERS_MAX; i++)
        here |= s->peers[i] ? 1ULL << i : 0;
    for (uint64_t seq = s->first; seq < s->next; seq++) {
        const struct held *p = held_at(s, seq);
        must(p && p->seq == seq && held_find(s, p->id) == p);
        must(!(p->offered & ~here) && !(p->settled & ~p->offered));
        open += p->taken < s->config->need;
        unsure += held_is_unsure(s, p);
        bytes += sizeof *p + p->size;
        for (size_t i = 0; i < SENDER_PEERS_MAX; i++)
            waits[i] += p->offered >> i & ~(p->settled >> i) & 1;
    }
    must(open == s->open && unsure == s->unsure && bytes == s->bytes &&
         s->places.count == s->next - s->first);
    for (size_t i = 0; i < SENDER_PEERS_MAX; i++)
        must(!s->peers[i] || (s->peers[i]->state->open == waits[i] && waits[i] <= SENDER_WINDOW));
}

/* --- A network -------------------------------------------------------------------------------- */

enum { NET_NODES = 64, NET_LINKS = 512, NET_RECORDS = 512 };

struct node {
    struct net *net;
    struct listener_config listening;
    struct sender_config sending;
    struct listener *listener;
    struct sender *sender;
    bool swallows;              /* takes, and passes nothing on */
    uint8_t had[NET_RECORDS];   /* how often it printed each */
    uint8_t alone[NET_RECORDS]; /* ... as a stem */
};

struct wire_link {
    size_t from, to;
    struct outbound *outbound;
    struct inbound *inbound; /* NULL: it is down */
};

struct net {
    struct node nodes[NET_NODES];
    struct wire_link links[NET_LINKS];
    struct record records[NET_RECORDS];
    size_t node_count, link_count, record_count;
    unsigned stems[NET_RECORDS]; /* hops that each went as a stem */
    int64_t now, ticked;
    uint64_t chance;
    unsigned late; /* records let go before they were taken */
    bool hostile;  /* an end may close */
};

static inline size_t net_find(const struct net *n, const uint8_t id[ID_LEN])
{
    size_t i = 0;
    while (i < n->record_count && memcmp(n->records[i].id, id, ID_LEN))
        i++;
    must(i < n->record_count);
    return i;
}

static inline int64_t net_clock(void *self)
{
    const struct node *node = self;
    return 1700000000 + node->net->now / 1000;
}

static inline void net_late(void *self, const uint8_t id[ID_LEN])
{
    struct node *node = self;
    (void)id;
    node->net->late++;
}

static inline void net_refuse(void *self, uint64_t line, const char *why)
{
    (void)self, (void)why;
    must(line == 0); /* never: a listener prints records alone */
}

static inline void net_log(void *self, const char *who, const char *event, const uint8_t *id,
                           const char *words)
{
    struct node *node = self;
    (void)who;
    if (words && strcmp(event, "offer") == 0 && strcmp(words, "stem") == 0 &&
        node->net->record_count)
        node->net->stems[net_find(node->net, id)]++;
}

static inline void net_add_node(struct net *n, bool stems, bool deflate)
{
    struct node *node = &n->nodes[n->node_count++];
    must(n->node_count <= NET_NODES);
    *node = (struct node){.net = n};
    node->listening = (struct listener_config){.stems = stems,
                                               .deflate = deflate,
                                               .seed = chance_next(&n->chance),
                                               .clock = net_clock,
                                               .log = net_log,
                                               .self = node};
    node->sending = (struct sender_config){.bytes = 64 << 20,
                                           .need = 1,
                                           .hold = 60000,
                                           .stems = stems,
                                           .deflate = deflate,
                                           .seed = chance_next(&n->chance),
                                           .refuse = net_refuse,
                                           .late = net_late,
                                           .log = net_log,
                                           .self = node};
    memset(node->listening.chain, BRAINS_CHAIN_BYTE, ID_LEN);
    memset(node->sending.chain, BRAINS_CHAIN_BYTE, ID_LEN);
    node->listener = listener_new(&node->listening);
    node->sender = sender_new(&node->sending);
    must(node->listener && node->sender);
}

static inline void net_up(struct net *n, struct wire_link *link)
{
    if (link->inbound)
        return;
    const int version = WIRE_VERSION_FIRST + (int)chance_below(&n->chance, WIRE_VERSION);
    link->inbound = join_listener_in(version, n->nodes[link->to].listener, NULL, "peer", n->now);
    char who[16];
    snprintf(who, sizeof who, "node %zu", (size_t)link->to);
    link->outbound = join_sender_in(version, n->nodes[link->from].sender, who, n->now);
    must(link->inbound && link->outbound);
}

static inline void net_down(struct net *n, struct wire_link *link)
{
    if (!link->inbound)
        return;
    leave_listener(n->nodes[link->to].listener, link->inbound, n->now);
    leave_sender(n->nodes[link->from].sender, link->outbound);
    link->inbound = NULL;
    link->outbound = NULL;
}

static inline void net_link(struct net *n, size_t from, size_t to)
{
    struct wire_link *link = &n->links[n->link_count++];
    must(n->link_count <= NET_LINKS);
    *link = (struct wire_link){.from = from, .to = to};
    net_up(n, link);
}

static inline size_t net_add(struct net *n, struct record r)
{
    must(n->record_count < NET_RECORDS);
    n->records[n->record_count] = r;
    return n->record_count++;
}

/* The record comes in at the node's sender, as from somebody who made it there. */
static inline void net_inject(struct net *n, size_t node, size_t record)
{
    struct fault f;
    const struct buf *text = &n->records[record].text;
    must(sender_take(n->nodes[node].sender, text->data, text->len, n->now, &f) == 0);
}

/* Notes what the node has printed: whole records alone, each once. */
static inline void net_read(struct net *n, struct node *node, const char *text, size_t size)
{
    bool fluff = false;
    for (size_t at = 0; at < size;) {
        uint8_t id[ID_LEN];
        const char *end = memchr(text + at, '\n', size - at);
        must(end != NULL);
        size_t len = (size_t)(end - text) - at;
        if (line_is(text + at, len, "fluff")) {
            must(node->listening.stems && len == 6 + (size_t)2 * ID_LEN);
            fluff = true;
            at += len + 1;
            continue;
        }
        sha256(text + at, len, id);
        size_t i = net_find(n, id);
        const struct record *r = &n->records[i];
        must(r->text.len <= size - at && memcmp(r->text.data, text + at, r->text.len) == 0);
        must(++node->had[i] == 1);
        node->alone[i] = node->listening.stems && !r->is_block && !fluff;
        fluff = false;
        at += r->text.len;
    }
}

static inline bool net_settle(struct net *n, struct node *node)
{
    struct fault f;
    struct buf *out = listener_out(node->listener);
    must(listener_settle(node->listener, n->now, &f) == 0);
    bool news = out->len > 0;
    net_read(n, node, out->data, out->len);
    if (news && !node->swallows)
        must(sender_take(node->sender, out->data, out->len, n->now, &f) == 0);
    out->len = 0;
    sender_settle(node->sender, n->now);
    recount_listener(node->listener);
    recount_sender(node->sender);
    return news;
}

static inline void net_tick(struct net *n)
{
    struct fault f;
    if (n->now - n->ticked < 1000)
        return;
    n->ticked = n->now;
    for (size_t i = 0; i < n->node_count; i++)
        listener_tick(n->nodes[i].listener, n->now);
    for (size_t i = 0; i < n->link_count; i++) {
        struct wire_link *link = &n->links[i];
        if (link->inbound && (session_tick(link->inbound->session, n->now, &f) ||
                              session_tick(link->outbound->session, n->now, &f))) {
            must(n->hostile);
            net_down(n, link);
        }
    }
}

/* Carries some of what waits on a link, both ways. Whether anything moved. */
static inline bool net_carry(struct net *n, struct wire_link *link)
{
    if (!link->inbound)
        return false;
    struct end out = outbound_end(link->outbound), in = inbound_end(link->inbound);
    ptrdiff_t there = carry(out, in, 1 + chance_below(&n->chance, 1 << 14), n->now);
    ptrdiff_t back = carry(in, out, 1 + chance_below(&n->chance, 1 << 14), n->now);
    if (there >= 0 && back >= 0 && !link->inbound->doomed && !link->outbound->doomed)
        return there || back;
    must(n->hostile);
    net_down(n, link);
    return true;
}

/* A turn of all, which takes so many milliseconds. Whether anything moved. */
static inline bool net_turn(struct net *n, int64_t takes)
{
    bool moved = false;
    n->now += takes;
    net_tick(n);
    for (size_t i = 0; i < n->link_count; i++)
        moved |= net_carry(n, &n->links[i]);
    for (size_t i = 0; i < n->node_count; i++)
        moved |= net_settle(n, &n->nodes[i]);
    return moved;
}

/* Turns until nothing has moved for so many milliseconds, or pings alone are left to move. */
static inline void net_rest(struct net *n, int64_t quiet)
{
    int64_t moved = n->now, end = n->now + 90000;
    while (n->now < end && n->now - moved < quiet)
        if (net_turn(n, n->now - moved < 1000 ? 50 : 500))
            moved = n->now;
}

/* All zero, and a seed. */
static inline struct net *net_new(uint64_t seed)
{
    struct net *n = calloc(1, sizeof *n);
    must(n != NULL);
    n->chance = seed;
    n->now = n->ticked = 1000;
    return n;
}

static inline void net_free(struct net *n)
{
    for (size_t i = 0; i < n->link_count; i++)
        net_down(n, &n->links[i]);
    for (size_t i = 0; i < n->node_count; i++) {
        listener_free(n->nodes[i].listener);
        sender_free(n->nodes[i].sender);
    }
    for (size_t i = 0; i < n->record_count; i++)
        buf_free(&n->records[i].text);
    free(n);
}

#endif
