#include "mempool/pending.h"

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

struct pending {
    struct idmap senders;
    struct {
        struct sender *first, *last;
    } sizes[SIZES];
    struct queued *oldest, *newest;
    size_t bytes, limit;
    uint64_t chance;
};

struct pending *pending_new(size_t limit)
{
    struct pending *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->limit = limit;
    p->chance = chance_seed();
    idmap_init(&p->senders, sizeof(struct known_sender), SIZE_MAX, chance_seed());
    return p;
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

static void unlist(struct pending *p, struct sender *s)
{
    *(s->before ? &s->before->after : &p->sizes[s->size].first) = s->after;
    *(s->after ? &s->after->before : &p->sizes[s->size].last) = s->before;
}

/* As the last of its list, so that those of one size take turns. */
static void list(struct pending *p, struct sender *s)
{
    int size = 63 - __builtin_clzll(s->bytes | 1);
    s->size = size < SIZES ? size : SIZES - 1;
    s->after = NULL;
    s->before = p->sizes[s->size].last;
    *(s->before ? &s->before->after : &p->sizes[s->size].first) = s;
    p->sizes[s->size].last = s;
}

static struct sender *largest(const struct pending *p)
{
    int size = SIZES - 1;
    while (size > 0 && !p->sizes[size].first)
        size--;
    return p->sizes[size].first;
}

static struct sender *find_sender(const struct pending *p, const struct account *from)
{
    const struct known_sender *known = idmap_find(&p->senders, from->id);
    return known ? known->sender : NULL;
}

/* NULL: no memory. */
static struct sender *meet_sender(struct pending *p, const struct account *from)
{
    struct sender *s = find_sender(p, from);
    if (s)
        return s;
    s = calloc(1, sizeof *s);
    struct known_sender *known = s ? idmap_add(&p->senders, from->id) : NULL;
    if (!known) {
        free(s);
        return NULL;
    }
    known->sender = s;
    s->from = *from;
    p->bytes += cost_of_sender();
    list(p, s);
    return s;
}

static void drop_sender(struct pending *p, struct sender *s)
{
    unlist(p, s);
    idmap_remove(&p->senders, idmap_find(&p->senders, s->from.id));
    p->bytes -= cost_of_sender();
    free(s);
}

/* --- Transactions ----------------------------------------------------------------------------- */

static void take_out(struct pending *p, struct sender *s, struct queued *q)
{
    ordered_remove(&s->first, &q->by_seq);
    *(q->older ? &q->older->newer : &p->oldest) = q->newer;
    *(q->newer ? &q->newer->older : &p->newest) = q->older;
    s->bytes -= cost_of(q);
    p->bytes -= cost_of(q);
    if (!s->first) {
        drop_sender(p, s);
        return;
    }
    unlist(p, s);
    list(p, s);
}

static struct queued *queued_of(struct ordered *node)
{
    return (struct queued *)(void *)node; /* its first member */
}

static struct sender *sender_of(const struct pending *p, const struct queued *q)
{
    struct tx tx = queued_tx(q);
    return find_sender(p, &tx.from);
}

void pending_remove(struct pending *p, struct queued *q)
{
    take_out(p, sender_of(p, q), q);
}

void pending_free(struct pending *p)
{
    size_t place = 0;
    if (!p)
        return;
    for (struct queued *q = p->oldest, *newer; q; q = newer) {
        newer = q->newer;
        free(q);
    }
    for (struct known_sender *known; (known = idmap_each(&p->senders, &place));)
        free(known->sender);
    idmap_free(&p->senders);
    free(p);
}

bool pending_empty(const struct pending *p)
{
    return !p->oldest;
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

int pending_add(struct pending *p, const struct tx *tx, const uint8_t id[ID_LEN], uint64_t line,
                struct fault *f)
{
    struct queued *q = new_queued(tx, id, line);
    struct sender *s = q ? meet_sender(p, &tx->from) : NULL;
    if (!s) {
        free(q);
        return fault_memory(f);
    }
    q->by_seq.key = tx->seq;
    q->by_seq.rank = chance_next(&p->chance);
    ordered_add(&s->first, &q->by_seq);
    q->older = p->newest;
    *(p->newest ? &p->newest->newer : &p->oldest) = q;
    p->newest = q;
    s->bytes += cost_of(q);
    p->bytes += cost_of(q);
    unlist(p, s);
    list(p, s);
    return 0;
}

struct queued *pending_find(const struct pending *p, const struct account *from, int64_t seq)
{
    const struct sender *s = find_sender(p, from);
    return s ? queued_of(ordered_find(s->first, seq)) : NULL;
}

struct queued *pending_take_below(struct pending *p, const struct account *from, int64_t seq)
{
    struct sender *s = find_sender(p, from);
    if (!s || ordered_first(s->first)->key >= seq)
        return NULL;
    struct queued *q = queued_of(ordered_first(s->first));
    take_out(p, s, q);
    return q;
}

struct queued *pending_evict(struct pending *p, bool all)
{
    if (!p->oldest || (!all && p->bytes <= p->limit))
        return NULL;
    struct sender *s = all ? sender_of(p, p->oldest) : largest(p);
    struct queued *q = all ? p->oldest : queued_of(ordered_last(s->first));
    take_out(p, s, q);
    return q;
}

int pending_senders(const struct pending *p, struct buf *out)
{
    size_t place = 0;
    for (struct known_sender *known; (known = idmap_each(&p->senders, &place));)
        if (buf_add(out, &known->sender->from, sizeof known->sender->from))
            return -1;
    return 0;
}
