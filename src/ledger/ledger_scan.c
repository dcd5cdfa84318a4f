/* Brings a ledger's index up to date with the file. */
#include "base/file.h"
#include "ledger/ledger_file.h"
#include "ledger/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { BULK_MIN = 4 << 20 };

/* Writes a number of at least so many digits, and a character after it. Gives the place after
 * both. */
static char *put_number(char *at, uint64_t n, int digits, char after)
{
    char reversed[24];
    int count = 0;
    for (; n || count < digits; n /= 10)
        reversed[count++] = (char)('0' + n % 10);
    while (count)
        *at++ = reversed[--count];
    *at++ = after;
    return at;
}

static char *put_moment(char *at, struct timespec t, char after)
{
    if (t.tv_sec < 0)
        *at++ = '-';
    at = put_number(at, t.tv_sec < 0 ? -(uint64_t)t.tv_sec : (uint64_t)t.tv_sec, 1, '.');
    return put_number(at, (uint64_t)t.tv_nsec, 9, after);
}

/* A stamp is made for every batch of records that is judged against the ledger; printf would take
 * twice as long as the system call. */
int ledger_stamp(const struct ledger *l, char stamp[INDEX_STAMP_MAX], uint64_t *size,
                 struct fault *f)
{
    struct stat st;
    if (fstat(l->file.fd, &st))
        return fault_errno(f, "%s", l->path);
    char *at = put_number(stamp, st.st_dev, 1, ' ');
    at = put_number(at, st.st_ino, 1, ' ');
    at = put_number(at, (uint64_t)st.st_size, 1, ' ');
    at = put_moment(at, st.st_mtim, ' ');
    put_moment(at, st.st_ctim, 0);
    *size = (uint64_t)st.st_size;
    return 0;
}

/* The part of a stamp that identifies the file: device, inode and the space after them. */
static size_t identity_len(const char *stamp)
{
    const char *space = strchr(stamp, ' ');
    space = space ? strchr(space + 1, ' ') : NULL;
    return space ? (size_t)(space - stamp) + 1 : 0;
}

/* Whether two stamps are of the same file, with any size and times. */
static bool same_file(const char *a, const char *b)
{
    size_t n = identity_len(a);
    return n > 0 && strncmp(a, b, n) == 0;
}

static int index_resume(struct ledger *l, struct fault *f)
{
    struct node genesis;
    struct tip_choice c = {.rivals = {l->mark.rivals[0], l->mark.rivals[1]}};
    struct store store = index_store(l->index);
    if (l->mark.count == 0) {
        tree_free(&l->tree);
        return tree_init(&l->tree, store, f);
    }
    if (store.get(store.self, 0, &genesis, f) || store.get(store.self, l->mark.best, &c.best, f) ||
        store.get(store.self, l->mark.final, &c.final, f))
        return -1;
    tree_resume(&l->tree, &genesis, &l->mark.rules, &c, l->mark.count);
    return 0;
}

/* Reads the tree from the index again, if the index has changed. */
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

int ledger_write_state(struct ledger *l, struct fault *f)
{
    if (l->tree.count == 0)
        return 0;
    return tree_move(&l->tree, &l->tree.best, f) || index_set_state(l->index, l->tree.state, f) ||
                   index_set_pages(l->index, &l->tree, f)
               ? -1
               : 0;
}

/* Judges one item of the file and adds it to the index. 1, 0 if the valid part ends before it, -1
 * and trouble. */
