/* The index as a tree's store: adds blocks with their journals and transactions. */
#include "base/hex.h"
#include "index/db.h"
#include "seal/seal.h"

#include <stdio.h>
#include <string.h>

static int find(void *self, const uint8_t id[ID_LEN], struct node *node, struct fault *f)
{
    struct index_block b;
    sqlite3_stmt *q = index_ready(self, FIND, f);
    if (!q)
        return -1;
    index_bind_id(q, 1, id);
    int found = index_one_block(self, q, &b, f);
    if (found > 0)
        *node = b.node;
    return found;
}

static int get(void *self, int64_t n, struct node *node, struct fault *f)
{
    struct index_block b;
    if (index_block(self, n, &b, f))
        return -1;
    *node = b.node;
    return 0;
}

int index_journal(struct index *ix, int64_t n, struct buf *out, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, JOURNAL, f);
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, n);
    int got = index_step(ix, q, f);
    if (got > 0) {
        const void *bytes = sqlite3_column_blob(q, 0);
        size_t size = (size_t)sqlite3_column_bytes(q, 0);
        if (index_sum(bytes, size) != sqlite3_column_int64(q, 1))
            got = index_damage(ix, f);
        else if (buf_add(out, bytes, size))
            got = fault_memory(f);
    } else if (got == 0) {
        got = index_damage(ix, f);
    }
    sqlite3_reset(q);
    return got < 0 ? -1 : 0;
}

static int journal(void *self, int64_t n, struct buf *out, struct fault *f)
{
    return index_journal(self, n, out, f);
}

static int add_block(struct index *ix, const struct index_block *b, struct fault *f)
{
    static const uint8_t none[ID_LEN];
    const struct node *node = &b->node;
    sqlite3_stmt *q = index_ready(ix, ADD, f);
    uint8_t work[32];
    if (!q)
        return -1;
    u256_write(node->work, work);
    sqlite3_bind_int64(q, 1, node->n);
    sqlite3_bind_int64(q, 2, node->parent);
    index_bind_id(q, 3, node->id);
    sqlite3_bind_int64(q, 4, node->height);
    sqlite3_bind_int64(q, 5, node->time);
    index_bind_id(q, 6, node->target);
    index_bind_account(q, 7, &node->miner);
    sqlite3_bind_int64(q, 8, node->count);
    sqlite3_bind_int64(q, 9, node->supply);
    sqlite3_bind_blob(q, 10, work, sizeof work, SQLITE_STATIC);
    sqlite3_bind_int64(q, 11, (int64_t)node->line);
    sqlite3_bind_int64(q, 12, (int64_t)node->offset);
    sqlite3_bind_int64(q, 13, (int64_t)node->size);
    sqlite3_bind_int64(q, 14, b->first);
    sqlite3_bind_int64(q, 15, node->earned);
    sqlite3_bind_int64(q, 16, b->latest);
    sqlite3_bind_int64(q, 17, index_block_sum(b));
    sqlite3_bind_int(q, 18, b->is_main);
    if (memcmp(node->set, none, ID_LEN))
        index_bind_id(q, 19, node->set);
    else
        sqlite3_bind_null(q, 19);
    sqlite3_bind_int64(q, 20, node->signed_count);
    sqlite3_bind_int64(q, 21, node->final);
    sqlite3_bind_int(q, 22, ix->checked);
    return index_run(ix, q, f);
}

static int add_journal(struct index *ix, int64_t n, const struct buf *bytes, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, ADD_JOURNAL, f);
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, n);
    sqlite3_bind_blob64(q, 2, bytes->len ? bytes->data : "", bytes->len, SQLITE_STATIC);
    sqlite3_bind_int64(q, 3, index_sum(bytes->data, bytes->len));
    return index_run(ix, q, f);
}

/* What follows from earlier blocks. A child of the best tip is stored as on the best chain at once,
 * so nothing of it has to be written twice. */
static int join(struct index *ix, struct index_block *b, struct fault *f)
{
    struct index_block parent = {0};
    b->latest = b->node.time;
    b->is_main = b->node.parent < 0;
    if (b->is_main)
        return 0;
    if (index_block(ix, b->node.parent, &parent, f))
        return -1;
    if (b->latest < parent.latest)
        b->latest = parent.latest;
    if (!parent.is_main || !chain_beats(b->node.work, parent.node.work))
        return 0;
    int taken = index_block_at(ix, b->node.height, &parent, f);
    b->is_main = taken == 0;
    return taken < 0 ? -1 : 0;
}

static int last_tx(struct index *ix, int64_t block, int64_t *n, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, LAST_TX, f);
    if (q)
        sqlite3_bind_int64(q, 1, block);
    int got = q ? index_step(ix, q, f) : -1;
    *n = got > 0 ? sqlite3_column_int64(q, 0) : 0;
    if (*n < 0 || *n >= INDEX_TXS_MAX)
        got = index_damage(ix, f);
    sqlite3_reset(q);
    return got < 0 ? -1 : 0;
}

