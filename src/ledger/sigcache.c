#include "ledger/sigcache.h"

#include "base/file.h"
#include "base/waits.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    PIECE = 1 << 16,       /* bytes of the table that are written together */
    DENSE = 16,            /* ids in a piece that is read and written as a whole */
    MANY = 1 << 10,        /* ids for which the whole table is read */
    PENDING_MAX = 1 << 16, /* ids */
    EVERY = 1000,          /* ms between two writes, unless so many are pending */
};

struct sigcache {
    const struct ledger *ledger; /* or NULL */
    struct buf pending; /* ids to be written: SIGCACHE_SLOTS are many pages, so the more at a
                           time, the fewer writes of pages for each */
    int64_t written;    /* when they were last, in ms */
    int fd;             /* -1: not open */
    bool writable;      /* no attempt has failed */
    char path[];
};

struct sigcache *sigcache_new(const char *path, const struct ledger *l)
{
    size_t n = strlen(path) + sizeof ".checked";
    struct sigcache *k = calloc(1, sizeof *k + n);
    if (!k)
        return NULL;
    snprintf(k->path, n, "%s.checked", path);
    k->ledger = l;
    k->fd = -1;
    k->writable = true;
    return k;
}

static void close_file(struct sigcache *k)
{
    close(k->fd);
    k->fd = -1;
}

/* The slot with which an id's set begins. */
static size_t set_of(const uint8_t id[ID_LEN])
{
    uint32_t first = (uint32_t)id[0] << 16 | (uint32_t)id[1] << 8 | id[2];
    return first % (SIGCACHE_SLOTS / SIGCACHE_SET) * SIGCACHE_SET;
}

static off_t place_of(const uint8_t id[ID_LEN])
{
    return (off_t)set_of(id) * ID_LEN;
}

/* Whether the file may be written: a table begins with a hole, or an id that belongs in the first
 * slot. Another file under this name (a ledger that was checked, say) does not. */
static bool is_table(int fd)
{
    static const uint8_t hole[ID_LEN];
    uint8_t first[ID_LEN];
    ssize_t got = pread(fd, first, ID_LEN, 0);
    return got == 0 ||
           (got == ID_LEN && (memcmp(first, hole, ID_LEN) == 0 || place_of(first) == 0));
}

/* Opens the file; anything but a regular file (a FIFO), or what a link leads to, is left alone. */
static void open_file(struct sigcache *k, int flags)
{
    struct stat st;
    k->fd = file_open(k->path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | flags, 0666);
    if (k->fd >= 0 && (fstat(k->fd, &st) || !S_ISREG(st.st_mode) || !is_table(k->fd)))
        close_file(k);
}

/* Whether the file at path is the open one; writing to one that was removed or replaced is useless.
 */
static bool is_open(struct sigcache *k, int flags)
{
    if (k->fd >= 0 && !file_is_at(k->fd, k->path))
        close_file(k);
    if (k->fd < 0)
        open_file(k, flags);
    return k->fd >= 0;
}

static bool set_has(const uint8_t (*set)[ID_LEN], const uint8_t id[ID_LEN])
{
    int i = 0;
    while (i < SIGCACHE_SET && memcmp(set[i], id, ID_LEN) != 0)
        i++;
    return i < SIGCACHE_SET;
}

/* Whether the table has the id: `whole` is a copy of it, NULL to read its set from the file. */
static bool has_tx(const struct sigcache *k, const uint8_t (*whole)[ID_LEN],
                   const uint8_t id[ID_LEN])
{
    uint8_t set[SIGCACHE_SET][ID_LEN] = {0};
    if (whole)
        return set_has(whole + set_of(id), id);
    return k->fd >= 0 && pread(k->fd, set, sizeof set, place_of(id)) > 0 &&
           set_has((const uint8_t(*)[ID_LEN])set, id);
}

/* Its root matches its lines (the item is not broken), so its id is the hash of all of them. */
static bool has_block(const struct sigcache *k, const struct item *item)
{
    struct fault ignored;
    return item->type == &block_type && k->ledger && k->ledger->index &&
           index_checked(k->ledger->index, item->id, &ignored) > 0;
}

static bool is_asked(const struct item *item)
{
    return !item->broken && !item->is_genesis;
}

static void look_up_item(const struct sigcache *k, const uint8_t (*whole)[ID_LEN],
                         struct item *item)
{
    bool all = has_block(k, item);
    for (size_t i = 0; i < item->count; i++) {
        struct entry *e = &item->entries[i];
        if (e->type == &tx_type && !e->checked && (all || has_tx(k, whole, e->id)))
            e->checked = true;
    }
}

/* How many transactions the cache is asked for. */
static size_t count_asked(const struct batch *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++)
        for (size_t j = 0; is_asked(&b->items[i]) && j < b->items[i].count; j++)
            n += !b->items[i].entries[j].checked;
    return n;
}

/* A copy of the whole table, which is read faster than the sets of many; or NULL. */
static uint8_t (*read_whole(const struct sigcache *k, size_t n))[ID_LEN]
{
    uint8_t(*whole)[ID_LEN] = n >= MANY && k->fd >= 0 ? calloc(SIGCACHE_SLOTS, ID_LEN) : NULL;
    if (whole && pread(k->fd, whole, SIGCACHE_SLOTS * ID_LEN, 0) >= 0)
        return whole;
    free(whole);
    return NULL;
}

