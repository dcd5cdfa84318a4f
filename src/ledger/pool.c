#include "ledger/pool.h"

#include "base/file.h"
#include "base/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct spend {
    uint8_t from[ID_LEN];
    int64_t seq;
};

struct pooled {
    uint8_t id[ID_LEN];
    struct spend spend;
    struct tx tx;     /* points into text */
    uint64_t arrival; /* the place in the order of arrival */
    bool saved;       /* the file holds it */
    UT_hash_handle hh, by_spend;
    char text[]; /* the line with its newline */
};

void pool_init(struct pool *p, const char *path, struct ledger *ledger, size_t limit)
{
    *p = (struct pool){.path = path, .ledger = ledger, .limit = limit};
}

static size_t size_of(const struct pooled *x)
{
    return x->tx.len + 1;
}

static void drop(struct pool *p, struct pooled *x)
{
    HASH_DELETE(hh, p->list, x);
    HASH_DELETE(by_spend, p->spends, x);
    p->bytes -= size_of(x);
    p->rewrite |= x->saved;
    free(x);
}

static void take_back(struct pool *p)
{
    if (p->applied)
        state_rollback(p->ledger->tree.state);
    p->applied = false;
}

static void empty(struct pool *p)
{
    take_back(p);
    while (p->list)
        drop(p, p->list);
    p->rewrite = false;
}

void pool_free(struct pool *p)
{
    empty(p);
}

static struct pooled *find(const struct pool *p, const uint8_t id[ID_LEN])
{
    struct pooled *x;
    HASH_FIND(hh, p->list, id, ID_LEN, x);
    return x;
}

static struct pooled *find_spend(const struct pool *p, const struct tx *tx)
{
    struct pooled *x;
    struct spend spend = {.seq = tx->seq};
    memcpy(spend.from, tx->from, ID_LEN);
    HASH_FIND(by_spend, p->spends, &spend, sizeof spend, x);
    return x;
}

static void put_pointers(struct pooled *x)
{
    x->tx.line = x->text;
    x->tx.memo.text = x->text + x->tx.signed_len - x->tx.memo.len;
}

/* Puts a transaction at the list's end; NULL: no memory. */
static struct pooled *keep(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN])
{
    struct pooled *x = calloc(1, sizeof *x + tx->len + 1);
    if (!x)
        return NULL;
    x->tx = *tx;
    memcpy(x->text, tx->line, tx->len);
    x->text[tx->len] = '\n';
    put_pointers(x);
    memcpy(x->id, id, ID_LEN);
    memcpy(x->spend.from, tx->from, ID_LEN);
    x->spend.seq = tx->seq;
    HASH_ADD(hh, p->list, id, ID_LEN, x);
    if (!x->hh.tbl) {
        free(x);
        return NULL;
    }
    HASH_ADD(by_spend, p->spends, spend, sizeof x->spend, x);
    if (!x->by_spend.tbl) {
        HASH_DELETE(hh, p->list, x);
        free(x);
        return NULL;
    }
    p->bytes += size_of(x);
    x->arrival = p->arrivals++;
    return x;
}

static int apply(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f)
{
    int64_t fees = 0;
    return tree_apply(&p->ledger->tree, tx, id, &fees, f);
}

/* Applies the list to the state at the best tip. Those whose seq is used are dropped, those that
 * wait for something else are kept. 0, or -1 and trouble. */
static int apply_list(struct pool *p, struct fault *f)
{
    struct tree *t = &p->ledger->tree;
    take_back(p);
    if (tree_move(t, &t->best, f))
        return -1;
    state_begin(t->state);
    p->applied = true;
    for (struct pooled *x = p->list, *next; x; x = next) {
        struct account from;
        next = x->hh.next;
        if (account_get(t->state, x->tx.from, &from, f))
            return -1;
        if (memcmp(x->tx.chain, t->genesis.id, ID_LEN) || x->tx.seq < from.seq)
            drop(p, x);
        else if (x->tx.seq == from.seq && apply(p, &x->tx, x->id, f) && f->kind != FAULT_RULE)
            return -1;
    }
    return 0;
}

