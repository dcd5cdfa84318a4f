/* Which blocks' signatures have been checked. */
#include "index/db.h"

int index_checked(struct index *ix, const uint8_t id[ID_LEN], struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, IS_CHECKED, f);
    if (!q)
        return -1;
    sqlite3_bind_blob(q, 1, id, ID_LEN, SQLITE_STATIC);
    int got = index_step(ix, q, f);
    int checked = got > 0 ? sqlite3_column_int(q, 0) : got;
    sqlite3_reset(q);
    return checked;
}
