/* How much of the ledger an index covers. */
#include "index/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int64_t mark_sum(const struct index_mark *mark, const char *rules)
{
    char form[INDEX_STAMP_MAX + 7 * 24 + TEXT_FORM_MAX + 512];
    int n = snprintf(form, sizeof form,
                     "%s %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
                     " %" PRId64 " %s",
                     mark->stamp, mark->end, mark->lines, mark->best, mark->count, mark->final,
                     mark->rivals[0], mark->rivals[1], rules);
    return index_sum(form, (size_t)n);
}

static int read_rules(struct rules *r, const char *text, struct fault *f)
{
    *r = (struct rules){0};
    while (*text) {
        size_t len = strcspn(text, "\n");
        if (rules_read(r, text, len, f))
            return -1;
        text += len + (text[len] == '\n');
    }
    return rules_complete(r, f);
}

static bool is_block(const struct index_mark *mark, int64_t n)
{
    return n >= 0 && n < mark->count;
}

/* Whether the numbers can be those of blocks. */
static bool is_possible(const struct index_mark *mark)
{
    const int64_t *rivals = mark->rivals;
    return is_block(mark, mark->best) && is_block(mark, mark->final) &&
           ((rivals[0] == -1 && rivals[1] == -1) ||
            (is_block(mark, rivals[0]) && is_block(mark, rivals[1])));
}

static int read_mark(struct index *ix, sqlite3_stmt *q, struct index_mark *mark, struct fault *f)
{
    const char *stamp = (const char *)sqlite3_column_text(q, 0);
    const char *rules = (const char *)sqlite3_column_text(q, 5);
    if (!stamp || !rules || strlen(stamp) >= INDEX_STAMP_MAX || strlen(rules) > RULES_TEXT_MAX)
        return index_damage(ix, f);
    memcpy(mark->stamp, stamp, strlen(stamp) + 1);
    mark->end = (uint64_t)sqlite3_column_int64(q, 1);
    mark->lines = (uint64_t)sqlite3_column_int64(q, 2);
    mark->best = sqlite3_column_int64(q, 3);
    mark->count = sqlite3_column_int64(q, 4);
    mark->final = sqlite3_column_int64(q, 6);
    mark->rivals[0] = sqlite3_column_int64(q, 7);
    mark->rivals[1] = sqlite3_column_int64(q, 8);
    if (mark_sum(mark, rules) != sqlite3_column_int64(q, 9) || read_rules(&mark->rules, rules, f) ||
        !is_possible(mark) || (uint64_t)mark->count > mark->lines || mark->lines > mark->end ||
        mark->end > INT64_MAX)
        return index_damage(ix, f);
    return 0;
}

int index_mark(struct index *ix, struct index_mark *mark, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, MARK, f);
    if (!q)
        return -1;
    *mark = (struct index_mark){0};
    int got = index_step(ix, q, f);
    if (got > 0 && read_mark(ix, q, mark, f))
        got = -1;
    sqlite3_reset(q);
    return got < 0 ? -1 : 0;
}

int index_set_mark(struct index *ix, const struct index_mark *mark, struct fault *f)
{
    struct buf rules = {0};
    sqlite3_stmt *q = index_ready(ix, SET_MARK, f);
    if (!q)
        return -1;
    if (rules_format(&mark->rules, &rules) || buf_add(&rules, "", 1)) {
        buf_free(&rules);
        return fault_memory(f);
    }
    sqlite3_bind_text(q, 1, mark->stamp, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, (int64_t)mark->end);
    sqlite3_bind_int64(q, 3, (int64_t)mark->lines);
    sqlite3_bind_int64(q, 4, mark->best);
    sqlite3_bind_int64(q, 5, mark->count);
    sqlite3_bind_text(q, 6, rules.data, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 7, mark->final);
    sqlite3_bind_int64(q, 8, mark->rivals[0]);
    sqlite3_bind_int64(q, 9, mark->rivals[1]);
    sqlite3_bind_int64(q, 10, mark_sum(mark, rules.data));
    int result = index_run(ix, q, f);
    buf_free(&rules);
    return result;
}
