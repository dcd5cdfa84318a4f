/* A pool's file: reading, locking, following and writing it. */
#include "base/file.h"
#include "ledger/source.h"
#include "mempool/pool_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void pool_empty(struct pool *p)
{
    pool_take_back(p);
    while (p->list)
        pool_drop(p, p->list);
    p->rewrite = false;
}

/* Whether this first line is that of another text file, such as a ledger or a secret key that was
 * named by mistake: such a file must not be written over. Bytes that are not text are damage. */
static bool is_other_file(const struct line *line)
{
    const char begin[] = "tx ";
    size_t n = line->len < 3 ? line->len : 3;
    if (line->len == 0 || memcmp(line->text, begin, n) == 0)
        return false;
    for (size_t i = 0; i < line->len && i < 16; i++)
        if (line->text[i] < ' ' || line->text[i] > '~')
            return false;
    return true;
}

static int read_line(void *self, const struct line *line, struct fault *f)
{
    struct pool *p = self;
    struct tx tx;
    struct fault why;
    uint8_t id[ID_LEN];
    if (line->number == 1 && is_other_file(line))
        return fault_trouble(
            f, "%s: not a pool: it does not begin with a transaction; left as it is", p->file.path);
    if (line->state != LINE_WHOLE || line_check(line->text, line->len, &why) ||
        tx_parse(line->text, line->len, &tx, &why)) {
        p->broken_line = p->broken_line ? p->broken_line : line->number;
        p->rewrite = true;
        return 0;
    }
    sha256(line->text, line->len, id);
    if (pool_find(p, id) || pool_find_spend(p, &tx.from, tx.seq)) {
        p->rewrite = true;
        return 0;
    }
    struct pooled *x = pool_keep(p, &tx, id, false);
    if (!x)
        return fault_memory(f);
    x->saved = true;
    p->unsaved = NULL;
    return 0;
}

int pool_load(struct pool *p, struct fault *f)
{
    pool_empty(p);
    p->broken_line = 0;
    p->evicted = 0;
    int fd = file_open(p->file.path, O_RDONLY | O_NONBLOCK,
                       0); /* do not wait for a FIFO's writer */
    if (fd < 0 && errno != ENOENT)
        return fault_errno(f, "%s", p->file.path);
    if (fd >= 0) {
        struct stat st;
        int got = fstat(fd, &st) || !S_ISREG(st.st_mode)
                      ? fault_trouble(f, "%s: not a regular file", p->file.path)
                      : lines_each(source_fd(fd), 0, read_line, p, f);
        close(fd);
        if (got < 0)
            return -1;
    }
    return (p->at && pool_keep_beside(p, f)) || pool_apply_list(p, f) ? -1 : 0;
}

/* --- With pool_begin -------------------------------------------------------------------------- */

/* Whether the file, now locked, is unchanged. */
static bool as_left(const struct pool *p, const struct stat *now)
{
    return p->loaded && file_unchanged(&p->seen, now);
}

static int lock(struct pool *p, struct stat *now, struct fault *f)
{
    if (linefile_lock(&p->file, f))
        return -1;
    return fstat(p->file.fd, now) ? fault_errno(f, "%s", p->file.path) : 0;
}

/* Brings the list up to date with the file. 0, or -1 and trouble. */
static int reread(struct pool *p, const struct stat *now, struct fault *f)
{
    pool_empty(p);
    p->file.end = (uint64_t)now->st_size; /* a torn line is left out, and the file rewritten */
    if (linefile_read(&p->file, 0, read_line, p, f))
        return -1;
    p->seen = *now;
    p->loaded = true;
    return 0;
}

/* Brings the pending queue, and the transactions that return, up to date with the list. 0, or -1
 * and trouble. */
static int catch_up(struct pool *p, bool first, struct fault *f)
{
    uint8_t before[ID_LEN];
    memcpy(before, p->tip, ID_LEN);
    memcpy(p->tip, p->ledger->tree.best.id, ID_LEN);
    if (pool_apply_list(p, f))
        return -1;
    if (first ? pool_return_sides(p, f) : pool_return_undone(p, before, f))
        return -1;
    return pool_take_pending(p, f);
}

int pool_begin(struct pool *p, struct fault *f)
{
    struct stat now;
    bool first = !p->pending;
    if (first && !(p->pending = pending_new(p->pending_limit)))
        return fault_memory(f);
    p->broken_line = 0;
    p->evicted = 0;
    p->added.len = 0;
    if (lock(p, &now, f))
        return -1;
    if (!ledger_unchanged(p->ledger)) {
        pool_take_back(p); /* the ledger's tree may move */
        if (ledger_refresh(p->ledger, f) < 0)
            return -1;
    }
    if (!as_left(p, &now) && reread(p, &now, f))
        return -1;
    return p->applied ? 0 : catch_up(p, first, f);
}

/* Appends the lines from x to the end of the list to *out. */
static int gather(const struct pooled *x, struct buf *out, struct fault *f)
{
    for (; x; x = x->next)
        if (buf_add(out, x->text, pooled_size(x)))
            return fault_memory(f);
    return 0;
}

static int append(struct pool *p, const struct buf *new, struct fault *f)
{
    if (new->len == 0)
        return 0;
    if (linefile_append(&p->file, new->data, new->len, f) == 0) {
        if (fstat(p->file.fd, &p->seen) == 0)
            return 0;
        fault_errno(f, "%s", p->file.path);
    }
    p->loaded = false;
    return -1;
}

/* What was dropped from the list may still be applied to the state, so our next turn begins with
 * reading the file. */
static int write_anew(struct pool *p, const struct buf *all, struct fault *f)
{
    p->loaded = false;
    return linefile_replace(&p->file, all->data, all->len, f);
}

static int save(struct pool *p, struct fault *f)
{
    struct buf lines = {0};
    int result = gather(p->rewrite ? p->list : p->unsaved, &lines, f);
    if (!result)
        result = p->rewrite ? write_anew(p, &lines, f) : append(p, &lines, f);
    buf_free(&lines);
    if (result)
        return -1;
    for (struct pooled *x = p->unsaved; x; x = x->next)
        x->saved = true;
    p->unsaved = NULL;
    p->rewrite = false;
    return 0;
}

int pool_commit(struct pool *p, struct fault *f)
{
    int result = save(p, f);
    if (p->loaded)
        linefile_unlock(&p->file);
    else
        linefile_close(&p->file);
    return result;
}

int pool_sync(struct pool *p, struct fault *f)
{
    return linefile_sync(&p->file, f);
}
