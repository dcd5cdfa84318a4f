/*
 * opening nothing|sqlite|ledger LEDGER: what every program that looks into a ledger does before it
 * begins. One program with all its libraries, so that the three differ in what they do alone:
 * nothing; open LEDGER.index by SQLite and read a row; open the ledger.
 */
#include "ledger/ledger.h"

#include <err.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static void open_ledger(const char *path)
{
    struct ledger l;
    struct fault f = {0};
    if (ledger_open(&l, path, &f))
        errx(2, "%s", f.text);
    ledger_close(&l);
}

static void open_sqlite(const char *path)
{
    char name[4096];
    sqlite3 *db;
    sqlite3_stmt *q;
    snprintf(name, sizeof name, "%s.index", path);
    if (sqlite3_open_v2(name, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) ||
        sqlite3_prepare_v2(db, "SELECT stamp FROM ledger", -1, &q, NULL) ||
        sqlite3_step(q) != SQLITE_ROW)
        errx(2, "%s: %s", name, sqlite3_errmsg(db));
    sqlite3_finalize(q);
    sqlite3_close(db);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "ledger") == 0)
        open_ledger(argv[2]);
    else if (argc == 3 && strcmp(argv[1], "sqlite") == 0)
        open_sqlite(argv[2]);
    else if (argc != 3 || strcmp(argv[1], "nothing"))
        errx(2, "usage: opening nothing|sqlite|ledger LEDGER");
    return 0;
}
