#include "index/lookup.h"

#include "index/db.h"

#include <string.h>

int index_tx_blocks(struct index *ix, const uint8_t id[ID_LEN],
                    int (*each)(void *self, int64_t n, bool best, struct fault *f), void *self,
                    struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, TX_BLOCKS, f);
    int got, answer = 0;
    if (!q)
        return -1;
    sqlite3_bind_blob(q, 1, id, ID_LEN, SQLITE_STATIC);
    while (!answer && (got = index_step(ix, q, f)) != 0)
        answer = got < 0 ? -1
                         : each(self, sqlite3_column_int64(q, 0), sqlite3_column_int(q, 1) != 0, f);
    sqlite3_reset(q);
    return answer < 0 ? -1 : 0;
}

int index_ids(struct index *ix, enum index_ids which, const uint8_t low[ID_LEN],
              const uint8_t high[ID_LEN], int most,
              int (*each)(void *self, const uint8_t id[ID_LEN], struct fault *f), void *self,
              struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, which == INDEX_BLOCK_IDS ? BLOCK_IDS : TX_IDS, f);
    uint8_t id[ID_LEN];
    int got, answer = 0;
    if (!q)
        return -1;
    index_bind_id(q, 1, low);
    index_bind_id(q, 2, high);
    sqlite3_bind_int(q, 3, most);
    while (!answer && (got = index_step(ix, q, f)) != 0)
        if (got < 0)
            answer = -1;
        else
            answer = index_bytes(q, 0, id, ID_LEN) ? index_damage(ix, f) : each(self, id, f);
    sqlite3_reset(q);
    return answer;
}

/* Each block of the best chain is one higher than the one before. */
static int read_place(struct index *ix, sqlite3_stmt *q, int64_t height, struct block_place *p,
                      struct fault *f)
{
    struct index_block b;
    if (index_read_block(ix, q, &b, f))
        return -1;
    if (b.node.height != height)
        return index_damage(ix, f);
    memcpy(p->id, b.node.id, ID_LEN);
    p->offset = b.node.offset;
    p->size = b.node.size;
    p->line = b.node.line;
    return 0;
}

int index_best_from(struct index *ix, int64_t height,
                    int (*each)(void *self, const struct block_place *p, struct fault *f),
                    void *self, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, BEST_FROM, f);
    struct block_place p;
    int got, answer = 0;
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, height);
    height = height < 0 ? 0 : height;
    for (; !answer && (got = index_step(ix, q, f)) != 0; height++)
        answer = got < 0 || read_place(ix, q, height, &p, f) ? -1 : each(self, &p, f);
    sqlite3_reset(q);
    return answer < 0 ? -1 : 0;
}
