/* The SQL statements that an index is asked with. */
#include "index/db.h"

#include <string.h>
#include <zlib.h>

#define BLOCK_COLUMNS                                                                              \
    "n, parent, id, height, time, target, miner, count, supply, work, line, offset, size,"         \
    " first, earned, latest, sum, main, members, signed, final"
#define TX_COLUMNS "n, block, line, offset, size, id"

/* What others did to an account: paid it first, or had it as another part, perhaps several times:
 * then these rows follow one another. */
#define RECEIVED_TX                                                                                \
    "SELECT " TX_COLUMNS " FROM tx WHERE recipient = ?1 AND main = 1 AND n >= ?2 AND n < ?3"       \
    " UNION ALL SELECT part.n, block, line, offset, size, id FROM part JOIN tx ON tx.n = part.n"   \
    " WHERE part.account = ?1 AND main = 1 AND part.n >= ?2 AND part.n < ?3"

/* The best chain's blocks with effects on an account that only their journals tell. */
#define CHANGED_BLOCK                                                                              \
    "SELECT block.n, main FROM change CROSS JOIN block ON block.n = change.block"                  \
    " WHERE account = ? AND main AND change.block >= ? AND change.block < ?"                       \
    " ORDER BY change.block"

static const char *const sql[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [BEGIN_READ] = "BEGIN",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [MARK] = "SELECT stamp, end, lines, best, blocks, rules, final, rival, other, sum FROM ledger",
    [SET_MARK] = "INSERT OR REPLACE INTO ledger VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [FIND] = "SELECT " BLOCK_COLUMNS " FROM block WHERE id = ?",
    [GET] = "SELECT " BLOCK_COLUMNS " FROM block WHERE n = ?",
    [JOURNAL] = "SELECT bytes, sum FROM journal WHERE block = ?",
    [ADD] = "INSERT INTO block(" BLOCK_COLUMNS ", checked)"
            " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ADD_JOURNAL] = "INSERT INTO journal VALUES(?, ?, ?)",
    [ADD_TX] = "INSERT INTO tx(id, n, block, line, sender, seq, fee, sponsor, recipient, amount,"
               " offset, size, main) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [LAST_TX] = "SELECT max(coalesce((SELECT max(n) FROM tx), 0), coalesce((SELECT first +"
                " count - 1 FROM block WHERE n = ? AND parent >= 0), 0))",
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
    [SMT_PAGE] = "SELECT page, sum FROM smt WHERE id = ?",
    [SET_SMT_PAGE] = "INSERT INTO smt(id, page, sum) VALUES(?, ?, ?) ON CONFLICT(id) DO UPDATE SET"
                     " page = excluded.page, sum = excluded.sum",
    [DROP_SMT_PAGE] = "DELETE FROM smt WHERE id = ?",
    [MEMBERS] = "SELECT list FROM members WHERE root = ?",
    [ADD_MEMBERS] = "INSERT OR IGNORE INTO members VALUES(?, ?)",
    [SPENDER] = "SELECT tx.id, block.line + 1 + tx.line, block.n FROM tx JOIN block ON"
                " block.n = tx.block WHERE sender = (SELECT n FROM account WHERE id = ?)"
                " AND tx.main IN (0, 1) AND seq = ? ORDER BY block.n DESC",
    [MAIN_ABOVE] = "SELECT " BLOCK_COLUMNS " FROM block WHERE main AND height > ?",
    [UNSET_MAIN] = "UPDATE block SET main = 0, sum = 4294967295 - sum WHERE main AND height > ?",
    [SET_MAIN] = "UPDATE block SET main = 1, sum = 4294967295 - sum WHERE n = ? AND NOT main",
    [SET_MAIN_TX] = "UPDATE tx SET main = ? WHERE n BETWEEN ? AND ?",
    [AT_HEIGHT] = "SELECT " BLOCK_COLUMNS " FROM block WHERE main AND height >= ?"
                  " ORDER BY height LIMIT 1",
    [SIDES] = "SELECT " BLOCK_COLUMNS " FROM block WHERE NOT main AND height > ? AND count > 0"
              " ORDER BY height DESC, n DESC",
    [SIDE_SIZE] =
        "SELECT count(*), coalesce(sum(size), 0) FROM block WHERE NOT main AND height > ?",
    [SIDE_SIZE_OF] = "SELECT count(*), coalesce(sum(size), 0) FROM block WHERE NOT main AND"
                     " height > ? AND miner = ?",
    [MAIN_SIZE] = "SELECT count(*), coalesce(sum(size), 0) FROM block WHERE main AND height > ?",
    [ACCOUNTS] = "SELECT id, balance, seq, sum FROM account WHERE balance IS NOT NULL"
                 " AND length(id) = ? AND id >= ? AND id < ? ORDER BY id",
    [UNCHECKED] = "SELECT " BLOCK_COLUMNS " FROM block WHERE NOT checked ORDER BY n LIMIT 1",
    [ALL_CHECKED] = "UPDATE block SET checked = 1 WHERE NOT checked",
    [IS_CHECKED] = "SELECT checked FROM block WHERE id = ?",
    [SENT_AT] = "SELECT n, block FROM tx WHERE sender = ? AND main = 1 AND seq = ?",
    [SENT] = "SELECT " TX_COLUMNS " FROM tx WHERE sender = ? AND main = 1"
             " AND seq >= ? AND seq < ? ORDER BY seq",
    [SENT_BACK] = "SELECT " TX_COLUMNS " FROM tx WHERE sender = ? AND main = 1"
                  " AND seq >= ? AND seq < ? ORDER BY seq DESC",
    [ADD_PART] = "INSERT OR IGNORE INTO part VALUES(?, ?, ?, ?)",
    [ADD_CHANGE] = "INSERT OR IGNORE INTO change VALUES(?, ?)",
    [IS_CHANGED] = "SELECT 1 FROM change WHERE account = ? AND block = ?",
    [HAS_CHANGED] = "SELECT 1 FROM change WHERE block = ?",
    [CHANGED] = CHANGED_BLOCK,
    [CHANGED_BACK] = CHANGED_BLOCK " DESC",
    [RECEIVED] = RECEIVED_TX " ORDER BY n",
    [RECEIVED_BACK] = RECEIVED_TX " ORDER BY n DESC",
    [MINED] = "SELECT n, first, count, earned FROM block WHERE miner = ? AND main AND earned > 0"
              " AND n >= ? AND n < ? ORDER BY n",
    [MINED_BACK] = "SELECT n, first, count, earned FROM block WHERE miner = ? AND main"
                   " AND earned > 0 AND n >= ? AND n < ? ORDER BY n DESC",
    [TX_BLOCKS] = "SELECT block.n, block.main FROM tx JOIN block ON block.n = tx.block"
                  " WHERE tx.id = ? ORDER BY block.n DESC",
    [BEST_FROM] = "SELECT " BLOCK_COLUMNS " FROM block WHERE main AND height >= ? ORDER BY height",
    [BLOCK_IDS] = "SELECT id FROM block WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?",
    [TX_IDS] = "SELECT DISTINCT id FROM tx WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?",
};

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

int index_run_plain(struct index *ix, enum statement i, struct fault *f)
{
    sqlite3_stmt *q = index_ready(ix, i, f);
    return q ? index_run(ix, q, f) : -1;
}

int index_exec(struct index *ix, const char *statements, struct fault *f)
{
    return sqlite3_exec(ix->db, statements, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                           : index_failed(ix, f);
}

int64_t index_sum(const void *bytes, size_t n)
{
    return (int64_t)crc32_z(crc32_z(0, NULL, 0), bytes, n);
}

void index_bind_id(sqlite3_stmt *q, int i, const uint8_t id[ID_LEN])
{
    sqlite3_bind_blob(q, i, id, ID_LEN, SQLITE_STATIC);
}

int index_bytes(sqlite3_stmt *q, int i, uint8_t *out, int n)
{
    if (sqlite3_column_type(q, i) != SQLITE_BLOB || sqlite3_column_bytes(q, i) != n)
        return -1;
    memcpy(out, sqlite3_column_blob(q, i), (size_t)n);
    return 0;
}

void index_bind_account(sqlite3_stmt *q, int i, const struct account *id)
{
    if (id->form == ACCOUNT_KEY)
        index_bind_id(q, i, id->id);
    else
        sqlite3_bind_blob(q, i, id, sizeof *id, SQLITE_STATIC);
}

int index_account_column(sqlite3_stmt *q, int i, struct account *id)
{
    id->form = ACCOUNT_KEY;
    if (index_bytes(q, i, id->id, ID_LEN) == 0)
        return 0;
    return index_bytes(q, i, (uint8_t *)id, sizeof *id) == 0 &&
                   (id->form == ACCOUNT_POLICY || id->form == ACCOUNT_SLH_DSA)
               ? 0
               : -1;
}
