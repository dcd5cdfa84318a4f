/* A ledger, from its readers' side. */
#include "ledger/ledger.h"

#include "base/file.h"
#include "base/hex.h"
#include "ledger/ledger_file.h"
#include "ledger/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ATTEMPTS = 8 };

/* A reader sees one moment of the index until its next update. */
static int update(struct ledger *l, struct fault *f)
{
    l->has_tail = false;
    if (index_begin_read(l->index, f))
        return -1;
    int fresh = ledger_up_to_date(l, f);
    if (fresh < 0)
        return -1;
    l->behind = !fresh && ledger_has_writer(l);
    if (fresh || l->behind)
        return 0;
    index_rollback(l->index);
    if (index_begin(l->index, f))
        return -1;
    int result = ledger_catch_up(l, f);
    if (result == 0 && l->has_tail && !ledger_tail_is_torn(l)) {
        /* In case of a damaged ledger, the index keeps what it knew of the intact one, and the
         * caller gets the fault. */
        index_rollback(l->index);
        l->mark = (struct index_mark){0};
        return 0;
    }
    if (result || index_commit(l->index, f)) {
        index_rollback(l->index);
        l->mark = (struct index_mark){0};
        return -1;
    }
    if (l->has_tail && file_is_locked(l->file.fd)) /* a writer is just appending it */
        l->has_tail = false;
    return index_begin_read(l->index, f) || ledger_up_to_date(l, f) < 0 ? -1 : 0;
}

void ledger_forget_index(struct ledger *l)
{
    tree_free(&l->tree);
    index_close(l->index);
    l->index = NULL;
    l->tree = (struct tree){0};
    l->mark = (struct index_mark){0};
}

void ledger_drop_index(struct ledger *l)
{
    if (!l->index_new || !l->refused)
        return;
    ledger_forget_index(l);
    index_remove(l->index_path);
}

/* Opens the index or, if the file can be neither used nor created, a temporary one. */
static int open_index(struct ledger *l, struct fault *f)
{
    bool damaged;
    bool failed = l->index_apart ||
                  (index_open(l->index_path, &damaged, &l->index, f) &&
                   (!damaged || index_open(l->index_path, &damaged, &l->index, f)));
    if (failed && index_open(NULL, &damaged, &l->index, f))
        return -1;
    return tree_init(&l->tree, index_store(l->index), f);
}

int ledger_update(struct ledger *l, int (*work)(struct ledger *, struct fault *), struct fault *f)
{
    for (int attempt = 1;; attempt++) {
        if (!l->index || !index_in_place(l->index, l->index_path)) {
            ledger_forget_index(l);
            if (open_index(l, f))
                return -1;
        }
        if (work(l, f) == 0)
            return 0;
        bool again = index_damaged(l->index) || index_unusable(l->index) ||
                     !index_in_place(l->index, l->index_path);
        if (!again || attempt == ATTEMPTS) {
            l->refused |= f->kind == FAULT_RULE;
            return -1;
        }
        l->index_apart |= index_unusable(l->index);
        ledger_forget_index(l);
    }
}

static int open_file(struct ledger *l, int flags, struct fault *f)
{
    struct stat st;
    l->file.fd = file_open(l->path, flags, 0);
    if (l->file.fd < 0 && errno == ENOENT && l->writer)
        return 0;
    if (l->file.fd < 0 && errno == ENOENT)
        return fault_trouble(f, "%s: No such file or directory (ledger-init makes a ledger)",
                             l->path);
    if (l->file.fd < 0 || fstat(l->file.fd, &st))
        return fault_errno(f, "%s", l->path);
    if (!S_ISREG(st.st_mode))
        return fault_trouble(f, "%s: not a regular file", l->path);
    if (source_is_gzip(l->file.fd))
        return fault_trouble(f, "%s: compressed; `zcat %s > FILE` and use FILE", l->path, l->path);
    return 0;
}

static int prepare(struct ledger *l, const char *path, int flags, struct fault *f)
{
    l->path = path;
    l->file = LINEFILE(path);
    size_t n = strlen(path) + sizeof ".index";
    l->index_path = malloc(n);
    if (!l->index_path)
        return fault_memory(f);
    snprintf(l->index_path, n, "%s.index", path);
    l->index_new = access(l->index_path, F_OK) != 0;
    return open_file(l, flags, f);
}

/* For a reader, the tail may be torn, but not broken. */
static int refuse_tail(struct ledger *l, struct fault *f)
{
    if (l->tree.count == 0 && !l->has_tail)
        return fault_rule(f, "%s: empty: no genesis block", l->path);
    if (l->has_tail && (!ledger_tail_is_torn(l) || l->tree.count == 0)) {
        *f = l->tail;
        return -1;
    }
    return 0;
}

int ledger_open(struct ledger *l, const char *path, struct fault *f)
{
    *l = (struct ledger){0};
    if (prepare(l, path, O_RDONLY, f) || ledger_update(l, update, f) || refuse_tail(l, f)) {
        l->refused |= f->kind == FAULT_RULE;
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
    ledger_drop_index(l);
    ledger_forget_index(l);
    linefile_close(&l->file);
    free(l->index_path);
    l->index_path = NULL;
}

bool ledger_unchanged(const struct ledger *l)
{
    struct fault ignored;
    char stamp[INDEX_STAMP_MAX];
    uint64_t size;
    return l->index && !l->behind && ledger_stamp(l, stamp, &size, &ignored) == 0 &&
           strcmp(stamp, l->mark.stamp) == 0;
}

int ledger_refresh(struct ledger *l, struct fault *f)
{
    struct node best = l->tree.best;
    if (ledger_unchanged(l))
        return 0;
    if (ledger_update(l, update, f) || refuse_tail(l, f))
        return -1;
    return memcmp(best.id, l->tree.best.id, ID_LEN) != 0;
}

int ledger_read(struct ledger *l, const struct node *node, bool header_only, struct buf *out,
                struct fault *f)
{
    uint8_t id[SHA256_LEN];
    size_t want = (size_t)node->size;
    if (l->mark.end && (node->offset > l->mark.end || node->size > l->mark.end - node->offset))
        return index_damage(l->index, f);
    if (header_only && want > 1024)
        want = 1024; /* longer than any header */
    if (buf_reserve(out, want))
        return fault_memory(f);
    char *text = out->data + out->len;
    if (file_read_at(l->file.fd, text, want, node->offset))
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

int ledger_read_item(struct ledger *l, const struct node *node, struct batch *b, struct fault *f)
{
    struct buf text = {0};
    int result = ledger_read(l, node, false, &text, f);
    if (!result)
        result = batch_parse(b, text.data, text.len, node->line, node->offset, f);
    buf_free(&text);
    return result;
}
