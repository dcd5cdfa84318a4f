/* The database behind an index; for this folder only. */
#ifndef INDEX_DB_H
#define INDEX_DB_H

#include "base/idmap.h"
#include "index/index.h"

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
    LAST_TX,
    ACCOUNT,
    ACCOUNT_N,
    ADD_ACCOUNT,
    SET_ACCOUNT,
    ENTRY,
    SET_ENTRY,
    DROP_ENTRY,
    ENTRIES,
    SMT_PAGE,
    SET_SMT_PAGE,
    DROP_SMT_PAGE,
    MEMBERS,
    ADD_MEMBERS,
    SPENDER,
    MAIN_ABOVE,
    UNSET_MAIN,
    SET_MAIN,
    SET_MAIN_TX,
    AT_HEIGHT,
    SIDES,
    SIDE_SIZE,
    SIDE_SIZE_OF,
    MAIN_SIZE,
    ACCOUNTS,
    UNCHECKED,
    ALL_CHECKED,
    IS_CHECKED,
    SENT_AT,
    SENT,
    SENT_BACK,
    ADD_PART,
    ADD_CHANGE,
    IS_CHANGED,
    HAS_CHANGED,
    CHANGED,
    CHANGED_BACK,
    RECEIVED,
    RECEIVED_BACK,
    MINED,
    MINED_BACK,
    TX_BLOCKS,
    BEST_FROM,
    BLOCK_IDS,
    TX_IDS,
    STATEMENTS
};

struct index {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    dev_t device;
    ino_t inode;
    int64_t grown;         /* the block added last, if it extended the best chain; else -1 */
    struct idmap accounts; /* the numbers of those of the block that is being added */
    bool temporary, damaged, unusable, checked;
    int64_t busy_since; /* when the wait for a lock began (waits_now) */
    bool busy_told;
};

/* Sets the fault from SQLite's last error, and notes damage if it is that: -1. */
int index_failed(struct index *ix, struct fault *f);

/* A statement ready for its values, compiled at the first use; NULL and trouble. */
sqlite3_stmt *index_ready(struct index *ix, enum statement i, struct fault *f);

/* One step: 1 a row, 0 done, -1 and trouble. */
int index_step(struct index *ix, sqlite3_stmt *q, struct fault *f);

/* Runs a statement that gives no rows to its end, and resets it. 0, or -1 and trouble. */
int index_run(struct index *ix, sqlite3_stmt *q, struct fault *f);

/* The same for a statement without values, and for any SQL. */
int index_run_plain(struct index *ix, enum statement i, struct fault *f);
int index_exec(struct index *ix, const char *sql, struct fault *f);

/* Creates the tables in an empty database; one with other contents counts as damaged. 0, or -1 and
 * trouble. */
int index_make_tables(struct index *ix, struct fault *f);

/* Binds an id, which must stay where it is, as the i-th value. */
void index_bind_id(sqlite3_stmt *q, int i, const uint8_t id[ID_LEN]);

/* Copies a column of exactly n bytes. 0, or -1: it has another type or length. */
int index_bytes(sqlite3_stmt *q, int i, uint8_t *out, int n);

/* The same for accounts: the blob is the public key. */
void index_bind_account(sqlite3_stmt *q, int i, const struct account *id);
int index_account_column(sqlite3_stmt *q, int i, struct account *id);

/* Reads a block from a row of BLOCK_COLUMNS. 0, or -1 and trouble. */
int index_read_block(struct index *ix, sqlite3_stmt *q, struct index_block *b, struct fault *f);

/* The one block that a bound query gives: 1, 0: none, -1 and trouble. */
int index_one_block(struct index *ix, sqlite3_stmt *q, struct index_block *b, struct fault *f);

/* The checksum of the block's row. */
int64_t index_block_sum(const struct index_block *b);

/* The number of an account; 0 if it is unknown, -1 and trouble. The second adds it then, and
 * remembers it until index_forget_accounts, which is to be called before each block. */
int64_t index_account_number(struct index *ix, const struct account *id, struct fault *f);
int64_t index_add_account(struct index *ix, const struct account *id, struct fault *f);
void index_forget_accounts(struct index *ix);

/* What an account has at the best tip; zeros if nothing there has touched it. 0, or -1 and trouble.
 */
int index_account(struct index *ix, const struct account *id, struct account_state *a,
                  struct fault *f);

/* The same as a value of the state (len 0: nothing has touched it), and from columns i and on; and
 * stores it. 0, or -1 and trouble. */
int index_get_account(struct index *ix, const struct account *id, struct state_value *value,
                      struct fault *f);
int index_read_account(struct index *ix, sqlite3_stmt *q, int i, const struct account *id,
                       struct state_value *value, struct fault *f);
int index_set_account(struct index *ix, const struct account *id, const struct state_value *value,
                      struct fault *f);

/* The state at the best tip, as the index has it. */
struct state_backing index_backing(struct index *ix);

/* The pages of the tree over it, as the index has them (smt.c). */
struct smt_pages index_pages(struct index *ix);

/* Sets of members by their root (members.c), as struct store says. */
int index_add_members(void *self, const uint8_t root[ID_LEN], const struct member_set *set,
                      struct fault *f);
int index_get_members(void *self, const uint8_t root[ID_LEN], struct member_set *set,
                      struct fault *f);

/* Stores an entry that is a transaction, this line of a block's body. 0, or -1 and trouble. */
int index_add_tx(struct index *ix, const struct index_block *b, const struct entry *e, int64_t line,
                 struct fault *f);

/* Appends a block's journal to *out. 0, or -1 and trouble. */
int index_journal(struct index *ix, int64_t n, struct buf *out, struct fault *f);

/* Notes the accounts that block n changed, with this journal, if it may have changed them beyond
 * what its transactions and its miner's earnings tell. 0, or -1 and trouble. */
int index_add_changes(struct index *ix, int64_t n, const struct item *item,
                      const struct buf *journal, struct fault *f);

/* The reserved bytes at the end of each page of an index's file, for the checksum (vfs.c). */
#define INDEX_RESERVED 8

/* More transactions than any ledger has; their numbers stay below this. */
#define INDEX_TXS_MAX (INT64_MAX / 4)

/* The name of the SQLite VFS that protects an index's file from damage; NULL: it is unavailable. */
const char *index_vfs(void);

/* The checksum that protects a row from damage that SQLite does not detect. */
int64_t index_sum(const void *bytes, size_t n);

#endif