static int scan_item(struct ledger *l, const struct item *item, struct fault *f)
{
    struct node new;
    struct reorg reorg;
    struct fault why;
    int verdict = TREE_BAD;
    if (item->broken) {
        tree_fault(&l->tree, item, &why);
    } else if (item->type != &block_type) {
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

int ledger_feed(struct ledger *l, uint64_t line, uint64_t offset, struct sigpool *pool,
                struct feed *d, struct fault *f)
{
    struct source src;
    if (source_at(l->file.fd, offset, &src, f))
        return -1;
    struct stream *s = stream_new(src, line, offset);
    if (!s)
        return fault_memory(f);
    feed_init(d, s, pool);
    return 0;
}

void ledger_mark_tree(struct ledger *l)
{
    l->mark.best = l->tree.best.n;
    l->mark.final = l->tree.final.n;
    memcpy(l->mark.rivals, l->tree.rivals, sizeof l->mark.rivals);
    l->mark.count = l->tree.count;
    l->mark.rules = l->tree.rules;
}

/* Reads the file from the mark on, as far as it is valid. */
static int read_on(struct ledger *l, struct fault *f)
{
    struct feed d;
    struct batch *b;
    int going = 1, got = 0;
    l->has_tail = false;
    if (ledger_feed(l, l->mark.lines + 1, l->mark.end, l->pool, &d, f))
        return -1;
    index_signatures(l->index, l->pool != NULL);
    while (going > 0 && (got = feed_next(&d, &b, f)) > 0)
        for (size_t i = 0; i < b->count && going > 0; i++)
            going = scan_item(l, &b->items[i], f);
    feed_free(&d);
    ledger_mark_tree(l);
    return going < 0 || got < 0 ? -1 : ledger_write_state(l, f);
}

/* The same, in bulk if most of a large file of `size` bytes has yet to be read. */
static int scan(struct ledger *l, uint64_t size, struct fault *f)
{
    bool bulk = size >= l->mark.end + BULK_MIN && size / 2 >= l->mark.end;
    if (bulk && index_bulk_begin(l->index, f))
        return -1;
    if (read_on(l, f))
        return -1;
    return bulk ? index_bulk_end(l->index, f) : 0;
}

/* Whether the item in the file is block n of the index. 1 or 0, -1 and trouble. */
static int same_block(struct ledger *l, const struct item *item, int64_t n, struct fault *f)
{
    struct node node;
    if (tree_get(&l->tree, n, &node, f))
        return -1;
    return !item->broken && item->type == &block_type && memcmp(item->id, node.id, ID_LEN) == 0 &&
           item->offset == node.offset && item->line == node.line && item->stream_size == node.size;
}

/* Hashes the file's blocks again from number n on and compares them with the index: 1 if all are
 * the same, 0, -1. */
static int compare_from(struct ledger *l, const struct node *first, struct fault *f)
{
    struct feed d;
    struct batch *b;
    int same = 1, got = 0;
    int64_t n = first->n;
    if (ledger_feed(l, first->line, first->offset, NULL, &d, f))
        return -1;
    while (same > 0 && n < l->mark.count && (got = feed_next(&d, &b, f)) > 0)
        for (size_t i = 0; i < b->count && same > 0 && n < l->mark.count; i++)
            same = same_block(l, &b->items[i], n++, f);
    feed_free(&d);
    if (got < 0 || same < 0)
        return -1;
    return same && n == l->mark.count;
}

/* Whether the stamp was made when the file held more than its valid part. */
static bool has_tail(const char *stamp)
{
    size_t n = strlen(stamp);
    return n > 0 && stamp[n - 1] == '?';
}

/* Whether the index still agrees with the file: 1 or 0, -1 and trouble. */
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

int ledger_catch_up(struct ledger *l, struct fault *f)
{
    char stamp[INDEX_STAMP_MAX];
    uint64_t size = 0;
    if (ledger_stamp(l, stamp, &size, f) || read_mark(l, f))
        return -1;
    if (strcmp(stamp, l->mark.stamp) == 0) {
        if (l->mark.end > size)
            return index_damage(l->index, f);
        l->has_tail = false;
        l->trusted_end = l->mark.end;
        return 0;
    }
    int holds = index_holds(l, stamp, size, f);
    if (holds < 0 || (!holds && start_over(l, f)))
        return -1;
    l->trusted_end = l->mark.end;
    if (scan(l, size, f))
        return -1;
    memcpy(l->mark.stamp, stamp, sizeof stamp);
    if (l->mark.end !=
        size) /* there is more to read later: identifies this file, but no state of it */
        memcpy(l->mark.stamp + identity_len(stamp), "?", 2);
    return l->mark.count ? index_set_mark(l->index, &l->mark, f) : 0;
}

bool ledger_tail_is_torn(const struct ledger *l)
{
    return l->tail_torn || (l->trusted_end > 0 && l->trusted_end == l->mark.end);
}

int ledger_up_to_date(struct ledger *l, struct fault *f)
{
    char stamp[INDEX_STAMP_MAX];
    uint64_t size = 0;
    if (ledger_stamp(l, stamp, &size, f) || read_mark(l, f))
        return -1;
    if (strcmp(stamp, l->mark.stamp))
        return 0;
    return l->mark.end <= size ? 1 : index_damage(l->index, f);
}

bool ledger_has_writer(const struct ledger *l)
{
    struct fault ignored;
    char stamp[INDEX_STAMP_MAX];
    uint64_t size = 0;
    return l->mark.count > 0 && file_is_locked(l->file.fd) &&
           ledger_stamp(l, stamp, &size, &ignored) == 0 && size >= l->mark.end &&
           same_file(l->mark.stamp, stamp);
}
