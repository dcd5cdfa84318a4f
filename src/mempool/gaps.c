#include "mempool/gaps.h"

#include "base/chance.h"
#include "base/idmap.h"

#include <stdlib.h>
#include <string.h>

enum { SIZES = 48 };

struct sender {
    struct account from;
    struct ordered *first; /* a tree of struct queued, by seq */
    size_t bytes;
    int size;                      /* the list it is in: the logarithm of bytes */
    struct sender *before, *after; /* in that list */
};

/* An entry of the table of senders, by the digits of their accounts: nobody can make accounts of
 * two forms that share them, and sign for both. */
struct known_sender {
    uint8_t digits[ID_LEN];
    struct sender *sender;
};

struct gaps {
    struct idmap senders;
    struct {
        struct sender *first, *last;
    } sizes[SIZES];
    struct queued *oldest, *newest;
    size_t bytes, limit;
    uint64_t chance;
};

struct gaps *gaps_new(size_t limit)
{
    struct gaps *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->limit = limit;
    g->chance = chance_seed();
    idmap_init(&g->senders, sizeof(struct known_sender), SIZE_MAX, chance_seed());
    return g;
}

/* What a transaction takes, with the allocator's share. */
static size_t cost_of(const struct queued *q)
{
    return sizeof *q + q->len + 2 * sizeof(void *);
}

static size_t cost_of_sender(void)
{
    return sizeof(struct sender) + 2 * sizeof(struct known_sender);
}

struct tx queued_tx(const struct queued *q)
{
    struct tx tx = {0};
    struct fault never; /* it was parsed before it was queued */
    tx_parse(q->text, q->len, &tx, &never);
    return tx;
}

/* --- Senders, by the memory that they use ----------------------------------------------------- */

static void unlist(struct gaps *g, struct sender *s)
{
    *(s->before ? &s->before->after : &g->sizes[s->size].first) = s->after;
    *(s->after ? &s->after->before : &g->sizes[s->size].last) = s->before;
}

/* As the last of its list, so that those of one size take turns. */
static void list(struct gaps *g, struct sender *s)
{
    int size = 63 - __builtin_clzll(s->bytes | 1);
    s->size = size < SIZES ? size : SIZES - 1;
    s->after = NULL;
    s->before = g->sizes[s->size].last;
    *(s->before ? &s->before->after : &g->sizes[s->size].first) = s;
    g->sizes[s->size].last = s;
}

static struct sender *largest(const struct gaps *g)
{
    int size = SIZES - 1;
    while (size > 0 && !g->sizes[size].first)
        size--;
    return g->sizes[size].first;
}

static struct sender *find_sender(const struct gaps *g, const struct account *from)
{
    const struct known_sender *known = idmap_find(&g->senders, from->id);
    return known ? known->sender : NULL;
}

/* NULL: no memory. */
static struct sender *meet_sender(struct gaps *g, const struct account *from)
{
    struct sender *s = find_sender(g, from);
    if (s)
        return s;
    s = calloc(1, sizeof *s);
    struct known_sender *known = s ? idmap_add(&g->senders, from->id) : NULL;
    if (!known) {
        free(s);
        return NULL;
    }
    known->sender = s;
    s->from = *from;
    g->bytes += cost_of_sender();
    list(g, s);
    return s;
}

static void drop_sender(struct gaps *g, struct sender *s)
{
    unlist(g, s);
    idmap_remove(&g->senders, idmap_find(&g->senders, s->from.id));
    g->bytes -= cost_of_sender();
    free(s);
}

/* --- Transactions ----------------------------------------------------------------------------- */

static void take_out(struct gaps *g, struct sender *s, struct queued *q)
{
    ordered_remove(&s->first, &q->by_seq);
    *(q->older ? &q->older->newer : &g->oldest) = q->newer;
    *(q->newer ? &q->newer->older : &g->newest) = q->older;
    s->bytes -= cost_of(q);
    g->bytes -= cost_of(q);
    if (!s->first) {
        drop_sender(g, s);
        return;
    }
    unlist(g, s);
    list(g, s);
}

static struct queued *queued_of(struct ordered *node)
{
    return (struct queued *)(void *)node; /* its first member */
}

static struct sender *sender_of(const struct gaps *g, const struct queued *q)
{
    struct tx tx = queued_tx(q);
    return find_sender(g, &tx.from);
}

void gaps_remove(struct gaps *g, struct queued *q)
{
    take_out(g, sender_of(g, q), q);
}

void gaps_free(struct gaps *g)
{
    size_t place = 0;
    if (!g)
        return;
    for (struct queued *q = g->oldest, *newer; q; q = newer) {
        newer = q->newer;
        free(q);
    }
    for (struct known_sender *known; (known = idmap_each(&g->senders, &place));)
        free(known->sender);
    idmap_free(&g->senders);
    free(g);
}

bool gaps_empty(const struct gaps *g)
{
    return !g->oldest;
}

static struct queued *new_queued(const struct tx *tx, const uint8_t id[ID_LEN], uint64_t line)
{
    struct queued *q = calloc(1, sizeof *q + tx->len);
    if (!q)
        return NULL;
    memcpy(q->id, id, ID_LEN);
    memcpy(q->text, tx->line, tx->len);
    q->len = tx->len;
    q->line = line;
    return q;
}

int gaps_add(struct gaps *g, const struct tx *tx, const uint8_t id[ID_LEN], uint64_t line,
             struct fault *f)
{
    struct queued *q = new_queued(tx, id, line);
    struct sender *s = q ? meet_sender(g, &tx->from) : NULL;
    if (!s) {
        free(q);
        return fault_memory(f);
    }
    q->by_seq.key = tx->seq;
    q->by_seq.rank = chance_next(&g->chance);
    ordered_add(&s->first, &q->by_seq);
    q->older = g->newest;
    *(g->newest ? &g->newest->newer : &g->oldest) = q;
    g->newest = q;
    s->bytes += cost_of(q);
    g->bytes += cost_of(q);
    unlist(g, s);
    list(g, s);
    return 0;
}

struct queued *gaps_find(const struct gaps *g, const struct account *from, int64_t seq)
{
    const struct sender *s = find_sender(g, from);
    return s ? queued_of(ordered_find(s->first, seq)) : NULL;
}

struct queued *gaps_take_below(struct gaps *g, const struct account *from, int64_t seq)
{
    struct sender *s = find_sender(g, from);
    if (!s || ordered_first(s->first)->key >= seq)
        return NULL;
    struct queued *q = queued_of(ordered_first(s->first));
    take_out(g, s, q);
    return q;
}

struct queued *gaps_evict(struct gaps *g, bool all)
{
    if (!g->oldest || (!all && g->bytes <= g->limit))
        return NULL;
    struct sender *s = all ? sender_of(g, g->oldest) : largest(g);
    struct queued *q = all ? g->oldest : queued_of(ordered_last(s->first));
    take_out(g, s, q);
    return q;
}

int gaps_senders(const struct gaps *g, struct buf *out)
{
    size_t place = 0;
    for (struct known_sender *known; (known = idmap_each(&g->senders, &place));)
        if (buf_add(out, &known->sender->from, sizeof known->sender->from))
            return -1;
    return 0;
}
