#include "ledger/ledger.h"

#include "base/file.h"
#include "base/hex.h"
#include "ledger/feed.h"
#include "ledger/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BULK_MIN = 4 << 20, ATTEMPTS = 8 };

/* The file's identity and times, so that a change of any kind shows. */
static void stamp_of(const struct stat *st, char stamp[INDEX_STAMP_MAX])
{
    snprintf(stamp, INDEX_STAMP_MAX, "%ju %ju %jd %jd.%09ld %jd.%09ld", (uintmax_t)st->st_dev,
             (uintmax_t)st->st_ino, (intmax_t)st->st_size, (intmax_t)st->st_mtim.tv_sec,
             st->st_mtim.tv_nsec, (intmax_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

/* Whether two stamps are of the same file, whatever its size and times. */
static bool same_file(const char *a, const char *b)
{
    size_t n = strcspn(a, " ");
    n += a[n] ? 1 + strcspn(a + n + 1, " ") : 0;
    return n > 0 && strncmp(a, b, n + 1) == 0;
}

static int index_resume(struct ledger *l, struct fault *f)
{
    struct node genesis, best;
    struct store store = index_store(l->index);
    if (l->mark.count == 0) {
        tree_free(&l->tree);
        return tree_init(&l->tree, store, f);
    }
    if (store.get(store.self, 0, &genesis, f) || store.get(store.self, l->mark.best, &best, f))
        return -1;
    tree_resume(&l->tree, &genesis, &l->mark.rules, &best, l->mark.count);
    return 0;
}

/* Takes up what the index says now, if that is not what we had. */
static int read_mark(struct ledger *l, struct fault *f)
{
    struct index_mark mark;
    if (index_mark(l->index, &mark, f))
        return -1;
    bool changed = mark.count != l->mark.count || mark.best != l->mark.best ||
                   mark.end != l->mark.end || l->tree.count != mark.count;
    l->mark = mark;
    return changed ? index_resume(l, f) : 0;
}

static int start_over(struct ledger *l, struct fault *f)
{
    if (index_clear(l->index, f))
        return -1;
    l->mark = (struct index_mark){0};
    return index_resume(l, f);
}

static void set_tail(struct ledger *l, const struct item *item, const struct fault *why)
{
    l->has_tail = true;
    l->tail_torn = item->torn;
    l->tail = *why;
}

/* Writes the accounts at the best tip into the index. */
static int write_accounts(struct ledger *l, struct fault *f)
{
    if (l->tree.count == 0)
        return 0;
    return tree_move(&l->tree, &l->tree.best, f) ? -1
                                                 : index_set_accounts(l->index, l->tree.state, f);
}

/* Judges one item of the file and takes it into the index. 1, 0 where the good part ends here, -1
 * and trouble. */
static int scan_item(struct ledger *l, const struct item *item, struct fault *f)
{
    struct node new;
    struct reorg reorg;
    struct fault why;
    int verdict = TREE_BAD;
    if (item->broken) {
        tree_fault(&l->tree, item, &why);
    } else if (!item->is_block) {
        fault_rule(&why, "expected a block");
        why.line = item->line;
    } else {
        verdict = tree_check(&l->tree, item, -1, &new, &why);
        if (verdict == TREE_KNOWN || verdict == TREE_ORPHAN) {
            fault_rule(&why, verdict == TREE_KNOWN
                                 ? "block: stands twice"
                                 : "block: its parent is not in the ledger before it");
            why.line = item->line;
        }
    }
    if (verdict < 0) {
        *f = why;
        return -1;
    }
    if (verdict != TREE_GOOD) {
        set_tail(l, item, &why);
        return 0;
    }
    if (tree_add(&l->tree, item, &new, &reorg, f))
        return -1;
    l->mark.end = item->offset + item->stream_size;
    l->mark.lines = item->line + item->count;
    return 1;
}

/* Opens a feed over the file from this place on. */
static int feed_from(struct ledger *l, uint64_t line, uint64_t offset, struct sigpool *pool,
                     struct feed *d, struct fault *f)
{
    struct source src;
    if (source_at(l->fd, offset, &src, f))
        return -1;
    struct stream *s = stream_new(src, line, offset);
    if (!s)
        return fault_memory(f);
    feed_init(d, s, pool);
    return 0;
}

/* Reads the file on from the mark, as far as it is good. */
static int read_on(struct ledger *l, struct fault *f)
{
    struct feed d;
    struct batch *b;
    int going = 1, got = 0;
    l->has_tail = false;
    if (feed_from(l, l->mark.lines + 1, l->mark.end, l->pool, &d, f))
        return -1;
    index_signatures(l->index, l->pool != NULL);
    while (going > 0 && (got = feed_next(&d, &b, f)) > 0)
        for (size_t i = 0; i < b->count && going > 0; i++)
            going = scan_item(l, &b->items[i], f);
    feed_free(&d);
    l->mark.best = l->tree.best.n;
    l->mark.count = l->tree.count;
    l->mark.rules = l->tree.rules;
    return going < 0 || got < 0 ? -1 : write_accounts(l, f);
}

/* The same, in bulk where most of a large file of so many bytes is still to be read. */
static int scan(struct ledger *l, uint64_t size, struct fault *f)
{
    bool bulk = size >= l->mark.end + BULK_MIN && size / 2 >= l->mark.end;
    if (bulk && index_bulk_begin(l->index, f))
        return -1;
    if (read_on(l, f))
        return -1;
    return bulk ? index_bulk_end(l->index, f) : 0;
}

/* Whether block n of the index stands in the file as the item does. 1 or 0, -1 and trouble. */
static int same_block(struct ledger *l, const struct item *item, int64_t n, struct fault *f)
{
    struct node node;
    if (tree_get(&l->tree, n, &node, f))
        return -1;
    return !item->broken && item->is_block && memcmp(item->id, node.id, ID_LEN) == 0 &&
           item->offset == node.offset && item->line == node.line && item->stream_size == node.size;
}

/* Hashes the file's blocks again from number n on and compares them with the index: 1 all are the
 * same, 0, -1. */
static int compare_from(struct ledger *l, const struct node *first, struct fault *f)
{
    struct feed d;
    struct batch *b;
    int same = 1, got = 0;
    int64_t n = first->n;
    if (feed_from(l, first->line, first->offset, NULL, &d, f))
        return -1;
    while (same > 0 && n < l->mark.count && (got = feed_next(&d, &b, f)) > 0)
        for (size_t i = 0; i < b->count && same > 0 && n < l->mark.count; i++)
            same = same_block(l, &b->items[i], n++, f);
    feed_free(&d);
    if (got < 0 || same < 0)
        return -1;
    return same && n == l->mark.count;
}

/* Whether the stamp was made of a file with more in it than its good part. */
static bool has_tail(const char *stamp)
{
    size_t n = strlen(stamp);
    return n > 0 && stamp[n - 1] == '?';
}

/* Whether what the index says of the file still holds: 1 or 0, -1 and trouble. */
static int index_holds(struct ledger *l, const char *stamp, uint64_t size, struct fault *f)
{
    struct node first;
    if (l->mark.count == 0)
        return 1;
    if (size < l->mark.end)
        return 0;
    bool same_tail = size > l->mark.end && has_tail(l->mark.stamp) &&
                     same_file(l->mark.stamp, stamp);
    if (tree_get(&l->tree, same_tail ? l->mark.count - 1 : 0, &first, f))
        return -1;
    return compare_from(l, &first, f);
}

/* Inside a write transaction: makes the index that of the file as it is now. */
static int catch_up(struct ledger *l, struct fault *f)
{
    struct stat st;
    char stamp[INDEX_STAMP_MAX];
    if (fstat(l->fd, &st))
        return fault_errno(f, "%s", l->path);
    stamp_of(&st, stamp);
    if (read_mark(l, f))
        return -1;
    if (strcmp(stamp, l->mark.stamp) == 0) {
        l->has_tail = false;
        l->trusted_end = l->mark.end;
        return 0;
    }
    int holds = index_holds(l, stamp, (uint64_t)st.st_size, f);
    if (holds < 0 || (!holds && start_over(l, f)))
        return -1;
    l->trusted_end = l->mark.end;
    if (scan(l, (uint64_t)st.st_size, f))
        return -1;
    if (l->mark.end == (uint64_t)st.st_size)
        memcpy(l->mark.stamp, stamp, sizeof stamp);
    else /* there is more to read one day: a stamp of this file, but of none of its moments */
        snprintf(l->mark.stamp, sizeof l->mark.stamp, "%ju %ju ?", (uintmax_t)st.st_dev,
                 (uintmax_t)st.st_ino);
    return l->mark.count ? index_set_mark(l->index, &l->mark, f) : 0;
}

/* Whether what stands behind the good part can be the work of a crash: the file ends in its midst,
 * or the index had vouched for all before it, so that nobody was told that it was there. */
static bool tail_is_torn(const struct ledger *l)
{
    return l->tail_torn || (l->trusted_end > 0 && l->trusted_end == l->mark.end);
}

/* Whether the index is that of the file already: 1 or 0, -1 and trouble. */
static int up_to_date(struct ledger *l, struct fault *f)
{
    struct stat st;
    char stamp[INDEX_STAMP_MAX];
    if (fstat(l->fd, &st))
        return fault_errno(f, "%s", l->path);
    stamp_of(&st, stamp);
    if (read_mark(l, f))
        return -1;
    return strcmp(stamp, l->mark.stamp) == 0;
}

/* A reader's: all that is read until the next update is of one moment. */
static int update(struct ledger *l, struct fault *f)
{
    l->has_tail = false;
    if (index_begin_read(l->index, f))
        return -1;
    int fresh = up_to_date(l, f);
    if (fresh)
        return fresh < 0 ? -1 : 0;
    index_rollback(l->index);
    if (index_begin(l->index, f))
        return -1;
    int result = catch_up(l, f);
    if (result == 0 && l->has_tail && !tail_is_torn(l)) {
        /* A damaged ledger: the index keeps what it knew of the sound one, and the caller is told.
         */
        index_rollback(l->index);
        l->mark = (struct index_mark){0};
        return 0;
    }
    if (result || index_commit(l->index, f)) {
        index_rollback(l->index);
        l->mark = (struct index_mark){0};
        return -1;
    }
    if (l->has_tail && file_is_locked(l->fd)) /* a writer is putting it there */
        l->has_tail = false;
    return index_begin_read(l->index, f) || read_mark(l, f) ? -1 : 0;
}

static void forget_index(struct ledger *l)
{
    tree_free(&l->tree);
    index_close(l->index);
    l->index = NULL;
    l->tree = (struct tree){0};
    l->mark = (struct index_mark){0};
}

/* Opens the index, or, where the file can be neither used nor made, one for this run alone. */
static int open_index(struct ledger *l, struct fault *f)
{
    bool damaged;
    if (index_open(l->index_path, &damaged, &l->index, f) &&
        (!damaged || index_open(l->index_path, &damaged, &l->index, f)) &&
        index_open(NULL, &damaged, &l->index, f))
        return -1;
    return tree_init(&l->tree, index_store(l->index), f);
}

/* Updates the index; where it proves damaged, or was replaced meanwhile (as by another who found it
 * damaged), opens what is there now, or makes it anew. */
static int update_mending(struct ledger *l, int (*work)(struct ledger *, struct fault *),
                          struct fault *f)
{
    for (int attempt = 1;; attempt++) {
        if (!l->index || !index_in_place(l->index, l->index_path)) {
            forget_index(l);
            if (open_index(l, f))
                return -1;
        }
        if (work(l, f) == 0)
            return 0;
        bool again = index_damaged(l->index) || !index_in_place(l->index, l->index_path);
        if (!again || attempt == ATTEMPTS)
            return -1;
        forget_index(l);
    }
}

static int open_file(struct ledger *l, int flags, struct fault *f)
{
    struct stat st;
    l->fd = open(l->path, flags | O_CLOEXEC);
    if (l->fd < 0 && errno == ENOENT && l->writer)
        return 0;
    if (l->fd < 0 && errno == ENOENT)
        return fault_trouble(f, "%s: No such file or directory (ledger-init makes a ledger)",
                             l->path);
    if (l->fd < 0 || fstat(l->fd, &st))
        return fault_errno(f, "%s", l->path);
    if (!S_ISREG(st.st_mode))
        return fault_trouble(f, "%s: not a regular file", l->path);
    if (source_is_gzip(l->fd))
        return fault_trouble(f, "%s: compressed; `zcat %s > FILE` and use FILE", l->path, l->path);
    return 0;
}

static int prepare(struct ledger *l, const char *path, int flags, struct fault *f)
{
    l->path = path;
    l->fd = -1;
    size_t n = strlen(path) + sizeof ".index";
    l->index_path = malloc(n);
    if (!l->index_path)
        return fault_memory(f);
    snprintf(l->index_path, n, "%s.index", path);
    return open_file(l, flags, f);
}

/* A reader's tail may be torn, not broken. */
static int refuse_tail(struct ledger *l, struct fault *f)
{
    if (l->tree.count == 0 && !l->has_tail)
        return fault_rule(f, "%s: empty: no genesis block", l->path);
    if (l->has_tail && (!tail_is_torn(l) || l->tree.count == 0)) {
        *f = l->tail;
        return -1;
    }
    return 0;
}

int ledger_open(struct ledger *l, const char *path, struct fault *f)
{
    *l = (struct ledger){0};
    if (prepare(l, path, O_RDONLY, f) || update_mending(l, update, f) || refuse_tail(l, f)) {
        ledger_close(l);
        return -1;
    }
    return 0;
}

int ledger_open_writer(struct ledger *l, const char *path, struct sigpool *pool, struct fault *f)
{
    *l = (struct ledger){.writer = true, .pool = pool};
    if (prepare(l, path, O_RDWR, f)) {
        ledger_close(l);
        return -1;
    }
    return 0;
}

void ledger_close(struct ledger *l)
{
    forget_index(l);
    if (l->fd >= 0)
        close(l->fd);
    free(l->index_path);
    l->fd = -1;
    l->index_path = NULL;
}

int ledger_refresh(struct ledger *l, struct fault *f)
{
    struct node best = l->tree.best;
    if (update_mending(l, update, f) || refuse_tail(l, f))
        return -1;
    return memcmp(best.id, l->tree.best.id, ID_LEN) != 0;
}

static int lock_file(struct ledger *l, struct fault *f)
{
    int fd = file_open_locked(l->path);
    if (fd < 0)
        return fault_errno(f, "%s", l->path);
    if (l->fd >= 0)
        close(l->fd);
    l->fd = fd;
    return 0;
}

/* Checks the signatures of indexed blocks that only readers have seen, from the file. */
static int check_signatures(struct ledger *l, struct fault *f)
{
    struct node first;
    struct feed d;
    struct batch *b;
    int got = index_unchecked(l->index, &first, f);
    bool good = true;
    if (got <= 0)
        return got;
    if (feed_from(l, first.line, first.offset, l->pool, &d, f))
        return -1;
    while (good && (got = feed_next(&d, &b, f)) > 0)
        for (size_t i = 0; i < b->count && b->items[i].offset < l->mark.end && good; i++)
            if (b->items[i].broken) {
                *f = b->items[i].fault;
                good = false;
            }
    feed_free(&d);
    if (got < 0 || !good)
        return -1;
    return index_all_checked(l->index, f);
}

/* Moves what stands behind the good part to LEDGER.torn, and makes that durable before the file is
 * cut. */
static int put_aside(struct ledger *l, uint64_t size, struct fault *f)
{
    char name[4096], piece[1 << 16];
    int result = -1;
    if (snprintf(name, sizeof name, "%s.torn", l->path) >= (int)sizeof name)
        return fault_trouble(f, "%s: name too long", l->path);
    int fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return fault_errno(f, "%s", name);
    for (uint64_t at = l->mark.end; at < size;) {
        size_t n = size - at < sizeof piece ? (size_t)(size - at) : sizeof piece;
        if (file_read_at(l->fd, piece, n, at) || file_write(fd, piece, n)) {
            fault_errno(f, "%s", name);
            goto out;
        }
        at += n;
    }
    if (fsync(fd) || file_sync_folder(name)) {
        fault_errno(f, "%s", name);
        goto out;
    }
    if (ftruncate(l->fd, (off_t)l->mark.end) || fsync(l->fd)) {
        fault_errno(f, "%s", l->path);
        goto out;
    }
    l->torn_bytes = size - l->mark.end;
    result = 0;
out:
    close(fd);
    return result;
}

static int recover(struct ledger *l, struct fault *f)
{
    struct stat st;
    if (!l->has_tail)
        return 0;
    if (!tail_is_torn(l)) {
        *f = l->tail;
        snprintf(f->text + strlen(f->text), sizeof f->text - strlen(f->text),
                 " (damaged: `verify %.100s > FILE` saves what holds)", l->path);
        return -1;
    }
    if (fstat(l->fd, &st))
        return fault_errno(f, "%s", l->path);
    if (put_aside(l, (uint64_t)st.st_size, f))
        return -1;
    l->has_tail = false;
    return 0;
}

/* Stamps the index with the file as it is now, its end being the index's. */
static int stamp_now(struct ledger *l, struct fault *f)
{
    struct stat st;
    if (fstat(l->fd, &st))
        return fault_errno(f, "%s", l->path);
    stamp_of(&st, l->mark.stamp);
    return l->mark.count ? index_set_mark(l->index, &l->mark, f) : 0;
}

static int begin(struct ledger *l, struct fault *f)
{
    if (index_begin(l->index, f))
        return -1;
    if (catch_up(l, f) || check_signatures(l, f) || recover(l, f) ||
        (l->torn_bytes && stamp_now(l, f))) {
        index_rollback(l->index);
        l->mark = (struct index_mark){0};
        return -1;
    }
    return 0;
}

int ledger_begin(struct ledger *l, struct fault *f)
{
    l->torn_bytes = 0;
    l->appended = false;
    if (lock_file(l, f))
        return -1;
    if (update_mending(l, begin, f)) {
        file_unlock(l->fd);
        return -1;
    }
    l->begun_end = l->mark.end;
    index_signatures(l->index, true);
    return 0;
}

int ledger_append(struct ledger *l, const struct item *item, int64_t now, struct reorg *reorg,
                  struct fault *f)
{
    struct node new;
    int verdict = tree_check(&l->tree, item, now, &new, f);
    if (verdict != TREE_GOOD)
        return verdict;
    new.offset = l->mark.end;
    new.line = l->mark.lines + 1;
    l->appended = true; /* a write that fails may have written a part */
    if (file_write_at(l->fd, item->text, item->size, new.offset)) {
        tree_drop(&l->tree);
        return fault_errno(f, "%s", l->path);
    }
    if (tree_add(&l->tree, item, &new, reorg, f))
        return -1;
    l->mark.end += item->size;
    l->mark.lines += 1 + item->count;
    l->mark.best = l->tree.best.n;
    l->mark.count = l->tree.count;
    l->mark.rules = l->tree.rules;
    return TREE_GOOD;
}

/* A ledger that has no genesis yet leaves nothing behind. */
static void remove_empty(struct ledger *l)
{
    struct stat st;
    if (fstat(l->fd, &st) || st.st_size)
        return;
    forget_index(l);
    index_remove(l->index_path);
    unlink(l->path);
}

void ledger_abort(struct ledger *l)
{
    index_rollback(l->index);
    if (l->appended && ftruncate(l->fd, (off_t)l->begun_end) == 0)
        fsync(l->fd);
    if (l->begun_end == 0)
        remove_empty(l);
    l->mark = (struct index_mark){0}; /* so that the next ledger_begin takes the tree up again */
    file_unlock(l->fd);
}

int ledger_commit(struct ledger *l, struct fault *f)
{
    if (l->appended && fdatasync(l->fd)) {
        fault_errno(f, "%s", l->path);
        ledger_abort(l);
        return -1;
    }
    if (l->appended && l->begun_end == 0 && file_sync_folder(l->path)) {
        fault_errno(f, "%s", l->path);
        ledger_abort(l);
        return -1;
    }
    if ((l->appended && (write_accounts(l, f) || stamp_now(l, f))) || index_commit(l->index, f)) {
        ledger_abort(l);
        return -1;
    }
    if (l->mark.count == 0)
        remove_empty(l);
    file_unlock(l->fd);
    return 0;
}

int ledger_named(struct ledger *l, const char *digits, struct node *node, struct fault *f)
{
    uint8_t id[ID_LEN];
    if (strlen(digits) != 2 * ID_LEN || hex_decode(id, digits, ID_LEN))
        return fault_trouble(f, "'%.80s' is not 64 lowercase hex digits", digits);
    return tree_find(&l->tree, id, node, f);
}

int ledger_read(struct ledger *l, const struct node *node, bool header_only, struct buf *out,
                struct fault *f)
{
    uint8_t id[SHA256_LEN];
    size_t want = (size_t)node->size;
    if (header_only && want > 1024)
        want = 1024; /* more than any header takes */
    if (buf_reserve(out, want))
        return fault_memory(f);
    char *text = out->data + out->len;
    if (file_read_at(l->fd, text, want, node->offset))
        return errno ? fault_errno(f, "%s", l->path) : fault_trouble(f, "%s: cut short", l->path);
    char *end = memchr(text, '\n', want);
    if (end)
        sha256(text, (size_t)(end - text), id);
    if (!end || memcmp(id, node->id, SHA256_LEN)) {
        fault_rule(f, "block: the ledger was changed: it no longer holds block %s here",
                   hex32(node->id).text);
        f->line = node->line;
        return -1;
    }
    out->len += header_only ? (size_t)(end - text) + 1 : want;
    return 0;
}