static int load_line(struct pool *p, const struct line *line, struct fault *f)
{
    struct tx tx;
    struct fault why;
    uint8_t id[ID_LEN];
    if (line->state != LINE_WHOLE || line_check(line->text, line->len, &why) ||
        tx_parse(line->text, line->len, &tx, &why)) {
        p->broken_line = p->broken_line ? p->broken_line : line->number;
        p->rewrite = true;
        return 0;
    }
    sha256(line->text, line->len, id);
    if (find(p, id) || find_spend(p, &tx)) {
        p->rewrite = true;
        return 0;
    }
    struct pooled *x = keep(p, &tx, id);
    if (!x)
        return fault_memory(f);
    x->saved = true;
    return 0;
}

static int load_file(struct pool *p, int fd, struct fault *f)
{
    struct stat st;
    struct line line;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return fault_trouble(f, "%s: not a regular file", p->path);
    struct lines *lines = lines_new(source_fd(fd), 1, 0);
    int got;
    if (!lines)
        return fault_memory(f);
    while ((got = lines_next(lines, &line, f)) > 0)
        if (load_line(p, &line, f)) {
            got = -1;
            break;
        }
    lines_free(lines);
    return got;
}

int pool_load(struct pool *p, struct fault *f)
{
    empty(p);
    p->broken_line = 0;
    p->evicted = 0;
    int fd = open(p->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* no waiting for a FIFO */
    if (fd < 0 && errno != ENOENT)
        return fault_errno(f, "%s", p->path);
    if (fd >= 0) {
        int got = load_file(p, fd, f);
        close(fd);
        if (got < 0)
            return -1;
    }
    return apply_list(p, f);
}

/* Above 0 as a pays more a byte than b, or as much and came first. */
static int by_rate(const struct pooled *a, const struct pooled *b)
{
    __int128 left = (__int128)a->tx.fee * (int64_t)size_of(b);
    __int128 right = (__int128)b->tx.fee * (int64_t)size_of(a);
    if (left != right)
        return left > right ? 1 : -1;
    return (a->arrival < b->arrival) - (a->arrival > b->arrival);
}

static int lowest_first(const void *a, const void *b)
{
    return by_rate(*(struct pooled *const *)a, *(struct pooled *const *)b);
}

/* Drops a transaction and all of its sender's that come after it. */
static void drop_with_later(struct pool *p, struct pooled *x)
{
    struct tx tx = x->tx; /* of which find_spend uses sender and seq */
    while (x) {
        drop(p, x);
        p->evicted++;
        tx.seq++;
        x = find_spend(p, &tx);
    }
}

/* Everybody's spends, the lowest fee rate first; NULL: no memory. */
static struct spend *order_of_leaving(const struct pool *p, size_t count)
{
    struct pooled **order = calloc(count, sizeof *order);
    struct spend *spends = calloc(count, sizeof *spends);
    size_t n = 0;
    if (order && spends) {
        for (struct pooled *x = p->list; x; x = x->hh.next)
            order[n++] = x;
        qsort(order, n, sizeof *order, lowest_first);
        for (size_t i = 0; i < n; i++)
            spends[i] = order[i]->spend;
    } else {
        free(spends);
        spends = NULL;
    }
    free(order);
    return spends;
}

/* Makes room for the newest, by dropping the lowest fee rates, a little more than needed so that it
 * is seldom done. Nobody's earlier transactions make room for their own later ones: where it comes
 * to that, the newest is dropped. 0, or -1 and trouble. */
static int evict(struct pool *p, struct pooled *newest, struct fault *f)
{
    size_t count = HASH_CNT(hh, p->list);
    struct spend *spends = order_of_leaving(p, count);
    if (!spends)
        return fault_memory(f);
    for (size_t i = 0; i < count && p->bytes > p->limit - p->limit / 64; i++) {
        struct pooled *x;
        bool own = memcmp(spends[i].from, newest->spend.from, ID_LEN) == 0;
        HASH_FIND(by_spend, p->spends, &spends[i], sizeof spends[i], x);
        if (own)
            drop(p, newest);
        else if (x)
            drop_with_later(p, x);
        if (own)
            break;
    }
    free(spends);
    return apply_list(p, f);
}

/* Says why a transaction cannot be applied where another in the pool, or a gap, is the reason. */
static int explain(const struct pool *p, const struct entry *e, struct fault *f)
{
    struct account from;
    struct fault ignored;
    const struct pooled *other = find_spend(p, &e->tx);
    if (f->kind != FAULT_RULE)
        return -1;
    if (other)
        return fault_rule(
            f, "tx: seq %" PRId64 " is spent twice: %s spends what %s in the pool spends",
            e->tx.seq, hex32(e->id).text, hex32(other->id).text);
    if (account_get(p->ledger->tree.state, e->tx.from, &from, &ignored) == 0 &&
        e->tx.seq > from.seq)
        return fault_rule(
            f, "tx: seq %" PRId64 ", expected %" PRId64 ": neither ledger nor pool fills the gap",
            e->tx.seq, from.seq);
    return -1;
}

int pool_add(struct pool *p, const struct entry *e, struct fault *f)
{
    if (find(p, e->id))
        return 0;
    if (apply(p, &e->tx, e->id, f))
        return explain(p, e, f);
    struct pooled *newest = keep(p, &e->tx, e->id);
    if (!newest)
        return fault_memory(f);
    if (p->bytes <= p->limit)
        return 1;
    if (evict(p, newest, f))
        return -1;
    if (find(p, e->id))
        return 1;
    return fault_rule(f, "tx: left out: the pool is full, and this one, or one of its sender's "
                         "before it, pays the least for its size");
}

bool pool_holds(const struct pool *p, const uint8_t id[ID_LEN])
{
    return find(p, id) != NULL;
}

int pool_lock(const struct pool *p)
{
    return file_open_locked(p->path);
}

static int append(struct pool *p, int fd, struct fault *f)
{
    struct buf new = {0};
    int result = 0;
    off_t end = lseek(fd, 0, SEEK_END);
    for (struct pooled *x = p->list; x && !result; x = x->hh.next)
        if (!x->saved)
            result = buf_add(&new, x->text, size_of(x));
    if (result)
        result = fault_memory(f);
    else if (new.len && (file_write(fd, new.data, new.len) || fdatasync(fd))) {
        result = fault_errno(f, "%s", p->path);
        if (ftruncate(fd, end)) /* a torn line is left out when it is read */
            p->rewrite = true;
    }
    buf_free(&new);
    return result;
}

static int write_anew(struct pool *p, struct fault *f)
{
    struct buf all = {0};
    int result = 0;
    for (struct pooled *x = p->list; x && !result; x = x->hh.next)
        result = buf_add(&all, x->text, size_of(x));
    if (result)
        result = fault_memory(f);
    else if (file_replace(p->path, all.data, all.len))
        result = fault_errno(f, "%s", p->path);
    buf_free(&all);
    return result;
}

int pool_save(struct pool *p, int fd, struct fault *f)
{
    if (p->rewrite ? write_anew(p, f) : append(p, fd, f))
        return -1;
    for (struct pooled *x = p->list; x; x = x->hh.next)
        x->saved = true;
    p->rewrite = false;
    return 0;
}

/* A sender, while a body is chosen. */
struct sender {
    uint8_t id[ID_LEN];
    struct pooled *next; /* the transaction whose turn it is; NULL: none */
    bool in_heap;
    UT_hash_handle hh;
};

struct choice {
    struct pool *pool;
    struct sender *senders; /* by id */
    struct sender **heap;   /* those who may be next, the best fee rate on top */
    size_t count;           /* of heap */
    size_t room;            /* bytes left in the block */
};

static void heap_push(struct choice *c, struct sender *s)
{
    size_t i = c->count++;
    s->in_heap = true;
    for (; i > 0 && by_rate(s->next, c->heap[(i - 1) / 2]->next) > 0; i = (i - 1) / 2)
        c->heap[i] = c->heap[(i - 1) / 2];
    c->heap[i] = s;
}

static struct sender *heap_pop(struct choice *c)
{
    struct sender *top = c->heap[0], *last = c->heap[--c->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < c->count; i = child) {
        if (child + 1 < c->count && by_rate(c->heap[child + 1]->next, c->heap[child]->next) > 0)
            child++;
        if (by_rate(last->next, c->heap[child]->next) >= 0)
            break;
        c->heap[i] = c->heap[child];
    }
    c->heap[i] = last;
    top->in_heap = false;
    return top;
}

/* Finds whose turn it is among a sender's transactions. 0, or -1 and trouble. */
static int find_turn(struct choice *c, struct sender *s, struct fault *f)
{
    struct account a;
    struct tx turn;
    if (account_get(c->pool->ledger->tree.state, s->id, &a, f))
        return -1;
    memcpy(turn.from, s->id, ID_LEN);
    turn.seq = a.seq;
    s->next = find_spend(c->pool, &turn);
    return 0;
}

static struct sender *find_sender(const struct choice *c, const uint8_t id[ID_LEN])
{
    struct sender *s;
    HASH_FIND(hh, c->senders, id, ID_LEN, s);
    return s;
}

static int add_sender(struct choice *c, const uint8_t id[ID_LEN], struct fault *f)
{
    if (find_sender(c, id))
        return 0;
    struct sender *s = calloc(1, sizeof *s);
    if (!s)
        return fault_memory(f);
    memcpy(s->id, id, ID_LEN);
    HASH_ADD(hh, c->senders, id, ID_LEN, s);
    if (!s->hh.tbl) {
        free(s);
        return fault_memory(f);
    }
    if (find_turn(c, s, f))
        return -1;
    if (s->next)
        heap_push(c, s);
    return 0;
}

/* Takes the sender's turn into the body, if it fits and can be paid. A sender that cannot pay yet
 * leaves the heap, until somebody pays it; one whose transaction is too large leaves for good. 0,
 * or -1 and trouble. */
static int take_turn(struct choice *c, struct sender *s, struct buf *out, struct fault *f)
{
    struct pooled *x = s->next;
    if (size_of(x) > c->room) {
        s->next = NULL;
        return 0;
    }
    if (apply(c->pool, &x->tx, x->id, f))
        return f->kind == FAULT_RULE ? 0 : -1;
    if (buf_add(out, x->text, size_of(x)))
        return fault_memory(f);
    c->room -= size_of(x);
    if (find_turn(c, s, f))
        return -1;
    if (s->next)
        heap_push(c, s);
    struct sender *paid = find_sender(c, x->tx.to);
    if (paid && paid->next && !paid->in_heap)
        heap_push(c, paid);
    return 0;
}

static int choose(struct choice *c, struct buf *out, struct fault *f)
{
    c->heap = calloc(HASH_CNT(hh, c->pool->list) + 1, sizeof(struct sender *));
    if (!c->heap)
        return fault_memory(f);
    for (struct pooled *x = c->pool->list; x; x = x->hh.next)
        if (add_sender(c, x->spend.from, f))
            return -1;
    while (c->count)
        if (take_turn(c, heap_pop(c), out, f))
            return -1;
    return 0;
}

int pool_select(struct pool *p, struct buf *out, struct fault *f)
{
    struct choice c = {.pool = p};
    struct tree *t = &p->ledger->tree;
    struct sender *s, *next;
    size_t size = block_size_limit(t->rules.maxblock);
    c.room = size > HEADER_SIZE_MAX ? size - HEADER_SIZE_MAX : 0;
    take_back(p);
    state_begin(t->state);
    int result = choose(&c, out, f);
    state_rollback(t->state);
    HASH_ITER(hh, c.senders, s, next)
    {
        HASH_DEL(c.senders, s);
        free(s);
    }
    free(c.heap);
    return result;
}
