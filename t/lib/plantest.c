/*
 * plantest plans INDEX: how SQLite would answer every statement that the index's own code asks,
 * from the statements themselves: lines `PLAN : SQL`.
 *
 * plantest steps LEDGER ACCOUNT HEIGHT: looks up what an account had at a height of the best chain,
 * and then its events from that height on, up to three; prints how many steps SQLite's machine took
 * for each of the two.
 *
 * plantest spoil INDEX SQL: changes the index as SQL says, its pages' sums with it.
 *
 * plantest stamp LEDGER: has the index take the file as it is now for the one that it knows.
 */
#include "index/db.h"
#include "index/history.h"
#include "ledger/ledger_file.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void explain(sqlite3 *db, const char *sql)
{
    char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
    sqlite3_stmt *q;
    if (!text || sqlite3_prepare_v2(db, text, -1, &q, NULL) != SQLITE_OK)
        errx(2, "%s", sqlite3_errmsg(db));
    while (sqlite3_step(q) == SQLITE_ROW)
        printf("%s : %s\n", sqlite3_column_text(q, 3), sql);
    sqlite3_finalize(q);
    sqlite3_free(text);
}

static struct index *open_index(const char *path)
{
    struct index *ix;
    struct fault f;
    bool damaged;
    if (index_open(path, &damaged, &ix, &f))
        errx(2, "%s", f.text);
    return ix;
}

static void plans(const char *path)
{
    struct index *ix = open_index(path);
    struct fault f;
    for (int i = 0; i < STATEMENTS; i++) {
        sqlite3_stmt *q = index_ready(ix, (enum statement)i, &f);
        if (!q)
            errx(2, "%s", f.text);
        explain(ix->db, sqlite3_sql(q));
    }
    index_close(ix);
}

/* All steps since they were last asked for. */
static int steps(const struct index *ix)
{
    int sum = 0;
    for (int i = 0; i < STATEMENTS; i++)
        if (ix->statements[i])
            sum += sqlite3_stmt_status(ix->statements[i], SQLITE_STMTSTATUS_VM_STEP, 1);
    return sum;
}

static void count_steps(const char *path, const char *digits, int64_t height)
{
    struct ledger l;
    struct fault f;
    struct account_state a;
    struct index_walk w;
    struct index_event e;
    struct account id;
    if (account_field((struct field){digits, strlen(digits)}, "", &id, &f))
        errx(2, "no account");
    if (ledger_open(&l, path, &f))
        errx(2, "%s", f.text);
    steps(l.index);
    if (index_account_at(l.index, &id, height, &a, &f))
        errx(2, "%s", f.text);
    printf("%d", steps(l.index));
    if (index_walk_begin(l.index, &id, height, l.tree.best.height, false, &w, &f))
        errx(2, "%s", f.text);
    for (int i = 0; i < 3 && index_walk_next(&w, &e, &f) > 0; i++)
        continue;
    printf(" %d\n", steps(l.index));
    index_walk_end(&w);
    ledger_close(&l);
}

static void spoil(const char *path, const char *sql)
{
    struct index *ix = open_index(path);
    if (sqlite3_exec(ix->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        errx(2, "%s", sqlite3_errmsg(ix->db));
    index_close(ix);
}

static void stamp(const char *path)
{
    char name[4096];
    struct ledger l = {.path = path, .file.fd = open(path, O_RDONLY)};
    struct index_mark mark;
    struct fault f;
    uint64_t size;
    snprintf(name, sizeof name, "%s.index", path);
    struct index *ix = open_index(name);
    if (l.file.fd < 0 || index_begin(ix, &f) || index_mark(ix, &mark, &f) ||
        ledger_stamp(&l, mark.stamp, &size, &f) || index_set_mark(ix, &mark, &f) ||
        index_commit(ix, &f))
        errx(2, "cannot stamp %s", path);
    index_close(ix);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "plans") == 0)
        plans(argv[2]);
    else if (argc == 5 && strcmp(argv[1], "steps") == 0)
        count_steps(argv[2], argv[3], atoll(argv[4]));
    else if (argc == 4 && strcmp(argv[1], "spoil") == 0)
        spoil(argv[2], argv[3]);
    else if (argc == 3 && strcmp(argv[1], "stamp") == 0)
        stamp(argv[2]);
    else
        errx(2, "usage: plantest plans INDEX | steps LEDGER ACCOUNT HEIGHT | spoil INDEX SQL |"
                " stamp LEDGER");
    return 0;
}
