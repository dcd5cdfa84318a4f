#include "ledger/room.h"

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

struct room {
    struct sender *senders;
    struct sender *crowded; /* who has one too many; NULL: nobody */
    struct queued *oldest, *newest;
    size_t count, bytes;
};

struct room *room_new(void)
{
    return calloc(1, sizeof(struct room));
}

static size_t size_of(const struct queued *q)
{
    return q->tx.len + 1;
}

static struct sender *find_sender(const struct room *r, const uint8_t from[ID_LEN])
{
    struct sender *s;
    HASH_FIND(hh, r->senders, from, ID_LEN, s);
    return s;
}

static struct sender *meet_sender(struct room *r, const uint8_t from[ID_LEN])
{
    struct sender *s = find_sender(r, from);
    if (s)
        return s;
    s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    memcpy(s->from, from, ID_LEN);
    HASH_ADD(hh, r->senders, from, ID_LEN, s);
    if (s->hh.tbl)
        return s;
    free(s);
    return NULL;
}

static void drop_sender(struct room *r, struct sender *s)
{
    if (s->first)
        return;
    HASH_DEL(r->senders, s);
    free(s);
}

/* Takes out the one that *at points to. Its sender stays, even with none left. */
static struct queued *take_out(struct room *r, struct sender *s, struct queued **at)
{
    struct queued *q = *at;
    *at = q->next;
    *(q->older ? &q->older->newer : &r->oldest) = q->newer;
    *(q->newer ? &q->newer->older : &r->newest) = q->older;
    s->count--;
    r->count--;
    r->bytes -= size_of(q);
    if (r->crowded == s)
        r->crowded = NULL;
    return q;
}

static struct queued *take_oldest(struct room *r)
{
    struct sender *s = find_sender(r, r->oldest->tx.from);
    struct queued **at = &s->first;
    while (*at != r->oldest)
        at = &(*at)->next;
    struct queued *q = take_out(r, s, at);
    drop_sender(r, s);
    return q;
}

void room_free(struct room *r)
{
    while (r && r->oldest)
        free(take_oldest(r));
    free(r);
}

bool room_empty(const struct room *r)
{
    return r->count == 0;
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

static void put_in(struct room *r, struct sender *s, struct queued **at, struct queued *q)
{
    q->next = *at;
    *at = q;
    q->older = r->newest;
    *(r->newest ? &r->newest->newer : &r->oldest) = q;
    r->newest = q;
    r->count++;
    r->bytes += size_of(q);
    if (++s->count > ROOM_SENDER_MAX)
        r->crowded = s;
}

int room_add(struct room *r, const struct tx *tx, const uint8_t id[ID_LEN], uint64_t line,
             struct fault *f)
{
    struct sender *s = meet_sender(r, tx->from);
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
        drop_sender(r, s);
        return fault_memory(f);
    }
    put_in(r, s, at, q);
    return 1;
}

struct queued *room_take(struct room *r, const uint8_t from[ID_LEN], int64_t seq)
{
    struct sender *s = find_sender(r, from);
    struct queued *q = NULL;
    if (!s)
        return NULL;
    while (s->first && s->first->tx.seq < seq)
        free(take_out(r, s, &s->first));
    if (s->first && s->first->tx.seq == seq)
        q = take_out(r, s, &s->first);
    drop_sender(r, s);
    return q;
}

struct queued *room_leave(struct room *r, bool all)
{
    if (r->crowded) {
        struct queued **at = &r->crowded->first;
        while ((*at)->next)
            at = &(*at)->next;
        return take_out(r, r->crowded, at);
    }
    if (!r->oldest || (!all && r->count <= ROOM_TXS_MAX && r->bytes <= ROOM_BYTES_MAX))
        return NULL;
    return take_oldest(r);
}

int room_senders(const struct room *r, struct buf *out)
{
    for (const struct sender *s = r->senders; s; s = s->hh.next)
        if (buf_add(out, s->from, ID_LEN))
            return -1;
    return 0;
}
