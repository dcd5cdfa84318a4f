/* The states of single nodes, and what events do in them, each worked out once: a node's state is
 * known by its whole text (paxosdump.h), with its disk and what it committed. */
#ifndef LIB_PAXOSLOCAL_H
#define LIB_PAXOSLOCAL_H

#include "paxosdump.h"
#include "paxosnet.h"

enum { NODES = 3, MESSAGES = 512, WORDS = MESSAGES / 64, SLOTS = 6, VOTES = 8, TABLE = 1 << 22 };

enum what { DELIVER, CAMPAIGN, SYNC, CRASH, WIPE };

struct event {
    uint16_t what, message;
};

struct vote {
    struct paxos_ballot ballot;
    struct proposal_id id;
};

/* A node's state, and how to get there. */
struct local {
    uint64_t hash[2];
    uint32_t parent, node;
    struct event by;
    uint8_t campaigns, crashes, wipes;
    bool pending, broken;
    enum paxos_role role;
    struct paxos_ballot ballot, promised;
    uint64_t granted;
    struct vote votes[VOTES]; /* acceptances of slot 1 that are on disk */
    size_t vote_count;
    struct proposal_id committed[SLOTS];
};

/* What an event does: the state after it, and what is sent. */
struct move {
    uint64_t key;
    uint32_t to;
    uint64_t sent[WORDS];
};

struct locals {
    struct net net;
    struct net_message messages[MESSAGES];
    uint64_t message_hash[MESSAGES];
    uint64_t to[NODES][WORDS]; /* which messages go to each node */
    size_t message_count;
    struct engine_item *born;
    uint32_t lost; /* kinds of messages that are always lost, a bit each */
    bool prunes;
    bool slow_disk; /* nothing is on disk before a SYNC */
    struct local *list;
    size_t count, cap;
    uint32_t *table; /* by hash; 0: free */
    struct move *moves;
    size_t move_count, move_cap;
    uint32_t *move_table;
};

static inline uint64_t hash(const void *bytes, size_t n, uint64_t seed)
{
    const uint8_t *p = bytes;
    uint64_t h = seed ^ n;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        h = (h ^ word) * 0x9e3779b97f4a7c15;
        h ^= h >> 29;
    }
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x94d049bb133111eb;
    return h ^ h >> 32;
}

/* The message's number, which is new if it has not been seen. */
static inline size_t intern_message(struct locals *x, const struct net_message *m)
{
    struct buf text = {0};
    dump_put(&text, "%u>%u ", m->from, m->to);
    if (paxos_item_format(m->item, x->net.names, &text) != 0)
        errx(2, "out of memory");
    uint64_t h = hash(text.data, text.len, 1);
    buf_free(&text);
    for (size_t i = 0; i < x->message_count; i++)
        if (x->message_hash[i] == h)
            return i;
    if (x->message_count == MESSAGES)
        errx(2, "more than %d messages", MESSAGES);
    x->message_hash[x->message_count] = h;
    x->messages[x->message_count] = *m;
    engine_item_ref(m->item);
    x->to[m->to][x->message_count / 64] |= (uint64_t)1 << x->message_count % 64;
    return x->message_count++;
}

static inline void clear_queue(struct net *w)
{
    while (w->queued > 0)
        net_unpost(w, w->queued - 1);
}

/* With this item in its log, if there is one. Its client asks again. */
static inline void start(struct net *w, uint32_t node, struct engine_item *log)
{
    bool forget = false;
    if (log != NULL)
        net_save_item(&w->nodes[node].disk, log, &forget);
    w->nodes[node].disk.durable = w->nodes[node].disk.count;
    net_start(w, node);
    if (node < 2)
        net_propose(w, node, 1);
}

/* The log of a node that has been born together with the others. */
static inline struct engine_item *born_log(struct node_names *names)
{
    static const char text[] = "born 3\nn1 11\nn2 12\nn3 13\n";
    size_t used;
    struct fault f;
    struct engine_item *item = paxos_item_parse(text, sizeof text - 1, &used, names, &f);
    if (item == NULL)
        errx(2, "%s", f.text);
    return item;
}

static inline void begin(struct locals *x, uint32_t node)
{
    struct net *w = &x->net;
    for (uint32_t i = 0; i < NODES; i++)
        net_crash(w, i, true);
    clear_queue(w);
    memset(w->slots, 0, (SLOTS + 1) * sizeof *w->slots);
    w->highest = 0;
    w->broken = NULL;
    start(w, node, x->born);
    net_sync_all(w, node);
}

