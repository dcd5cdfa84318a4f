#include "index/history.h"

#include "index/db.h"
#include "state/journal.h"

/* --- Balances --------------------------------------------------------------------------------- */

static int decode(struct index *ix, const struct state_value *value, struct account_state *a,
                  struct fault *f)
{
    return account_decode(value, a) ? index_damage(ix, f) : 0;
}

int index_account_change(struct index *ix, const struct account *id, int64_t n,
                         struct account_state *before, struct account_state *after, struct fault *f)
{
    struct state_key key = account_key(id);
    struct change c;
    struct buf journal = {0};
    int found = index_journal(ix, n, &journal, f);
    if (found == 0)
        found = journal_find(journal.data, journal.len, &key, &c, f);
    buf_free(&journal);
    if (found > 0 && (decode(ix, &c.old, before, f) || decode(ix, &c.new, after, f)))
        found = -1;
    return found;
}

/* The first row of a bound statement, its columns in a and b: 1, 0: none, -1. */
static int one_row(struct index *ix, sqlite3_stmt *q, int64_t *a, int64_t *b, struct fault *f)
{
    int got = index_step(ix, q, f);
    if (got > 0) {
        *a = sqlite3_column_int64(q, 0);
        *b = sqlite3_column_int64(q, 1);
    }
    sqlite3_reset(q);
    return got;
}

/* Lowers *block to the block in this column of the first row, if that is earlier. 0, or -1 and
 * trouble. */
static int sooner(struct index *ix, sqlite3_stmt *q, int column, int64_t *block, struct fault *f)
{
    int64_t row[2];
    int got = one_row(ix, q, &row[0], &row[1], f);
    if (got > 0 && row[column] < *block)
        *block = row[column];
    return got < 0 ? -1 : 0;
}

/* The account's transaction with this seq on the best chain. */
static int sent_at(struct index *ix, int64_t account, int64_t seq, int64_t *n, int64_t *block,
                   struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, SENT_AT, f);
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, account);
    sqlite3_bind_int64(q, 2, seq);
    int got = one_row(ix, q, n, block, f);
    return got ? (got < 0 ? -1 : 0) : index_damage(ix, f);
}

/* The first block with a transaction by the account, from number `first` on: its seqs rise with the
 * numbers. */
static int first_sent(struct index *ix, int64_t account, int64_t count, int64_t first,
                      int64_t *block, struct fault *f)
{
    int64_t low = 0, high = count, n = 0, found = 0;
    while (low < high) {
        int64_t middle = low + (high - low) / 2, holder = 0;
        if (sent_at(ix, account, middle, &n, &holder, f))
            return -1;
        if (n < first) {
            low = middle + 1;
        } else {
            high = middle;
            found = holder;
        }
    }
    if (low < count && found < *block)
        *block = found;
    return 0;
}

static sqlite3_stmt *ready_between(struct index *ix, enum statement i, int64_t least, int64_t under,
                                   struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, i, f);
    if (q) {
        sqlite3_bind_int64(q, 2, least);
        sqlite3_bind_int64(q, 3, under);
    }
    return q;
}

/* The first block of the best chain, from this one on, that can have changed the account, whose seq
 * at the tip is given; INT64_MAX: none. */
static int first_change(struct index *ix, const struct account *id, const struct index_block *from,
                        int64_t seq, int64_t *block, struct fault *f)
{
    int64_t account = index_account_number(ix, id, f);
    sqlite3_stmt *q = account < 0 ? NULL : ready_between(ix, MINED, from->node.n, INT64_MAX, f);
    *block = INT64_MAX;
    if (!q)
        return -1;
    index_bind_account(q, 1, id);
    if (sooner(ix, q, 0, block, f))
        return -1;
    if (account == 0)
        return 0;
    q = ready_between(ix, RECEIVED, from->first, INT64_MAX, f);
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, account);
    if (sooner(ix, q, 1, block, f))
        return -1;
    q = ready_between(ix, CHANGED, from->node.n, INT64_MAX, f);
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, account);
    return sooner(ix, q, 0, block, f) || first_sent(ix, account, seq, from->first, block, f) ? -1
                                                                                             : 0;
}

