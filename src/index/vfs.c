/*
 * The index's file as SQLite sees it: every page ends in a checksum of its bytes and its place,
 * added when the page is written and verified when it is read. So damage of any kind is detected
 * before it is believed, even damage that would make a row seem to be missing. (The -wal file has
 * its own checksums.) SQLite, and any other program that opens the file, leaves the reserved bytes
 * at the end of a page alone. Another program (the sqlite3 shell) may move pages from the -wal file
 * to their places without a checksum: these have zeros there, and are accepted.
 *
 * A sync that a signal interrupts is repeated, also for the -wal file: SQLite would take it for a
 * broken disk.
 */
#include "index/db.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

enum { PAGE = 4096, HEADER = 100, FILLED = 64 };

/* SQLite's file; after it comes the system's, which does the work. */
struct checked {
    sqlite3_file base;
    sqlite3_int64 pad; /* keeps what follows aligned */
};

static sqlite3_file *inner(sqlite3_file *file)
{
    return (sqlite3_file *)(void *)((struct checked *)(void *)file + 1);
}

static uint64_t page_sum(const unsigned char *page, sqlite3_int64 offset)
{
    uint64_t place = (uint64_t)offset;
    uLong crc = crc32_z(crc32_z(0, NULL, 0), page, PAGE - INDEX_RESERVED);
    uint64_t sum = (uint64_t)crc << 32 | crc32_z(crc, (const unsigned char *)&place, sizeof place);
    return sum ? sum : 1;
}

/* A page without a checksum has data before the place of the checksum; a page that lost its end
 * does not. */
static bool was_never_summed(const unsigned char *page, uint64_t sum)
{
    static const unsigned char zeros[FILLED];
    return sum == 0 && memcmp(page + PAGE - INDEX_RESERVED - FILLED, zeros, FILLED) != 0;
}

static int read_page(sqlite3_file *file, unsigned char *page, sqlite3_int64 offset)
{
    uint64_t sum;
    int result = inner(file)->pMethods->xRead(inner(file), page, PAGE, offset);
    if (result != SQLITE_OK)
        return result;
    memcpy(&sum, page + PAGE - sizeof sum, sizeof sum);
    if (sum != page_sum(page, offset) && !was_never_summed(page, sum))
        return SQLITE_CORRUPT;
    memset(page + PAGE - sizeof sum, 0, sizeof sum); /* for a caller that writes it elsewhere */
    return SQLITE_OK;
}

static int checked_read(sqlite3_file *file, void *out, int n, sqlite3_int64 offset)
{
    unsigned char page[PAGE];
    int at = (int)(offset % PAGE);
    if (n == PAGE && at == 0)
        return read_page(file, out, offset);
    if (offset + n <= HEADER) /* read before the file is locked, and again as a page */
        return inner(file)->pMethods->xRead(inner(file), out, n, offset);
    if (at + n > PAGE)
        return SQLITE_CORRUPT;
    int result = read_page(file, page, offset - at);
    if (result == SQLITE_OK)
        memcpy(out, page + at, (size_t)n);
    return result;
}

static int checked_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
    unsigned char page[PAGE];
    if (n != PAGE || offset % PAGE)
        return inner(file)->pMethods->xWrite(inner(file), bytes, n, offset);
    memcpy(page, bytes, PAGE);
    uint64_t sum = page_sum(page, offset);
    memcpy(page + PAGE - sizeof sum, &sum, sizeof sum);
    return inner(file)->pMethods->xWrite(inner(file), page, PAGE, offset);
}

/* Everything else is done by the system's VFS. */

static int plain_read(sqlite3_file *f, void *out, int n, sqlite3_int64 offset)
{
    return inner(f)->pMethods->xRead(inner(f), out, n, offset);
}

static int plain_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 offset)
{
    return inner(f)->pMethods->xWrite(inner(f), bytes, n, offset);
}

static int checked_close(sqlite3_file *f)
{
    return inner(f)->pMethods->xClose(inner(f));
}

static int checked_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return inner(f)->pMethods->xTruncate(inner(f), size);
}

