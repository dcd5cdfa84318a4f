/* The index as a file: its tables, statements, transactions and mark. */
#include "index/db.h"

#include "base/waits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { VERSION = 5, APPLICATION = 0x70656572, BUSY_MS = 600000 };

/* Only numbers of rows have a type, so that an index can be used to compare them: parsing types
 * takes time whenever an index is opened. */
static const char schema[] =
    "CREATE TABLE ledger(one INTEGER PRIMARY KEY, stamp, end, lines, best, blocks, rules, sum);"
    "CREATE TABLE block(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, parent INTEGER, height,"
    " time, target, miner, count, supply, work, line, offset, size, sum, first, earned, latest, "
    "main,"
    " checked);"
    "CREATE UNIQUE INDEX block_main ON block(height) WHERE main;"
    "CREATE INDEX block_side ON block(height) WHERE NOT main;"
    "CREATE INDEX block_miner ON block(miner) WHERE main AND earned > 0;"
    "CREATE INDEX block_unchecked ON block(n) WHERE NOT checked;"
    "CREATE TABLE journal(block INTEGER PRIMARY KEY, bytes, sum);"
    "CREATE TABLE account(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, balance, seq, sum);"
    "CREATE TABLE entry(kind, id, value, sum, PRIMARY KEY(kind, id)) WITHOUT ROWID;"
    "CREATE TABLE tx(n INTEGER PRIMARY KEY, id BLOB NOT NULL, block INTEGER, line,"
    " sender INTEGER, seq, fee, recipient INTEGER, amount, offset, size, main);"
    "CREATE VIEW payment AS SELECT lower(hex(tx.id)) AS id, block.height, block.time, tx.line,"
    " lower(hex(s.id)) AS sender, tx.seq, tx.fee, lower(hex(r.id)) AS recipient, tx.amount"
    " FROM tx JOIN block ON block.n = tx.block JOIN account s ON s.n = tx.sender"
    " JOIN account r ON r.n = tx.recipient WHERE tx.main;";

static const char tx_indexes[] = "CREATE INDEX tx_id ON tx(id);"
                                 "CREATE INDEX tx_sender ON tx(sender, main, seq);"
                                 "CREATE INDEX tx_recipient ON tx(recipient, main)";

#define BLOCK_COLUMNS                                                                              \
    "n, parent, id, height, time, target, miner, count, supply, work, line, offset, size,"         \
    " first, earned, latest, sum, main"
#define TX_COLUMNS "n, block, line, offset, size, id"