static int add(void *self, const struct node *node, const struct item *item,
               const struct buf *bytes, struct fault *f)
{
    struct index *ix = self;
    struct index_block b = {.node = *node};
    ix->grown = -1;
    index_forget_accounts(ix);
    if (join(ix, &b, f) || last_tx(ix, node->n - 1, &b.first, f))
        return -1;
    b.first++;
    if (add_block(ix, &b, f) || add_journal(ix, node->n, bytes, f) ||
        index_add_changes(ix, node->n, item, bytes, f))
        return -1;
    for (size_t i = 0; i < item->count; i++)
        if (item->entries[i].type == &tx_type &&
            index_add_tx(ix, &b, &item->entries[i], (int64_t)i, f))
            return -1;
    ix->grown = b.is_main ? node->n : -1;
    return 0;
}

/* Marks a block's transactions as on the best chain, or not. */
static int set_main_tx(struct index *ix, const struct index_block *b, bool is_main, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, SET_MAIN_TX, f);
    if (!q)
        return -1;
    sqlite3_bind_int(q, 1, is_main);
    sqlite3_bind_int64(q, 2, b->first);
    sqlite3_bind_int64(q, 3, b->first + b->node.count - 1);
    return index_run(ix, q, f);
}

static int unset_main(struct index *ix, int64_t fork, struct fault *f)
{
    struct index_block b = {0};
    int got, result = 0;
    sqlite3_stmt *q = index_ready(ix, MAIN_ABOVE, f);
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, fork);
    while (result == 0 && (got = index_step(ix, q, f)) != 0)
        result = got < 0 || index_read_block(ix, q, &b, f) ? -1 : set_main_tx(ix, &b, false, f);
    sqlite3_reset(q);
    q = result ? NULL : index_ready(ix, UNSET_MAIN, f);
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, fork);
    return index_run(ix, q, f);
}

static int set_main(struct index *ix, const struct node *tip, int64_t fork, struct fault *f)
{
    struct index_block b = {0};
    sqlite3_stmt *q = index_ready(ix, SET_MAIN, f);
    if (!q)
        return -1;
    for (int64_t n = tip->n;; n = b.node.parent) {
        sqlite3_bind_int64(q, 1, n);
        if (index_run(ix, q, f) || index_block(ix, n, &b, f) || set_main_tx(ix, &b, true, f))
            return -1;
        if (b.node.height <= fork + 1)
            return 0;
    }
}

static int best(void *self, const struct node *node, int64_t fork, struct fault *f)
{
    struct index *ix = self;
    if (node->n == ix->grown)
        return 0;
    return unset_main(ix, fork, f) || set_main(ix, node, fork, f) ? -1 : 0;
}

/* Walks down only as far as the best chain: of that, all blocks that came before one are its
 * ancestors. */
static int on_chain(void *self, int64_t n, const struct node *tip, struct fault *f)
{
    struct index_block b = {0};
    int64_t at = tip->n;
    for (; at > n; at = b.node.parent) {
        if (index_block(self, at, &b, f))
            return -1;
        if (b.is_main)
            return index_block(self, n, &b, f) ? -1 : b.is_main;
    }
    return at == n;
}

static int spender(void *self, const struct account *from, int64_t seq, const struct node *node,
                   char words[160], struct fault *f)
{
    sqlite3_stmt *q = index_ready(self, SPENDER, f);
    int found = 0, got = 0;
    uint8_t id[ID_LEN];
    if (!q)
        return -1;
    index_bind_account(q, 1, from);
    sqlite3_bind_int64(q, 2, seq);
    while (!found && (got = index_step(self, q, f)) > 0) {
        found = on_chain(self, sqlite3_column_int64(q, 2), node, f);
        if (found > 0 && index_bytes(q, 0, id, ID_LEN))
            found = index_damage(self, f);
        if (found > 0)
            snprintf(words, 160, "%s at line %lld of the ledger", hex32(id).text,
                     sqlite3_column_int64(q, 1));
    }
    sqlite3_reset(q);
    return got < 0 ? -1 : found;
}

static int damage(void *self, struct fault *f)
{
    return index_damage(self, f);
}

struct store index_store(struct index *ix)
{
    return (struct store){.find = find,
                          .get = get,
                          .journal = journal,
                          .add = add,
                          .best = best,
                          .on_chain = on_chain,
                          .spender = spender,
                          .damage = damage,
                          .add_set = index_add_members,
                          .get_set = index_get_members,
                          .state = index_backing(ix),
                          .pages = index_pages(ix),
                          .self = ix};
}