static int interrupted(sqlite3_file *f)
{
    int error = 0;
    inner(f)->pMethods->xFileControl(inner(f), SQLITE_FCNTL_LAST_ERRNO, &error);
    return error == EINTR;
}

static int checked_sync(sqlite3_file *f, int flags)
{
    int result;
    do
        result = inner(f)->pMethods->xSync(inner(f), flags);
    while (result == SQLITE_IOERR_FSYNC && interrupted(f));
    return result;
}

static int checked_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return inner(f)->pMethods->xFileSize(inner(f), size);
}

static int checked_lock(sqlite3_file *f, int level)
{
    return inner(f)->pMethods->xLock(inner(f), level);
}

static int checked_unlock(sqlite3_file *f, int level)
{
    return inner(f)->pMethods->xUnlock(inner(f), level);
}

static int checked_reserved(sqlite3_file *f, int *out)
{
    return inner(f)->pMethods->xCheckReservedLock(inner(f), out);
}

static int checked_control(sqlite3_file *f, int what, void *arg)
{
    return inner(f)->pMethods->xFileControl(inner(f), what, arg);
}

static int checked_sector(sqlite3_file *f)
{
    return inner(f)->pMethods->xSectorSize(inner(f));
}

static int checked_device(sqlite3_file *f)
{
    return inner(f)->pMethods->xDeviceCharacteristics(inner(f));
}

static int checked_shm_map(sqlite3_file *f, int i, int size, int extend, void volatile **out)
{
    return inner(f)->pMethods->xShmMap(inner(f), i, size, extend, out);
}

static int checked_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return inner(f)->pMethods->xShmLock(inner(f), offset, n, flags);
}

static void checked_shm_barrier(sqlite3_file *f)
{
    inner(f)->pMethods->xShmBarrier(inner(f));
}

static int checked_shm_unmap(sqlite3_file *f, int remove)
{
    return inner(f)->pMethods->xShmUnmap(inner(f), remove);
}

/* Version 2: without the calls that map the file, which would bypass our reads. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = checked_close,
    .xRead = checked_read,
    .xWrite = checked_write,
    .xTruncate = checked_truncate,
    .xSync = checked_sync,
    .xFileSize = checked_size,
    .xLock = checked_lock,
    .xUnlock = checked_unlock,
    .xCheckReservedLock = checked_reserved,
    .xFileControl = checked_control,
    .xSectorSize = checked_sector,
    .xDeviceCharacteristics = checked_device,
    .xShmMap = checked_shm_map,
    .xShmLock = checked_shm_lock,
    .xShmBarrier = checked_shm_barrier,
    .xShmUnmap = checked_shm_unmap,
};

/* The database's other files: its -wal file and temporary ones. */
static const sqlite3_io_methods plain_methods = {
    .iVersion = 1,
    .xClose = checked_close,
    .xRead = plain_read,
    .xWrite = plain_write,
    .xTruncate = checked_truncate,
    .xSync = checked_sync,
    .xFileSize = checked_size,
    .xLock = checked_lock,
    .xUnlock = checked_unlock,
    .xCheckReservedLock = checked_reserved,
    .xFileControl = checked_control,
    .xSectorSize = checked_sector,
    .xDeviceCharacteristics = checked_device,
};

/* Opens a file, with our methods before the system's. */
static int checked_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    const sqlite3_io_methods *ours = flags & SQLITE_OPEN_MAIN_DB ? &methods : &plain_methods;
    inner(file)->pMethods = NULL;
    int result = system->xOpen(system, name, inner(file), flags, out);
    file->pMethods = inner(file)->pMethods ? ours : NULL;
    return result;
}

const char *index_vfs(void)
{
    static const char name[] = "peerutils";
    static sqlite3_vfs vfs; /* SQLite keeps a pointer to it */
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    if (sqlite3_vfs_find(name))
        return name;
    if (!system)
        return NULL;
    vfs = *system;
    vfs.zName = name;
    vfs.szOsFile += (int)sizeof(struct checked);
    vfs.xOpen = checked_open;
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? name : NULL;
}