/* Moves *next behind this block, which named the account and left it as it was. 1, 0: there is no
 * block, -1 and trouble. */
static int skip(struct index *ix, int64_t block, struct index_block *next, struct fault *f)
{
    struct index_block b;
    if (block < next->node.n)
        return index_damage(ix, f);
    int found = index_block(ix, block, &b, f) ? -1 : index_block_at(ix, b.node.height + 1, next, f);
    return found > 0 && next->node.n <= block ? index_damage(ix, f) : found;
}

int index_account_at(struct index *ix, const struct account *id, int64_t height,
                     struct account_state *a, struct fault *f)
{
    struct index_block next;
    struct account_state after;
    int64_t block;
    *a = (struct account_state){0};
    if (height < 0)
        return 0;
    if (index_account(ix, id, a, f))
        return -1;
    int found = index_block_at(ix, height + 1, &next, f);
    while (found > 0) {
        if (first_change(ix, id, &next, a->seq, &block, f))
            return -1;
        if (block == INT64_MAX)
            return 0;
        found = index_account_change(ix, id, block, a, &after, f);
        if (found)
            break;
        found = skip(ix, block, &next, f);
    }
    return found < 0 ? -1 : 0;
}

/* --- Events ----------------------------------------------------------------------------------- */

/* All events have a position in one order: a transaction has twice its number; a miner's earnings
 * come right after the last transaction of the block, and before the first of the next. Whole
 * blocks have their number instead (next_event). */
static int set_place(const struct index_walk *w, struct index_cursor *c, struct fault *f)
{
    bool is_tx = c != &w->mined;
    int64_t n = sqlite3_column_int64(c->q, is_tx ? 0 : 1);
    if (c == &w->changed) {
        c->at = n;
        return 0;
    }
    if ((!is_tx && __builtin_add_overflow(n, sqlite3_column_int64(c->q, 2), &n)) || n <= 0 ||
        n > 2 * INDEX_TXS_MAX - 1)
        return index_damage(w->ix, f);
    c->at = 2 * n - !is_tx;
    return 0;
}

/* Goes on to the next event; an account that a transaction pays several times has as many rows. */
static int advance(struct index_walk *w, struct index_cursor *c, struct fault *f)
{
    int64_t before = c->at;
    int got = 0;
    while (c->q && (got = index_step(w->ix, c->q, f)) > 0) {
        if (set_place(w, c, f))
            return -1;
        if (c != &w->received || c->at != before)
            return 0;
    }
    if (c->q)
        sqlite3_reset(c->q);
    c->q = NULL;
    return got;
}

static int start(struct index_walk *w, struct index_cursor *c, enum statement i, int64_t account,
                 int64_t least, int64_t under, struct fault *f)
{
    if (account == 0)
        return 0;
    c->q = ready_between(w->ix, i, least, under, f);
    if (!c->q)
        return -1;
    sqlite3_bind_int64(c->q, 1, account);
    return advance(w, c, f);
}

/* The blocks that bound the heights: that of `from`, and the one after `to`, or the greatest
 * numbers if there is none. */
static int bounds(struct index *ix, int64_t from, int64_t to, struct index_block *first,
                  struct index_block *end, struct fault *f)
{
    int found = index_block_at(ix, from, first, f);
    if (found <= 0)
        return found < 0 ? -1 : index_damage(ix, f);
    found = index_block_at(ix, to + 1, end, f);
    if (found == 0)
        *end = (struct index_block){.node.n = INT64_MAX, .first = INT64_MAX};
    return found < 0 ? -1 : 0;
}

