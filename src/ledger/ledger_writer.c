/* A ledger, from its writer's side. */
#include "base/file.h"
#include "ledger/ledger_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Syncs blocks that the file has, but that no writer has indexed: a writer that was killed may have
 * appended them without syncing. */
static int sync_found(struct ledger *l, struct fault *f)
{
    l->file.unsynced = l->file.unnamed = true;
    return linefile_sync(&l->file, f);
}

/* Whether the item is the block with this number in the index, by its id, the hash of the whole
 * block; nothing else needs checking. */
static bool is_indexed(struct ledger *l, const struct item *item, int64_t n)
{
    struct node node;
    struct fault ignored;
    return tree_get(&l->tree, n, &node, &ignored) == 0 && memcmp(node.id, item->id, ID_LEN) == 0;
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
    int64_t n = first.n;
    if (sync_found(l, f) || ledger_feed(l, first.line, first.offset, l->pool, &d, f))
        return -1;
    while (good && (got = feed_next(&d, &b, f)) > 0)
        for (size_t i = 0; i < b->count && b->items[i].offset < l->mark.end && good; i++)
            if (b->items[i].broken) {
                *f = b->items[i].fault;
                good = false;
            } else if (!is_indexed(l, &b->items[i], n++)) {
                fault_trouble(f, "%s: changed while it was read", l->path);
                good = false;
            }
    feed_free(&d);
    if (got < 0 || !good)
        return -1;
    if (n != l->mark.count)
        return fault_trouble(f, "%s: changed while it was read", l->path);
    return index_all_checked(l->index, f);
}

static void say_how_to_save(const struct ledger *l, struct fault *f)
{
    size_t used = strlen(f->text);
    snprintf(f->text + used, sizeof f->text - used,
             " (damaged: `verify %s > FILE` saves the valid part)", file_word(l->path, "LEDGER"));
}

static int recover(struct ledger *l, struct fault *f)
{
    l->file.end = l->mark.end;
    if (!l->has_tail)
        return 0;
    if (!ledger_tail_is_torn(l)) {
        *f = l->tail;
        say_how_to_save(l, f);
        return -1;
    }
    if (linefile_set_aside(&l->file, &l->torn_bytes, f))
        return -1;
    l->has_tail = false;
    return 0;
}

/* Stamps the index with the file as it is now; both end at the same place. */
static int stamp_now(struct ledger *l, struct fault *f)
{
    uint64_t size = 0;
    if (ledger_stamp(l, l->mark.stamp, &size, f))
        return -1;
    return l->mark.count ? index_set_mark(l->index, &l->mark, f) : 0;
}

static int begin(struct ledger *l, struct fault *f)
{
    if (index_begin(l->index, f))
        return -1;
    if (ledger_catch_up(l, f) || (l->mark.end > l->trusted_end && sync_found(l, f)) ||
        check_signatures(l, f) || recover(l, f) || (l->torn_bytes && stamp_now(l, f))) {
        index_rollback(l->index);
        l->mark = (struct index_mark){0};
        return -1;
    }
    return 0;
}

int ledger_begin(struct ledger *l, struct fault *f)
{
    l->torn_bytes = 0;
    if (linefile_lock(&l->file, f))
        return -1;
    if (ledger_update(l, begin, f)) {
        ledger_drop_index(l);
        linefile_unlock(&l->file);
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
    if (linefile_append(&l->file, item->text, item->size, f)) {
        tree_drop(&l->tree);
        return -1;
    }
    if (tree_add(&l->tree, item, &new, reorg, f))
        return -1;
    l->mark.end += item->size;
    l->mark.lines += 1 + item->count;
    ledger_mark_tree(l);
    return TREE_GOOD;
}

/* A ledger that still has no genesis block is removed. */
static void remove_empty(struct ledger *l)
{
    struct stat st;
    if (fstat(l->file.fd, &st) || st.st_size)
        return;
    ledger_forget_index(l);
    index_remove(l->index_path);
    unlink(l->path);
}

void ledger_abort(struct ledger *l)
{
    struct fault ignored;
    index_rollback(l->index);
    linefile_cut(&l->file, l->begun_end, &ignored);
    if (l->begun_end == 0)
        remove_empty(l);
    l->mark = (struct index_mark){0}; /* so that the next ledger_begin reads the tree again */
    linefile_unlock(&l->file);
}

int ledger_commit(struct ledger *l, struct fault *f)
{
    bool appended = l->file.end > l->begun_end;
    if (linefile_sync(&l->file, f) || (appended && (ledger_write_state(l, f) || stamp_now(l, f))) ||
        index_commit(l->index, f)) {
        ledger_abort(l);
        return -1;
    }
    if (l->mark.count == 0)
        remove_empty(l);
    linefile_unlock(&l->file);
    return 0;
}