static inline void apply(struct locals *x, uint32_t node, struct event e)
{
    struct net *w = &x->net;
    if (e.what == SYNC)
        net_sync_all(w, node);
    if (e.what == CAMPAIGN)
        net_step(w, node,
                 &(struct engine_event){.kind = ENGINE_COMMAND, .text = "campaign", .n = 8});
    if (e.what == CRASH || e.what == WIPE) {
        net_crash(w, node, e.what == WIPE);
        start(w, node, NULL);
    }
    if (e.what == DELIVER) {
        const struct net_message *m = &x->messages[e.message];
        struct engine_item *item = m->item;
        net_step(w, node,
                 &(struct engine_event){
                     .kind = ENGINE_MESSAGE, .from = m->from, .items = &item, .count = 1});
    }
}

/* Takes a new node to a state. */
static inline void replay(struct locals *x, uint32_t local)
{
    const struct local *l = &x->list[local];
    if (l->parent == 0) {
        begin(x, l->node);
        return;
    }
    replay(x, l->parent);
    apply(x, l->node, l->by);
    if (!x->slow_disk)
        net_sync_all(&x->net, l->node);
}

static inline bool same_vote(const struct vote *a, const struct vote *b)
{
    return a->ballot.round == b->ballot.round && a->ballot.node == b->ballot.node &&
           a->id.client == b->id.client && a->id.serial == b->id.serial;
}

static inline bool has_voted(const struct local *l, const struct vote *v)
{
    for (size_t i = 0; i < l->vote_count; i++)
        if (same_vote(&l->votes[i], v))
            return true;
    return false;
}

/* Those that it had, even if their disk is lost, and those that are on disk now. */
static inline void look_votes(const struct net_disk *d, struct local *l)
{
    for (size_t i = 0; i < d->durable; i++) {
        const struct paxos_item *item = (const struct paxos_item *)d->list[i].item;
        if (item->head.kind != PAXOS_ACCEPT || item->slot != 1)
            continue;
        struct vote v = {item->ballot, item->entries[0].value.id};
        if (!has_voted(l, &v) && l->vote_count < VOTES)
            l->votes[l->vote_count++] = v;
    }
}

/* The state in which a node now is. */
static inline struct local look(struct locals *x, uint32_t node, const struct local *before)
{
    struct buf text = {0};
    struct local l = {.node = node};
    const struct net *w = &x->net;
    if (before != NULL) {
        l.campaigns = before->campaigns;
        l.crashes = before->crashes;
        l.wipes = before->wipes;
        memcpy(l.votes, before->votes, sizeof l.votes);
        l.vote_count = before->vote_count;
    }
    paxos_dump(&text, w->nodes[node].engine);
    if (x->slow_disk)
        dump_disk(&text, &w->nodes[node].disk, w->nodes[node].engine);
    look_votes(&w->nodes[node].disk, &l);
    for (size_t i = 0; i < l.vote_count; i++) {
        dump_ballot(&text, l.votes[i].ballot);
        dump_put(&text, "=%u", l.votes[i].id.client);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        l.committed[i] = w->slots[i + 1].id;
        dump_put(&text, " %u:%llu", l.committed[i].client,
                 (unsigned long long)l.committed[i].serial);
    }
    l.pending = w->nodes[node].disk.durable < w->nodes[node].disk.count;
    l.broken = w->broken != NULL;
    const struct paxos *p = (const struct paxos *)w->nodes[node].engine;
    l.role = p->role;
    l.ballot = p->ballot;
    l.promised = p->promised;
    l.granted = p->granted;
    l.hash[0] = hash(text.data, text.len, 2);
    l.hash[1] = hash(text.data, text.len, 3);
    buf_free(&text);
    return l;
}

static inline uint32_t intern_local(struct locals *x, const struct local *l)
{
    size_t at = (l->hash[0] + l->campaigns * 31 + l->crashes * 1009 + l->wipes * 10007) % TABLE;
    for (; x->table[at] != 0; at = (at + 1) % TABLE) {
        const struct local *k = &x->list[x->table[at]];
        if (memcmp(k->hash, l->hash, sizeof l->hash) == 0 && k->campaigns == l->campaigns &&
            k->crashes == l->crashes && k->wipes == l->wipes)
            return x->table[at];
    }
    if (ARRAY_RESERVE(x->list, x->cap, x->count + 1) != 0)
        errx(2, "out of memory");
    x->list[x->count] = *l;
    x->table[at] = (uint32_t)x->count;
    return (uint32_t)x->count++;
}

/* Heartbeats that tell nothing, and their answers, are always lost: they are for reads and
 * time-outs. */
