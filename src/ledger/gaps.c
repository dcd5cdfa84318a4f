#include "ledger/gaps.h"

#include "base/hex.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct sender {
    uint8_t from[ID_LEN];
    struct queued *first; /* by seq */
    size_t count;
    UT_hash_handle hh;
};

struct gaps {
    struct sender *senders;
    struct sender *crowded; /* one with too many transactions; NULL: none */
    struct queued *oldest, *newest;
    size_t count, bytes;
};

struct gaps *gaps_new(void)
{
    return calloc(1, sizeof(struct gaps));
}

static size_t size_of(const struct queued *q)
{
    return q->tx.len + 1;
}

static struct sender *find_sender(const struct gaps *g, const uint8_t from[ID_LEN])
{
    struct sender *s;
    HASH_FIND(hh, g->senders, from, ID_LEN, s);
    return s;
}

static struct sender *meet_sender(struct gaps *g, const uint8_t from[ID_LEN])
{
    struct sender *s = find_sender(g, from);
    if (s)
        return s;
    s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    memcpy(s->from, from, ID_LEN);
    HASH_ADD(hh, g->senders, from, ID_LEN, s);
    if (s->hh.tbl)
        return s;
    free(s);
    return NULL;
}

static void drop_sender(struct gaps *g, struct sender *s)
{
    if (s->first)
        return;
    HASH_DEL(g->senders, s);
    free(s);
}

/* Removes the transaction that *at points to. Its sender stays, even with none left. */
static struct queued *take_out(struct gaps *g, struct sender *s, struct queued **at)
{
    struct queued *q = *at;
    *at = q->next;
    *(q->older ? &q->older->newer : &g->oldest) = q->newer;
    *(q->newer ? &q->newer->older : &g->newest) = q->older;
    s->count--;
    g->count--;
    g->bytes -= size_of(q);
    if (g->crowded == s)
        g->crowded = NULL;
    return q;
}

static struct queued *take_oldest(struct gaps *g)
{
    struct sender *s = find_sender(g, g->oldest->tx.from);
    struct queued **at = &s->first;
    while (*at != g->oldest)
        at = &(*at)->next;
    struct queued *q = take_out(g, s, at);
    drop_sender(g, s);
    return q;
}

void gaps_free(struct gaps *g)
{
    while (g && g->oldest)
        free(take_oldest(g));
    free(g);
}

bool gaps_empty(const struct gaps *g)
{
    return g->count == 0;
}

static struct queued *new_queued(const struct tx *tx, const uint8_t id[ID_LEN], uint64_t line)
{
    struct queued *q = calloc(1, sizeof *q + tx->len);
    if (!q)
        return NULL;
    q->tx = *tx;
    memcpy(q->text, tx->line, tx->len);
    q->tx.line = q->text;
    q->tx.memo.text = q->text + tx->signed_len - tx->memo.len;
    memcpy(q->id, id, ID_LEN);
    q->line = line;
    return q;
}

static void put_in(struct gaps *g, struct sender *s, struct queued **at, struct queued *q)
{
    q->next = *at;
    *at = q;
    q->older = g->newest;
    *(g->newest ? &g->newest->newer : &g->oldest) = q;
    g->newest = q;
    g->count++;
    g->bytes += size_of(q);
    if (++s->count > GAPS_SENDER_MAX)
        g->crowded = s;
}

int gaps_add(struct gaps *g, const struct tx *tx, const uint8_t id[ID_LEN], uint64_t line,
             struct fault *f)
{
    struct sender *s = meet_sender(g, tx->from);
    if (!s)
        return fault_memory(f);
    struct queued **at = &s->first;
    while (*at && (*at)->tx.seq < tx->seq)
        at = &(*at)->next;
    if (*at && (*at)->tx.seq == tx->seq) {
        if (memcmp((*at)->id, id, ID_LEN) == 0)
            return 0;
        return fault_rule(
            f, "tx: seq %" PRId64 " is spent twice: %s spends what %s, which waits, spends",
            tx->seq, hex32(id).text, hex32((*at)->id).text);
    }
    struct queued *q = new_queued(tx, id, line);
    if (!q) {
        drop_sender(g, s);
        return fault_memory(f);
    }
    put_in(g, s, at, q);
    return 1;
}

struct queued *gaps_take(struct gaps *g, const uint8_t from[ID_LEN], int64_t seq)
{
    struct sender *s = find_sender(g, from);
    struct queued *q = NULL;
    if (!s)
        return NULL;
    while (s->first && s->first->tx.seq < seq)
        free(take_out(g, s, &s->first));
    if (s->first && s->first->tx.seq == seq)
        q = take_out(g, s, &s->first);
    drop_sender(g, s);
    return q;
}

struct queued *gaps_evict(struct gaps *g, bool all)
{
    if (g->crowded) {
        struct queued **at = &g->crowded->first;
        while ((*at)->next)
            at = &(*at)->next;
        return take_out(g, g->crowded, at);
    }
    if (!g->oldest || (!all && g->count <= GAPS_TXS_MAX && g->bytes <= GAPS_BYTES_MAX))
        return NULL;
    return take_oldest(g);
}

int gaps_senders(const struct gaps *g, struct buf *out)
{
    for (const struct sender *s = g->senders; s; s = s->hh.next)
        if (buf_add(out, s->from, ID_LEN))
            return -1;
    return 0;
}
