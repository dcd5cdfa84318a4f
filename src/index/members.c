/* Sets of members by their root, so that nobody has to move the state back for an old one. A list
 * has no checksum: whoever reads it computes its root. */
#include "index/db.h"

#include <string.h>

enum { ROW = ID_LEN + 8 };

static int put_member(struct buf *out, const struct member *m)
{
    uint8_t weight[8];
    for (int i = 0; i < 8; i++)
        weight[i] = (uint8_t)((uint64_t)m->weight >> 8 * (7 - i));
    return buf_add(out, m->key, ID_LEN) || buf_add(out, weight, sizeof weight);
}

static struct member read_member(const uint8_t *row)
{
    struct member m = {.weight = 0};
    uint64_t weight = 0;
    memcpy(m.key, row, ID_LEN);
    for (int i = 0; i < 8; i++)
        weight = weight << 8 | row[ID_LEN + i];
    m.weight = (int64_t)(weight & INT64_MAX);
    return m;
}

int index_add_members(void *self, const uint8_t root[ID_LEN], const struct member_set *set,
                      struct fault *f)
{
    struct buf list = {0};
    sqlite3_stmt *q = index_ready(self, ADD_MEMBERS, f);
    int failed = q ? 0 : -1;
    for (size_t i = 0; i < set->count && !failed; i++)
        failed = put_member(&list, &set->list[i]) ? fault_memory(f) : 0;
    if (!failed) {
        index_bind_id(q, 1, root);
        sqlite3_bind_blob(q, 2, list.data, (int)list.len, SQLITE_STATIC);
        failed = index_run(self, q, f);
    }
    buf_free(&list);
    return failed;
}

static int read_list(struct index *ix, const uint8_t *list, size_t len, struct member_set *set,
                     struct fault *f)
{
    for (size_t at = 0; at + ROW <= len; at += ROW) {
        const struct member m = read_member(list + at);
        if (member_set_add(set, &m, f))
            return f->kind == FAULT_RULE ? index_damage(ix, f) : -1;
    }
    return 1;
}

int index_get_members(void *self, const uint8_t root[ID_LEN], struct member_set *set,
                      struct fault *f)
{
    struct index *ix = self;
    sqlite3_stmt *q = index_ready(ix, MEMBERS, f);
    if (!q)
        return -1;
    index_bind_id(q, 1, root);
    int got = index_step(ix, q, f);
    if (got > 0 && sqlite3_column_type(q, 0) != SQLITE_BLOB)
        got = index_damage(ix, f);
    else if (got > 0)
        got = read_list(ix, sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0), set, f);
    sqlite3_reset(q);
    return got;
}