static inline bool is_lost(const struct locals *x, const struct engine_item *item)
{
    const struct paxos_item *i = (const struct paxos_item *)item;
    return (x->lost >> item->kind & 1) ||
           (item->kind == PAXOS_ACCEPT && i->count == 0 && i->chosen == 0) ||
           (item->kind == PAXOS_ACCEPTED && i->span == 0);
}

/* Whether an answer is to a ballot from which the node has gone on, or was counted. */
static inline bool is_over(const struct local *l, const struct net_message *m)
{
    const struct paxos_item *i = (const struct paxos_item *)m->item;
    if (l->role == PAXOS_FOLLOWER || i->ballot.round != l->ballot.round ||
        i->ballot.node != l->ballot.node)
        return true;
    return m->item->kind == PAXOS_PROMISE &&
           (l->role != PAXOS_CANDIDATE || (l->granted >> m->from & 1));
}

/* Whether a message can do nothing any more, now or later: one that is over; or, if rejections are
 * lost, one that would be rejected, as promises only rise unless a crash loses them. */
static inline bool is_dead(const struct locals *x, const struct local *l,
                           const struct net_message *m)
{
    const struct paxos_item *i = (const struct paxos_item *)m->item;
    uint32_t kind = m->item->kind;
    if (!x->prunes)
        return false;
    if (kind == PAXOS_PROMISE || kind == PAXOS_ACCEPTED)
        return is_over(l, m);
    if ((kind != PAXOS_PREPARE && kind != PAXOS_ACCEPT) || x->slow_disk ||
        !(x->lost >> PAXOS_REJECT & 1))
        return false;
    return i->ballot.round < l->promised.round ||
           (i->ballot.round == l->promised.round && i->ballot.node < l->promised.node);
}

/* Works out what an event does in a node's state. */
static inline void work_out(struct locals *x, uint32_t from, struct event e, struct move *m)
{
    uint32_t node = x->list[from].node;
    replay(x, from);
    clear_queue(&x->net);
    apply(x, node, e);
    if (!x->slow_disk)
        net_sync_all(&x->net, node);
    struct local l = look(x, node, &x->list[from]);
    l.parent = from;
    l.by = e;
    l.campaigns = (uint8_t)(l.campaigns + (e.what == CAMPAIGN));
    l.crashes = (uint8_t)(l.crashes + (e.what == CRASH));
    l.wipes = (uint8_t)(l.wipes + (e.what == WIPE));
    m->to = intern_local(x, &l);
    for (size_t i = 0; i < x->net.queued; i++) {
        if (is_lost(x, x->net.queue[i].item))
            continue;
        size_t k = intern_message(x, &x->net.queue[i]);
        m->sent[k / 64] |= (uint64_t)1 << k % 64;
    }
}

static inline const struct move *move_of(struct locals *x, uint32_t from, struct event e)
{
    uint64_t key = (uint64_t)from << 32 | (uint64_t)e.what << 16 | e.message;
    size_t at = hash(&key, sizeof key, 4) % TABLE;
    for (; x->move_table[at] != 0; at = (at + 1) % TABLE)
        if (x->moves[x->move_table[at]].key == key)
            return &x->moves[x->move_table[at]];
    struct move m = {.key = key};
    work_out(x, from, e, &m);
    if (ARRAY_RESERVE(x->moves, x->move_cap, x->move_count + 1) != 0)
        errx(2, "out of memory");
    x->moves[x->move_count] = m;
    x->move_table[at] = (uint32_t)x->move_count;
    return &x->moves[x->move_count++];
}

static inline void locals_open(struct locals *x)
{
    net_open(&x->net, NODES);
    x->net.quiet = true;
    x->born = born_log(x->net.names);
    x->table = calloc(TABLE, sizeof *x->table);
    x->move_table = calloc(TABLE, sizeof *x->move_table);
    if (x->table == NULL || x->move_table == NULL)
        errx(2, "out of memory");
    x->count = x->move_count = 1; /* 0 is none */
    if (ARRAY_RESERVE(x->list, x->cap, 1) != 0 || ARRAY_RESERVE(x->moves, x->move_cap, 1) != 0)
        errx(2, "out of memory");
}

static inline uint32_t locals_first(struct locals *x, uint32_t node)
{
    begin(x, node);
    struct local l = look(x, node, NULL);
    return intern_local(x, &l);
}

static inline void locals_close(struct locals *x)
{
    for (size_t i = 0; i < x->message_count; i++)
        engine_item_unref(x->messages[i].item);
    engine_item_unref(x->born);
    net_close(&x->net);
    free(x->list);
    free(x->table);
    free(x->moves);
    free(x->move_table);
}

#endif
