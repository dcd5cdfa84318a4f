/* Blocks as the index has them. */
#include "index/db.h"

#include <string.h>

/* Checksums protect rows from damage that SQLite does not detect; they cover fixed encodings of the
 * values. That of a block on the best chain is the complement, so whoever changes what is on it
 * need not read the row (SET_MAIN). */
int64_t index_block_sum(const struct index_block *b)
{
    const struct node *node = &b->node;
    struct {
        int64_t numbers[14];
        uint8_t id[ID_LEN], target[TARGET_LEN], set[ID_LEN], miner[sizeof(struct account)];
        uint8_t work[32];
        uint8_t unused[7];
    } form = {.numbers = {node->n, node->parent, node->height, node->time, node->count,
                          node->supply, (int64_t)node->line, (int64_t)node->offset,
                          (int64_t)node->size, b->first, node->earned, b->latest,
                          node->signed_count, node->final}};
    _Static_assert(sizeof form == 14 * 8 + 3 * 32 + 33 + 32 + 7, "no padding is summed");
    memcpy(form.id, node->id, ID_LEN);
    memcpy(form.target, node->target, TARGET_LEN);
    memcpy(form.set, node->set, ID_LEN);
    memcpy(form.miner, &node->miner, sizeof node->miner);
    u256_write(node->work, form.work);
    int64_t sum = index_sum(&form, sizeof form);
    return b->is_main ? UINT32_MAX - sum : sum;
}

/* Whether a ledger can have such a block at all. Anyone can make the checksums above, and walks
 * from block to block rely on this: they end, and no number overflows. */
static bool is_possible(const struct index_block *b)
{
    const struct node *node = &b->node;
    int64_t line = (int64_t)node->line, offset = (int64_t)node->offset;
    return node->n >= 0 && node->parent >= -1 && node->parent < node->n &&
           (node->parent < 0) == (node->n == 0) && node->height >= 0 && node->height <= node->n &&
           (node->height == 0) == (node->n == 0) && node->n < line && node->time >= 0 &&
           b->latest >= node->time && node->supply >= 0 && node->earned >= 0 && offset >= 0 &&
           node->size > 0 && node->size <= block_text_limit(NULL) &&
           offset <= INT64_MAX - (int64_t)block_text_limit(NULL) && node->count >= 0 &&
           (uint64_t)node->count < node->size && node->signed_count >= 0 &&
           node->signed_count <= node->count && node->final >= 0 && node->final <= node->n &&
           (node->final < node->n || node->n == 0) && b->first > 0 && b->first <= INDEX_TXS_MAX;
}

int index_read_block(struct index *ix, sqlite3_stmt *q, struct index_block *b, struct fault *f)
{
    struct node *node = &b->node;
    uint8_t work[32];
    *b = (struct index_block){.first = sqlite3_column_int64(q, 13),
                              .latest = sqlite3_column_int64(q, 15),
                              .is_main = sqlite3_column_int(q, 17)};
    *node = (struct node){.n = sqlite3_column_int64(q, 0),
                          .parent = sqlite3_column_int64(q, 1),
                          .height = sqlite3_column_int64(q, 3),
                          .time = sqlite3_column_int64(q, 4),
                          .count = sqlite3_column_int64(q, 7),
                          .signed_count = sqlite3_column_int64(q, 19),
                          .final = sqlite3_column_int64(q, 20),
                          .supply = sqlite3_column_int64(q, 8),
                          .earned = sqlite3_column_int64(q, 14),
                          .line = (uint64_t)sqlite3_column_int64(q, 10),
                          .offset = (uint64_t)sqlite3_column_int64(q, 11),
                          .size = (uint64_t)sqlite3_column_int64(q, 12)};
    if (index_bytes(q, 2, node->id, ID_LEN) || index_bytes(q, 5, node->target, TARGET_LEN) ||
        index_account_column(q, 6, &node->miner) || index_bytes(q, 9, work, 32) ||
        (sqlite3_column_type(q, 18) != SQLITE_NULL && index_bytes(q, 18, node->set, ID_LEN)))
        return index_damage(ix, f);
    node->work = u256_read(work);
    return index_block_sum(b) == sqlite3_column_int64(q, 16) && is_possible(b)
               ? 0
               : index_damage(ix, f);
}

int index_one_block(struct index *ix, sqlite3_stmt *q, struct index_block *b, struct fault *f)
{
    int got = index_step(ix, q, f);
    if (got > 0 && index_read_block(ix, q, b, f))
        got = -1;
    sqlite3_reset(q);
    return got;
}

int index_block(struct index *ix, int64_t n, struct index_block *b, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, GET, f);
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, n);
    int got = index_one_block(ix, q, b, f);
    return got ? (got < 0 ? -1 : 0) : index_damage(ix, f);
}

int index_block_at(struct index *ix, int64_t height, struct index_block *b, struct fault *f)
{
    if (height < 0)
        return 0;
    sqlite3_stmt *q = index_ready(ix, AT_HEIGHT, f);
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, height);
    int got = index_one_block(ix, q, b, f);
    return got <= 0 || b->node.height == height ? got : index_damage(ix, f);
}

int index_at_height(struct index *ix, int64_t height, struct node *node, struct fault *f)
{
    struct index_block b;
    int got = index_block_at(ix, height, &b, f);
    if (got > 0)
        *node = b.node;
    return got;
}

int index_sides(struct index *ix, int64_t above,
                int (*each)(void *self, const struct node *node, struct fault *f), void *self,
                struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, SIDES, f);
    int got, answer = 0;
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, above);
    while (!answer && (got = index_step(ix, q, f)) != 0) {
        struct index_block b;
        answer = got < 0 || index_read_block(ix, q, &b, f) ? -1 : each(self, &b.node, f);
    }
    sqlite3_reset(q);
    return answer < 0 ? -1 : 0;
}

/* miner: of SIDE_SIZE_OF. */
static int add_up(struct index *ix, enum statement which, int64_t above,
                  const struct account *miner, int64_t *blocks, int64_t *bytes, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, which, f);
    if (!q)
        return -1;
    sqlite3_bind_int64(q, 1, above);
    if (miner)
        index_bind_account(q, 2, miner);
    int got = index_step(ix, q, f);
    if (got > 0) {
        *blocks = sqlite3_column_int64(q, 0);
        *bytes = sqlite3_column_int64(q, 1);
    }
    sqlite3_reset(q);
    return got > 0 ? 0 : got < 0 ? -1 : index_damage(ix, f);
}

int index_sizes(struct index *ix, int64_t above, struct index_sizes *sizes, struct fault *f)
{
    return add_up(ix, MAIN_SIZE, above, NULL, &sizes->main_blocks, &sizes->main_bytes, f) ||
                   add_up(ix, SIDE_SIZE, above, NULL, &sizes->side_blocks, &sizes->side_bytes, f)
               ? -1
               : 0;
}

int index_side_sizes_of(struct index *ix, int64_t above, const struct account *miner,
                        struct index_sizes *sizes, struct fault *f)
{
    return add_up(ix, MAIN_SIZE, above, NULL, &sizes->main_blocks, &sizes->main_bytes, f) ||
                   add_up(ix, SIDE_SIZE_OF, above, miner, &sizes->side_blocks, &sizes->side_bytes,
                          f)
               ? -1
               : 0;
}
