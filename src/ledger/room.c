#include "ledger/room.h"

#include "base/hex.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct sender {
    uint8_t from[ID_LEN];
    struct guest *first; /* by seq */
    size_t count;
    UT_hash_handle hh;
};

struct room {
    struct sender *senders;
    struct sender *crowded; /* who has one too many; NULL: nobody */
    struct guest *oldest, *newest;
    size_t count, bytes;
};

struct room *room_new(void)
{
    return calloc(1, sizeof(struct room));
}

static size_t size_of(const struct guest *g)
{
    return g->tx.len + 1;
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

/* Takes out the guest that *at points to. Its sender stays, even with none left. */
static struct guest *take_out(struct room *r, struct sender *s, struct guest **at)
{
    struct guest *g = *at;
    *at = g->next;
    *(g->older ? &g->older->newer : &r->oldest) = g->newer;
    *(g->newer ? &g->newer->older : &r->newest) = g->older;
    s->count--;
    r->count--;
    r->bytes -= size_of(g);
    if (r->crowded == s)
        r->crowded = NULL;
    return g;
}

static struct guest *take_oldest(struct room *r)
{
    struct sender *s = find_sender(r, r->oldest->tx.from);
    struct guest **at = &s->first;
    while (*at != r->oldest)
        at = &(*at)->next;
    struct guest *g = take_out(r, s, at);
    drop_sender(r, s);
    return g;
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

static struct guest *new_guest(const struct tx *tx, const uint8_t id[ID_LEN], uint64_t line)
{
    struct guest *g = calloc(1, sizeof *g + tx->len);
    if (!g)
        return NULL;
    g->tx = *tx;
    memcpy(g->text, tx->line, tx->len);
    g->tx.line = g->text;
    g->tx.memo.text = g->text + tx->signed_len - tx->memo.len;
    memcpy(g->id, id, ID_LEN);
    g->line = line;
    return g;
}

static void put_in(struct room *r, struct sender *s, struct guest **at, struct guest *g)
{
    g->next = *at;
    *at = g;
    g->older = r->newest;
    *(r->newest ? &r->newest->newer : &r->oldest) = g;
    r->newest = g;
    r->count++;
    r->bytes += size_of(g);
    if (++s->count > ROOM_SENDER_MAX)
        r->crowded = s;
}

int room_add(struct room *r, const struct tx *tx, const uint8_t id[ID_LEN], uint64_t line,
             struct fault *f)
{
    struct sender *s = meet_sender(r, tx->from);
    if (!s)
        return fault_memory(f);
    struct guest **at = &s->first;
    while (*at && (*at)->tx.seq < tx->seq)
        at = &(*at)->next;
    if (*at && (*at)->tx.seq == tx->seq) {
        if (memcmp((*at)->id, id, ID_LEN) == 0)
            return 0;
        return fault_rule(
            f, "tx: seq %" PRId64 " is spent twice: %s spends what %s, which waits, spends",
            tx->seq, hex32(id).text, hex32((*at)->id).text);
    }
    struct guest *g = new_guest(tx, id, line);
    if (!g) {
        drop_sender(r, s);
        return fault_memory(f);
    }
    put_in(r, s, at, g);
    return 1;
}

struct guest *room_take(struct room *r, const uint8_t from[ID_LEN], int64_t seq)
{
    struct sender *s = find_sender(r, from);
    struct guest *g = NULL;
    if (!s)
        return NULL;
    while (s->first && s->first->tx.seq < seq)
        free(take_out(r, s, &s->first));
    if (s->first && s->first->tx.seq == seq)
        g = take_out(r, s, &s->first);
    drop_sender(r, s);
    return g;
}

struct guest *room_leave(struct room *r, bool all)
{
    if (r->crowded) {
        struct guest **at = &r->crowded->first;
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
