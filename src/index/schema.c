/* The tables of an index (ledger-index(5)). */
#include "index/db.h"

#include <stdio.h>

enum { VERSION = 16, APPLICATION = 0x70656572 };

/* The text of an account in a row of this alias: a letter, if its blob is longer, and digits. */
#define ACCOUNT_TEXT(row)                                                                          \
    "CAST(substr(" row ".id, 1, length(" row ".id) - 32) AS TEXT)"                                 \
    " || lower(hex(substr(" row ".id, -32)))"

/* Only the numbers of rows, which must compare as numbers in an index, and ids have a type: types
 * are parsed whenever an index is opened, which takes time. */
static const char schema[] =
    "CREATE TABLE ledger(one INTEGER PRIMARY KEY, stamp, end, lines, best, blocks, rules, final,"
    " rival, other, sum);"
    "CREATE TABLE block(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, parent INTEGER, height,"
    " time, target, miner, count, supply, work, line, offset, size, sum, first, earned, latest,"
    " main, members, signed, final, checked);"
    "CREATE UNIQUE INDEX block_main ON block(height) WHERE main;"
    "CREATE INDEX block_side ON block(height) WHERE NOT main;"
    "CREATE INDEX block_miner ON block(miner) WHERE main AND earned > 0;"
    "CREATE INDEX block_unchecked ON block(n) WHERE NOT checked;"
    "CREATE TABLE journal(block INTEGER PRIMARY KEY, bytes, sum);"
    "CREATE TABLE account(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, balance, seq, sum);"
    "CREATE TABLE entry(kind, id, value, sum, PRIMARY KEY(kind, id)) WITHOUT ROWID;"
    "CREATE TABLE smt(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, page, sum);"
    "CREATE TABLE members(root BLOB PRIMARY KEY, list) WITHOUT ROWID;"
    "CREATE TABLE tx(n INTEGER PRIMARY KEY, id BLOB NOT NULL, block INTEGER, line,"
    " sender INTEGER, seq, fee, sponsor INTEGER, recipient INTEGER, amount, offset, size, main);"
    "CREATE TABLE part(account, n, place, amount, PRIMARY KEY(account, n, place)) WITHOUT ROWID;"
    "CREATE TABLE change(account, block, PRIMARY KEY(account, block)) WITHOUT ROWID;"
    "CREATE INDEX change_block ON change(block);"
    "CREATE VIEW payment AS"
    " WITH move(n, place, account, amount, fee) AS (SELECT n, 0, recipient, amount, fee FROM tx"
    " UNION ALL SELECT n, place, account, amount, 0 FROM part WHERE place > 0)"
    " SELECT lower(hex(tx.id)) AS id, block.height, block.time, tx.line, move.place,"
    " " ACCOUNT_TEXT("s") " AS sender, tx.seq, move.fee, " ACCOUNT_TEXT(
        "p") " AS sponsor, " ACCOUNT_TEXT("r") " AS recipient, move.amount"
                                               " FROM move JOIN tx ON tx.n = move.n JOIN block ON "
                                               "block.n = tx.block"
                                               " JOIN account s ON s.n = tx.sender JOIN account r "
                                               "ON r.n = move.account"
                                               " LEFT JOIN account p ON p.n = tx.sponsor WHERE "
                                               "tx.main;";

static const char tx_indexes[] = "CREATE INDEX tx_id ON tx(id);"
                                 "CREATE INDEX tx_sender ON tx(sender, main, seq);"
                                 "CREATE INDEX tx_recipient ON tx(recipient, main)";

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

int index_make_tables(struct index *ix, struct fault *f)
{
    int64_t version = 0, tables = 0;
    if (pragma_number(ix, "PRAGMA user_version", &version, f))
        return -1;
    if (version == VERSION)
        return 0;
    char text[128];
    snprintf(text, sizeof text, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION,
             VERSION);
    if (index_exec(ix, "BEGIN IMMEDIATE", f) ||
        pragma_number(ix, "PRAGMA user_version", &version, f) ||
        pragma_number(ix, "SELECT count(*) FROM sqlite_master", &tables, f))
        return -1;
    if (version != VERSION && tables > 0)
        return index_damage(ix, f);
    if (version != VERSION &&
        (index_exec(ix, schema, f) || index_exec(ix, tx_indexes, f) || index_exec(ix, text, f)))
        return -1;
    return index_exec(ix, "COMMIT", f);
}

int index_clear(struct index *ix, struct fault *f)
{
    return index_exec(
        ix,
        "DELETE FROM ledger; DELETE FROM block; DELETE FROM journal; DELETE FROM account;"
        "DELETE FROM entry; DELETE FROM smt; DELETE FROM members; DELETE FROM tx; DELETE FROM "
        "part; DELETE FROM change",
        f);
}

int index_bulk_begin(struct index *ix, struct fault *f)
{
    return index_exec(ix, "DROP INDEX tx_id; DROP INDEX tx_sender; DROP INDEX tx_recipient", f);
}

int index_bulk_end(struct index *ix, struct fault *f)
{
    return index_exec(ix, tx_indexes, f);
}
