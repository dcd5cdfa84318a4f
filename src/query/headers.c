#include "query/headers.h"

#include "base/file.h"
#include "base/hex.h"
#include "index/lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Blocks that are at most DENSE bytes apart are read together, WINDOW bytes at a time; of others,
 * only HEADER_MAX bytes, the longest header. */
enum { HEADER_MAX = 1024, DENSE = 1 << 13, WINDOW = 1 << 18 };

struct walk {
    struct ledger *l;
    int (*each)(void *self, const char *line, size_t len, struct fault *f);
    void *self;
    int64_t left, given;
    char *window;
    uint64_t offset, len; /* the part of the file in the window */
    uint64_t last;        /* the place of the previous header */
};

/* Ensures that the window has at least n bytes from offset on. 0, or -1 and trouble. */
static int look(struct walk *w, uint64_t offset, uint64_t n, struct fault *f)
{
    if (offset >= w->offset && offset + n <= w->offset + w->len)
        return 0;
    uint64_t there = w->l->mark.end > offset ? w->l->mark.end - offset : 0;
    uint64_t want = offset - w->last <= DENSE && there > n ? there : n;
    if (want > WINDOW)
        want = WINDOW;
    w->len = 0;
    if (file_read_at(w->l->file.fd, w->window, want, offset))
        return errno ? fault_errno(f, "%s", w->l->path)
                     : fault_trouble(f, "%s: cut short", w->l->path);
    w->offset = offset;
    w->len = want;
    return 0;
}

static int give(void *self, const struct block_place *p, struct fault *f)
{
    struct walk *w = self;
    uint8_t id[SHA256_LEN];
    uint64_t n = p->size < HEADER_MAX ? p->size : HEADER_MAX;
    if (w->left == 0)
        return 1;
    if (look(w, p->offset, n, f))
        return -1;
    w->last = p->offset;
    const char *line = w->window + (p->offset - w->offset), *end = memchr(line, '\n', n);
    if (end)
        sha256(line, (size_t)(end - line), id);
    if (!end || memcmp(id, p->id, SHA256_LEN)) {
        fault_rule(f, "block: the ledger was changed: it no longer holds block %s here",
                   hex32(p->id).text);
        f->line = p->line;
        return -1;
    }
    w->left--;
    w->given++;
    return w->each(w->self, line, (size_t)(end - line) + 1, f);
}

int64_t ledger_headers(struct ledger *l, int64_t start, int64_t count,
                       int (*each)(void *self, const char *line, size_t len, struct fault *f),
                       void *self, struct fault *f)
{
    struct walk w = {.l = l, .each = each, .self = self, .left = count, .window = malloc(WINDOW)};
    if (!w.window)
        return fault_memory(f);
    int result = index_best_from(l->index, start, give, &w, f);
    free(w.window);
    return result ? -1 : w.given;
}