static const char *const sql[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [BEGIN_READ] = "BEGIN",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [MARK] = "SELECT stamp, end, lines, best, blocks, rules, sum FROM ledger",
    [SET_MARK] = "INSERT OR REPLACE INTO ledger VALUES(1, ?, ?, ?, ?, ?, ?, ?)",
    [FIND] = "SELECT " BLOCK_COLUMNS " FROM block WHERE id = ?",
    [GET] = "SELECT " BLOCK_COLUMNS " FROM block WHERE n = ?",
    [JOURNAL] = "SELECT bytes, sum FROM journal WHERE block = ?",
    [ADD] = "INSERT INTO block(" BLOCK_COLUMNS ", checked)"
            " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ADD_JOURNAL] = "INSERT INTO journal VALUES(?, ?, ?)",
    [ADD_TX] = "INSERT INTO tx(id, n, block, line, sender, seq, fee, recipient, amount, offset,"
               " size, main) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [LAST_TX] = "SELECT coalesce(max(n), 0) FROM tx",
    [ACCOUNT] = "SELECT balance, seq, sum FROM account WHERE id = ?",
    [ACCOUNT_N] = "SELECT n FROM account WHERE id = ?",
    [ADD_ACCOUNT] = "INSERT INTO account(id) VALUES(?)",
    [SET_ACCOUNT] = "INSERT INTO account(id, balance, seq, sum) VALUES(?, ?, ?, ?)"
                    " ON CONFLICT(id) DO UPDATE SET balance = excluded.balance,"
                    " seq = excluded.seq, sum = excluded.sum",
    [ENTRY] = "SELECT value, sum FROM entry WHERE kind = ? AND id = ?",
    [SET_ENTRY] = "INSERT OR REPLACE INTO entry VALUES(?, ?, ?, ?)",
    [DROP_ENTRY] = "DELETE FROM entry WHERE kind = ? AND id = ?",
    [ENTRIES] = "SELECT id, value, sum FROM entry WHERE kind = ? ORDER BY id",
    [SPENDER] = "SELECT tx.id, block.line + 1 + tx.line, block.n FROM tx JOIN block ON"
                " block.n = tx.block WHERE sender = (SELECT n FROM account WHERE id = ?)"
                " AND tx.main IN (0, 1) AND seq = ? ORDER BY block.n DESC",
    [MAIN_ABOVE] = "SELECT " BLOCK_COLUMNS " FROM block WHERE main AND height > ?",
    [UNSET_MAIN] = "UPDATE block SET main = 0 WHERE main AND height > ?",
    [SET_MAIN] = "UPDATE block SET main = 1 WHERE n = ?",
    [SET_MAIN_TX] = "UPDATE tx SET main = ? WHERE n BETWEEN ? AND ?",
    [AT_HEIGHT] = "SELECT " BLOCK_COLUMNS " FROM block WHERE main AND height = ?",
    [SIDES] = "SELECT " BLOCK_COLUMNS " FROM block WHERE NOT main AND height > ? AND count > 0"
              " ORDER BY height DESC, n DESC",
    [SIDE_SIZE] =
        "SELECT count(*), coalesce(sum(size), 0) FROM block WHERE NOT main AND height > ?",
    [MAIN_SIZE] = "SELECT count(*), coalesce(sum(size), 0) FROM block WHERE main AND height > ?",
    [ACCOUNTS] = "SELECT id, balance, seq, sum FROM account WHERE balance IS NOT NULL ORDER BY id",
    [UNCHECKED] = "SELECT " BLOCK_COLUMNS " FROM block WHERE NOT checked ORDER BY n LIMIT 1",
    [ALL_CHECKED] = "UPDATE block SET checked = 1 WHERE NOT checked",
    [IS_CHECKED] = "SELECT checked FROM block WHERE id = ?",
    [SENT_AT] = "SELECT n, block FROM tx WHERE sender = ? AND main = 1 AND seq = ?",
    [SENT] = "SELECT " TX_COLUMNS " FROM tx WHERE sender = ? AND main = 1"
             " AND seq >= ? AND seq < ? ORDER BY seq",
    [SENT_BACK] = "SELECT " TX_COLUMNS " FROM tx WHERE sender = ? AND main = 1"
                  " AND seq >= ? AND seq < ? ORDER BY seq DESC",
    [RECEIVED] = "SELECT " TX_COLUMNS " FROM tx WHERE recipient = ? AND main = 1"
                 " AND n >= ? AND n < ? ORDER BY n",
    [RECEIVED_BACK] = "SELECT " TX_COLUMNS " FROM tx WHERE recipient = ? AND main = 1"
                      " AND n >= ? AND n < ? ORDER BY n DESC",
    [MINED] = "SELECT n, first, count, earned FROM block WHERE miner = ? AND main AND earned > 0"
              " AND n >= ? AND n < ? ORDER BY n",
    [MINED_BACK] = "SELECT n, first, count, earned FROM block WHERE miner = ? AND main"
                   " AND earned > 0 AND n >= ? AND n < ? ORDER BY n DESC",
    [TX_BLOCKS] = "SELECT block.n, block.main FROM tx JOIN block ON block.n = tx.block"
                  " WHERE tx.id = ? ORDER BY block.n DESC",
    [BEST_FROM] = "SELECT id, offset, size, line FROM block WHERE main AND height >= ?"
                  " ORDER BY height",
    [BLOCK_IDS] = "SELECT id FROM block WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?",
    [TX_IDS] = "SELECT DISTINCT id FROM tx WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?",
};

/* Notes damage, and removes the file at once, so the next program builds a new one even if this
 * process can do no more. */
static void damaged(struct index *ix, struct fault *f)
{
    const char *path = sqlite3_db_filename(ix->db, "main");
    ix->damaged = true;
    if (ix->temporary || !path || !index_in_place(ix, path))
        return;
    index_remove(path);
    fault_trouble(f, "%s; removed, and rebuilt at the next use", f->text);
}

/* With the file, as the disk that is full may be another than the ledger's (TMPDIR). */
static void tell_unusable(struct index *ix, struct fault *f)
{
    const char *path = sqlite3_db_filename(ix->db, "main");
    int number = sqlite3_system_errno(ix->db);
    fault_trouble(f, "index: %s: %s%s%s", path && *path ? path : "temporary file",
                  sqlite3_errmsg(ix->db), number ? ": " : "", number ? strerror(number) : "");
}

