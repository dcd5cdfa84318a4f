/* The pages of the tree over the state (state/smt.h), in the index. */
#include "chain/tree_state.h"
#include "index/db.h"

static sqlite3_stmt *ready(struct index *ix, enum statement i, const void *id, size_t len,
                           struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, i, f);
    if (q)
        sqlite3_bind_blob(q, 1, id, (int)len, SQLITE_STATIC);
    return q;
}

/* Where the page is, too, so that no page is taken for another. */
static int64_t page_sum(const void *id, size_t len, const void *bytes, size_t n)
{
    return index_sum(id, len) << 16 ^ index_sum(bytes, n);
}

static int get(void *self, const void *id, size_t len, struct buf *out, struct fault *f)
{
    struct index *ix = self;
    sqlite3_stmt *q = ready(ix, SMT_PAGE, id, len, f);
    if (!q)
        return -1;
    int got = index_step(ix, q, f);
    if (got > 0) {
        const void *bytes = sqlite3_column_blob(q, 0);
        size_t n = (size_t)sqlite3_column_bytes(q, 0);
        if (n == 0 || page_sum(id, len, bytes, n) != sqlite3_column_int64(q, 1))
            got = index_damage(ix, f);
        else if (buf_add(out, bytes, n))
            got = fault_memory(f);
    }
    sqlite3_reset(q);
    return got < 0 ? -1 : 0;
}

static int put(void *self, const void *id, size_t len, const void *bytes, size_t n, struct fault *f)
{
    sqlite3_stmt *q = ready(self, n ? SET_SMT_PAGE : DROP_SMT_PAGE, id, len, f);
    if (!q)
        return -1;
    if (n) {
        sqlite3_bind_blob(q, 2, bytes, (int)n, SQLITE_STATIC);
        sqlite3_bind_int64(q, 3, page_sum(id, len, bytes, n));
    }
    return index_run(self, q, f);
}

static int damage(void *self, struct fault *f)
{
    return index_damage(self, f);
}

struct smt_pages index_pages(struct index *ix)
{
    return (struct smt_pages){.get = get, .damage = damage, .self = ix};
}

int index_set_pages(struct index *ix, struct tree *t, struct fault *f)
{
    return tree_state_flush(t, put, ix, f);
}
