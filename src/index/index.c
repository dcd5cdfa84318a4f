/* An index as a file: opened, closed, and changed in transactions. */
#include "index/db.h"

#include "base/waits.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum { BUSY_MS = 600000 };

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
    if (path && !exists && index_exec(ix, "PRAGMA page_size = 4096", f))
        return -1;
    if (path && stat(path, &st) == 0) {
        ix->device = st.st_dev;
        ix->inode = st.st_ino;
    }
    return index_exec(ix, pragmas, f) || index_make_tables(ix, f) ? -1 : 0;
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
    idmap_free(&ix->accounts);
    free(ix);
}

int index_begin_read(struct index *ix, struct fault *f)
{
    index_rollback(ix);
    return index_run_plain(ix, BEGIN_READ, f);
}

int index_begin(struct index *ix, struct fault *f)
{
    return index_run_plain(ix, BEGIN, f);
}

int index_commit(struct index *ix, struct fault *f)
{
    return index_run_plain(ix, COMMIT, f);
}

void index_rollback(struct index *ix)
{
    struct fault ignored;
    if (!sqlite3_get_autocommit(ix->db))
        index_run_plain(ix, ROLLBACK, &ignored);
}