int index_failed(struct index *ix, struct fault *f)
{
    int code = sqlite3_errcode(ix->db) & 0xff;
    bool is_damaged = false;
    bool is_unusable = code == SQLITE_FULL || code == SQLITE_IOERR || code == SQLITE_READONLY ||
                       code == SQLITE_CANTOPEN;
    ix->unusable |= !ix->temporary && is_unusable;
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR ||
        code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH)
        is_damaged = true;
    if (is_unusable)
        tell_unusable(ix, f);
    else
        fault_trouble(f, "index: %s", sqlite3_errmsg(ix->db));
    if (is_damaged)
        damaged(ix, f);
    return -1;
}

int index_damage(struct index *ix, struct fault *f)
{
    fault_trouble(f, "index: damaged");
    damaged(ix, f);
    return -1;
}

sqlite3_stmt *index_ready(struct index *ix, enum statement i, struct fault *f)
{
    if (!ix->statements[i] && sqlite3_prepare_v3(ix->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                                 &ix->statements[i], NULL) != SQLITE_OK) {
        index_failed(ix, f);
        return NULL;
    }
    return ix->statements[i];
}

int index_step(struct index *ix, sqlite3_stmt *q, struct fault *f)
{
    int result = sqlite3_step(q);
    if (result == SQLITE_ROW)
        return 1;
    return result == SQLITE_DONE ? 0 : index_failed(ix, f);
}

int index_run(struct index *ix, sqlite3_stmt *q, struct fault *f)
{
    int result = index_step(ix, q, f);
    sqlite3_reset(q);
    return result < 0 ? -1 : 0;
}

static int run_plain(struct index *ix, enum statement i, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, i, f);
    return q ? index_run(ix, q, f) : -1;
}

int64_t index_sum(const void *bytes, size_t n)
{
    return (int64_t)crc32_z(crc32_z(0, NULL, 0), bytes, n);
}

static int64_t mark_sum(const struct index_mark *mark, const char *rules)
{
    char form[INDEX_STAMP_MAX + 4 * 24 + TEXT_FORM_MAX + 512];
    int n = snprintf(form, sizeof form, "%s %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 " %s",
                     mark->stamp, mark->end, mark->lines, mark->best, mark->count, rules);
    return index_sum(form, (size_t)n);
}

