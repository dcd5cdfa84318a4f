#include "watch/undone_txs.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct number {
    struct account from;
    uint8_t pad[7]; /* zero: it is hashed with the rest */
    int64_t seq;
};

struct kept {
    struct number number;
    struct undone_tx tx;
    uint64_t reorg; /* which reorganisation undid it */
    UT_hash_handle hh;
};

struct undone_txs {
    struct kept *list; /* oldest first */
    size_t forgotten;
    uint64_t reorg;
};

struct undone_txs *undone_txs_new(void)
{
    return calloc(1, sizeof(struct undone_txs));
}

static void drop(struct undone_txs *u, struct kept *x)
{
    HASH_DEL(u->list, x);
    free(x);
}

void undone_txs_free(struct undone_txs *u)
{
    if (!u)
        return;
    while (u->list)
        drop(u, u->list);
    free(u);
}

size_t undone_txs_count(const struct undone_txs *u)
{
    return HASH_COUNT(u->list);
}

size_t undone_txs_forgotten(const struct undone_txs *u)
{
    return u->forgotten;
}

void undone_txs_begin(struct undone_txs *u)
{
    u->reorg++;
}

static struct number number_of(const struct tx *tx)
{
    return (struct number){.from = tx->from, .seq = tx->seq};
}

static struct kept *find(const struct undone_txs *u, const struct tx *tx)
{
    struct kept *x;
    struct number n = number_of(tx);
    HASH_FIND(hh, u->list, &n, sizeof n, x);
    return x;
}

static int keep(struct undone_txs *u, const struct entry *e, uint64_t offset, struct fault *f)
{
    struct kept *x = find(u, &e->tx);
    if (x)
        drop(u, x); /* undone once more: this entry is the newest */
    x = calloc(1, sizeof *x);
    if (!x)
        return fault_memory(f);
    x->number = number_of(&e->tx);
    x->reorg = u->reorg;
    x->tx = (struct undone_tx){.offset = offset + e->at, .len = e->tx.len};
    memcpy(x->tx.id, e->id, ID_LEN);
    HASH_ADD(hh, u->list, number, sizeof x->number, x);
    if (!x->hh.tbl) {
        free(x);
        return fault_memory(f);
    }
    if (HASH_COUNT(u->list) > UNDONE_MAX) {
        drop(u, u->list);
        u->forgotten++;
    }
    return 0;
}

int undone_txs_add(struct undone_txs *u, const struct item *block, uint64_t offset, struct fault *f)
{
    for (size_t i = 0; i < block->count; i++)
        if (block->entries[i].type == &tx_type && keep(u, &block->entries[i], offset, f))
            return -1;
    return 0;
}

int undone_txs_settle(struct undone_txs *u, const struct item *block, struct undone_sum *sum,
                      int (*each)(void *self, const struct undone_tx *was, const struct entry *is,
                                  struct fault *f),
                      void *self, struct fault *f)
{
    for (size_t i = 0; i < block->count && u->list; i++) {
        const struct entry *e = &block->entries[i];
        struct kept *x = e->type == &tx_type ? find(u, &e->tx) : NULL;
        if (!x)
            continue;
        bool again = memcmp(x->tx.id, e->id, ID_LEN) == 0;
        sum->again += x->reorg == u->reorg && again;
        sum->double_spent += x->reorg == u->reorg && !again;
        int failed = again ? 0 : each(self, &x->tx, e, f);
        drop(u, x);
        if (failed)
            return -1;
    }
    return 0;
}
