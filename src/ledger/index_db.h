/* The database behind an index, shared by the index*.c alone. */
#ifndef LEDGER_INDEX_DB_H
#define LEDGER_INDEX_DB_H

#include "ledger/index.h"

#include <sqlite3.h>
#include <sys/types.h>

enum statement {
    BEGIN,
    BEGIN_READ,
    COMMIT,
    ROLLBACK,
    MARK,
    SET_MARK,
    FIND,
    GET,
    JOURNAL,
    ADD,
    ADD_JOURNAL,
    ADD_TX,
    ACCOUNT,
    ACCOUNT_N,
    ADD_ACCOUNT,
    SET_ACCOUNT,
    SPENDER,
    UNSET_MAIN,
    SET_MAIN,
    AT_HEIGHT,
    SIDES,
    ACCOUNTS,
    UNCHECKED,
    ALL_CHECKED,
    STATEMENTS
};

struct index {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    dev_t device;
    ino_t inode;
    bool temporary, damaged, checked;
};

/* Sets the fault that SQLite's last error tells, or that a row's sum or form does, and notes
 * damage. Both give -1. */
int index_failed(struct index *ix, struct fault *f);
int index_damage(struct index *ix, struct fault *f);

/* A statement ready for its values, compiled when it is first needed; NULL and trouble. */
sqlite3_stmt *index_ready(struct index *ix, enum statement i, struct fault *f);

/* One step: 1 a row, 0 done, -1 and trouble. */
int index_step(struct index *ix, sqlite3_stmt *q, struct fault *f);

/* Runs a statement that gives no row to its end and resets it. 0, or -1 and trouble. */
int index_run(struct index *ix, sqlite3_stmt *q, struct fault *f);

/* The room at the end of each page of an index's file, for index_vfs.c's sum. */
#define INDEX_RESERVED 8

/* The name of the SQLite VFS that guards an index's file against damage; NULL: it cannot be had. */
const char *index_vfs(void);

/* The sum that guards a row against damage that SQLite does not see. */
int64_t index_sum(const void *bytes, size_t n);

#endif
