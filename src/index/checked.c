/* Which blocks' signatures have been checked. */
#include "index/db.h"

void index_signatures(struct index *ix, bool checked)
{
    ix->checked = checked;
}

int index_all_checked(struct index *ix, struct fault *f)
{
    return index_run_plain(ix, ALL_CHECKED, f);
}

int index_unchecked(struct index *ix, struct node *node, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, UNCHECKED, f);
    struct index_block b;
    int got = q ? index_one_block(ix, q, &b, f) : -1;
    if (got > 0)
        *node = b.node;
    return got;
}

int index_checked(struct index *ix, const uint8_t id[ID_LEN], struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, IS_CHECKED, f);
    if (!q)
        return -1;
    index_bind_id(q, 1, id);
    int got = index_step(ix, q, f);
    int checked = got > 0 ? sqlite3_column_int(q, 0) : got;
    sqlite3_reset(q);
    return checked;
}
