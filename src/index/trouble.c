/* What is done about an index that is damaged, or whose file cannot be used. */
#include "index/db.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

bool index_damaged(const struct index *ix)
{
    return ix->damaged;
}

bool index_unusable(const struct index *ix)
{
    return ix->unusable;
}