int index_walk_begin(struct index *ix, const struct account *id, int64_t from, int64_t to,
                     bool back, struct index_walk *w, struct fault *f)
{
    struct index_block first = {0}, end = {0};
    struct account_state before = {0}, after = {0};
    *w = (struct index_walk){.ix = ix, .account = *id, .back = back, .whole = -1};
    int64_t account = index_account_number(ix, id, f);
    if (account < 0 || bounds(ix, from, to, &first, &end, f) ||
        index_account_at(ix, id, from - 1, &before, f) || index_account_at(ix, id, to, &after, f))
        return -1;
    if (start(w, &w->sent, back ? SENT_BACK : SENT, account, before.seq, after.seq, f) ||
        start(w, &w->received, back ? RECEIVED_BACK : RECEIVED, account, first.first, end.first,
              f) ||
        start(w, &w->changed, back ? CHANGED_BACK : CHANGED, account, first.node.n, end.node.n, f))
        return -1;
    w->mined.q = ready_between(ix, back ? MINED_BACK : MINED, first.node.n, end.node.n, f);
    if (!w->mined.q)
        return -1;
    index_bind_account(w->mined.q, 1, &w->account);
    return advance(w, &w->mined, f);
}

/* The cursor with the next transaction or earnings; NULL: none has one. */
static struct index_cursor *next_cursor(struct index_walk *w)
{
    struct index_cursor *all[] = {&w->sent, &w->received, &w->mined}, *next = NULL;
    for (int i = 0; i < 3; i++)
        if (all[i]->q && (!next || (w->back ? all[i]->at > next->at : all[i]->at < next->at)))
            next = all[i];
    return next;
}

static int read_event(struct index_walk *w, const struct index_cursor *c, struct index_event *e,
                      struct fault *f)
{
    sqlite3_stmt *q = c->q;
    *e = (struct index_event){.kind = c == &w->mined ? INDEX_EVENT_EARNED : INDEX_EVENT_TX};
    if (c == &w->mined) {
        e->block = sqlite3_column_int64(q, 0);
        e->earned = sqlite3_column_int64(q, 3);
        return 0;
    }
    e->block = sqlite3_column_int64(q, 1);
    e->line = sqlite3_column_int64(q, 2);
    e->offset = (uint64_t)sqlite3_column_int64(q, 3);
    e->size = (uint64_t)sqlite3_column_int64(q, 4);
    return index_bytes(q, 5, e->id, ID_LEN) ? index_damage(w->ix, f) : 0;
}

/* Whether the next whole block comes before everything in c's block, which may be the same. */
static bool whole_is_next(const struct index_walk *w, const struct index_cursor *c)
{
    if (!w->changed.q || !c)
        return w->changed.q;
    int64_t block = sqlite3_column_int64(c->q, c == &w->mined ? 0 : 1);
    return w->back ? block <= w->changed.at : block >= w->changed.at;
}

static int next_event(struct index_walk *w, struct index_event *e, struct fault *f)
{
    struct index_cursor *c = next_cursor(w);
    if (whole_is_next(w, c)) {
        w->whole = w->changed.at;
        *e = (struct index_event){.kind = INDEX_EVENT_BLOCK, .block = w->whole};
        return advance(w, &w->changed, f) ? -1 : 1;
    }
    if (!c)
        return 0;
    int64_t at = c->at;
    if (read_event(w, c, e, f))
        return -1;
    /* A payment by an account to itself is in two cursors. */
    if (w->received.q && c == &w->sent && w->received.at == at && advance(w, &w->received, f))
        return -1;
    return advance(w, c, f) ? -1 : 1;
}

int index_walk_next(struct index_walk *w, struct index_event *e, struct fault *f)
{
    int got;
    do
        got = next_event(w, e, f);
    while (got > 0 && e->kind != INDEX_EVENT_BLOCK && e->block == w->whole);
    return got;
}

void index_walk_end(struct index_walk *w)
{
    struct index_cursor *all[] = {&w->sent, &w->received, &w->mined, &w->changed};
    for (int i = 0; i < 4; i++)
        if (all[i]->q)
            sqlite3_reset(all[i]->q);
}