void sigcache_look_up(void *cache, struct batch *b)
{
    struct sigcache *k = cache;
    const size_t asked = count_asked(b);
    if (!asked)
        return;
    is_open(k, 0);
    uint8_t(*whole)[ID_LEN] = read_whole(k, asked);
    for (size_t i = 0; i < b->count; i++)
        if (is_asked(&b->items[i]))
            look_up_item(k, (const uint8_t(*)[ID_LEN])whole, &b->items[i]);
    free(whole);
}

/* A write over the file size limit would end the program. */
static bool has_room(void)
{
    struct rlimit most;
    return getrlimit(RLIMIT_FSIZE, &most) == 0 &&
           (most.rlim_cur == RLIM_INFINITY || most.rlim_cur >= SIGCACHE_SLOTS * ID_LEN);
}

static int by_place(const void *a, const void *b)
{
    off_t x = place_of(a), y = place_of(b);
    return (x > y) - (x < y);
}

/* Puts an id in front of its set, whose last one drops out. */
static void put(uint8_t (*set)[ID_LEN], const uint8_t id[ID_LEN])
{
    if (set_has((const uint8_t(*)[ID_LEN])set, id))
        return;
    memmove(set + 1, set, (SIGCACHE_SET - 1) * ID_LEN);
    memcpy(set, id, ID_LEN);
}

/* Writes n ids of one piece, in the order of their sets. What another program writes there
 * meanwhile may be lost, as may any entry. 0, or -1. */
static int write_piece(const struct sigcache *k, const uint8_t (*ids)[ID_LEN], size_t n)
{
    uint8_t piece[PIECE / ID_LEN][ID_LEN];
    size_t first = set_of(ids[0]), size = (set_of(ids[n - 1]) - first + SIGCACHE_SET) * ID_LEN;
    ssize_t got = pread(k->fd, piece, size, place_of(ids[0]));
    if (got < 0)
        return -1;
    memset((uint8_t *)piece + got, 0, size - (size_t)got); /* the rest is a hole */
    for (size_t i = 0; i < n; i++)
        put(piece + (set_of(ids[i]) - first), ids[i]);
    return pwrite(k->fd, piece, size, place_of(ids[0])) == (ssize_t)size ? 0 : -1;
}

static off_t piece_of(const uint8_t id[ID_LEN])
{
    return place_of(id) / PIECE * PIECE;
}

/* How many of the ids are written together: those of one set or, if there are many in it, piece. */
static size_t count_together(const uint8_t (*ids)[ID_LEN], size_t count)
{
    size_t same = 1, n = 1;
    while (n < count && piece_of(ids[n]) == piece_of(ids[0])) {
        same += same == n && set_of(ids[n]) == set_of(ids[0]);
        n++;
    }
    return n >= DENSE ? n : same;
}

static void write_pending(struct sigcache *k)
{
    uint8_t(*ids)[ID_LEN] = (void *)k->pending.data;
    const size_t count = k->pending.len / ID_LEN;
    k->pending.len = 0;
    if (!count)
        return;
    k->writable = has_room() && is_open(k, O_CREAT);
    qsort(ids, count, ID_LEN, by_place);
    for (size_t i = 0, n; i < count && k->writable; i += n) {
        n = count_together((const uint8_t(*)[ID_LEN])ids + i, count - i);
        if (write_piece(k, (const uint8_t(*)[ID_LEN])ids + i, n))
            k->writable = false; /* a full disk: a torn entry matches nothing */
    }
}

/* Out of memory, an id is not remembered. */
static void add_item(struct sigcache *k, const struct item *item)
{
    for (size_t i = 0; i < item->count; i++)
        if (item->entries[i].valid && item->entries[i].type == &tx_type)
            buf_add(&k->pending, item->entries[i].id, ID_LEN);
}

/* Whether a few are pending, which are written at once, or enough for a write. */
static bool is_time(const struct sigcache *k)
{
    const size_t count = k->pending.len / ID_LEN;
    return count < DENSE || count >= PENDING_MAX || waits_now() - k->written >= EVERY;
}

void sigcache_note(void *cache, const struct batch *b)
{
    struct sigcache *k = cache;
    bool has_block = false;
    for (size_t i = 0; i < b->count && k->writable; i++) {
        add_item(k, &b->items[i]);
        has_block |= b->items[i].type == &block_type;
    }
    if (has_block)
        write_pending(k);
}

void sigcache_write(struct sigcache *k)
{
    if (!k->pending.len || !is_time(k))
        return;
    k->written = waits_now();
    write_pending(k);
}

void sigcache_add(struct sigcache *k, const struct batch *b)
{
    sigcache_note(k, b);
    sigcache_write(k);
}

void sigcache_free(struct sigcache *k)
{
    if (!k)
        return;
    if (k->writable)
        write_pending(k);
    if (k->fd >= 0)
        close(k->fd);
    buf_free(&k->pending);
    free(k);
}