static int exec(struct index *ix, const char *statements, struct fault *f)
{
    return sqlite3_exec(ix->db, statements, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                           : index_failed(ix, f);
}

static int pragma_number(struct index *ix, const char *text, int64_t *out, struct fault *f)
{
    sqlite3_stmt *q;
    if (sqlite3_prepare_v2(ix->db, text, -1, &q, NULL) != SQLITE_OK)
        return index_failed(ix, f);
    int got = index_step(ix, q, f);
    *out = got > 0 ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    return got < 0 ? -1 : 0;
}

/* Creates the tables in an empty database; a database with other contents must not be used. */
static int make_schema(struct index *ix, struct fault *f)
{
    int64_t version = 0, tables = 0;
    if (pragma_number(ix, "PRAGMA user_version", &version, f))
        return -1;
    if (version == VERSION)
        return 0;
    char text[128];
    snprintf(text, sizeof text, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION,
             VERSION);
    if (exec(ix, "BEGIN IMMEDIATE", f) || pragma_number(ix, "PRAGMA user_version", &version, f) ||
        pragma_number(ix, "SELECT count(*) FROM sqlite_master", &tables, f))
        return -1;
    if (version != VERSION && tables > 0)
        return index_damage(ix, f);
    if (version != VERSION && (exec(ix, schema, f) || exec(ix, tx_indexes, f) || exec(ix, text, f)))
        return -1;
    return exec(ix, "COMMIT", f);
}

/* Called by SQLite before it retries a lock held by another process: whether to retry. */
static int wait_busy(void *self, int tries)
{
    struct index *ix = self;
    int64_t now = waits_now(), pause = tries < 20 ? 1 + tries : 20;
    if (!tries) {
        ix->busy_since = now;
        ix->busy_told = false;
    }
    if (!ix->busy_told && now - ix->busy_since >= WAITS_TOLD_AFTER) {
        waits_tell("for another program that has the ledger's index locked");
        ix->busy_told = true;
    }
    nanosleep(&(struct timespec){.tv_nsec = pause * 1000000}, NULL);
    return now - ix->busy_since < BUSY_MS;
}

static int set_up(struct index *ix, const char *path, struct fault *f)
{
    struct stat st;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int reserved = INDEX_RESERVED, keep = 1;
    bool exists = path && lstat(path, &st) == 0;
    if (exists && !S_ISREG(st.st_mode))
        return fault_trouble(f, "index: %s is not a file of its own", path);
    if (sqlite3_open_v2(path ? path : "", &ix->db, flags, path ? index_vfs() : NULL) != SQLITE_OK ||
        sqlite3_file_control(ix->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved) != SQLITE_OK)
        return index_failed(ix, f);
    if (sqlite3_db_readonly(ix->db, "main") > 0)
        return fault_trouble(f, "index: %s cannot be written", path);
    sqlite3_busy_handler(ix->db, wait_busy, ix);
    /* Making and removing the -wal and -shm files takes longer than everything else that a reader
     * does; and those that closing would remove may belong to another index that has replaced ours.
     */
    sqlite3_file_control(ix->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    const char *pragmas = path ? "PRAGMA journal_mode = WAL;"
                                 "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 0;"
                                 "PRAGMA cache_size = -65536"
                               : "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
                                 "PRAGMA cache_size = -65536";
    if (path && !exists && exec(ix, "PRAGMA page_size = 4096", f))
        return -1;
    if (path && stat(path, &st) == 0) {
        ix->device = st.st_dev;
        ix->inode = st.st_ino;
    }
    return exec(ix, pragmas, f) || make_schema(ix, f) ? -1 : 0;
}

int index_open(const char *path, bool *is_damaged, struct index **out, struct fault *f)
{
    struct index *ix = calloc(1, sizeof *ix);
    *is_damaged = false;
    if (!ix)
        return fault_memory(f);
    ix->temporary = !path;
    if (set_up(ix, path, f)) {
        *is_damaged = ix->damaged;
        index_close(ix);
        return -1;
    }
    *out = ix;
    return 0;
}

void index_close(struct index *ix)
{
    if (!ix)
        return;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(ix->statements[i]);
    sqlite3_close(ix->db);
    free(ix);
}

void index_remove(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    char name[4096];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
}

bool index_in_place(const struct index *ix, const char *path)
{
    struct stat st;
    if (ix->temporary)
        return true;
    return stat(path, &st) == 0 && st.st_dev == ix->device && st.st_ino == ix->inode;
}

bool index_damaged(const struct index *ix)
{
    return ix->damaged;
}

bool index_unusable(const struct index *ix)
{
    return ix->unusable;
}

int index_begin_read(struct index *ix, struct fault *f)
{
    index_rollback(ix);
    return run_plain(ix, BEGIN_READ, f);
}

int index_begin(struct index *ix, struct fault *f)
{
    return run_plain(ix, BEGIN, f);
}

int index_commit(struct index *ix, struct fault *f)
{
    return run_plain(ix, COMMIT, f);
}

void index_rollback(struct index *ix)
{
    struct fault ignored;
    if (!sqlite3_get_autocommit(ix->db))
        run_plain(ix, ROLLBACK, &ignored);
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
    if (mark_sum(mark, rules) != sqlite3_column_int64(q, 6) || read_rules(&mark->rules, rules, f) ||
        mark->best < 0 || mark->best >= mark->count || (uint64_t)mark->count > mark->lines ||
        mark->lines > mark->end || mark->end > INT64_MAX)
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
    sqlite3_bind_int64(q, 7, mark_sum(mark, rules.data));
    int result = index_run(ix, q, f);
    buf_free(&rules);
    return result;
}

int index_clear(struct index *ix, struct fault *f)
{
    return exec(ix,
                "DELETE FROM ledger; DELETE FROM block; DELETE FROM journal; DELETE FROM account;"
                "DELETE FROM entry; DELETE FROM tx",
                f);
}

int index_bulk_begin(struct index *ix, struct fault *f)
{
    return exec(ix, "DROP INDEX tx_id; DROP INDEX tx_sender; DROP INDEX tx_recipient", f);
}

int index_bulk_end(struct index *ix, struct fault *f)
{
    return exec(ix, tx_indexes, f);
}

void index_signatures(struct index *ix, bool checked)
{
    ix->checked = checked;
}

int index_all_checked(struct index *ix, struct fault *f)
{
    return run_plain(ix, ALL_CHECKED, f);
}
