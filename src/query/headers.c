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
    int (*each)(void *self, const char *lines, size_t len, struct fault *f);
    void *self;
    int64_t left, given;
    uint64_t bytes; /* that may still be given before the last header */
    char *window;
    uint64_t offset, len; /* the part of the file in the window */
    uint64_t last;        /* the place of the previous header */

    /* Where members seal: */
    bool by_members, has_votes;
    bool jump;              /* two headers, of a jump */
    bool begun;             /* target is the last header's */
    uint8_t target[ID_LEN]; /* its set */
    bool changed;           /* ... which is not its parent's */
    int64_t height;         /* of that header */
    struct buf text;        /* it, if it is to be given once its votes are known; and its members */
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

static int changed(const struct block_place *p, struct fault *f)
{
    fault_rule(f, "block: the ledger was changed: it no longer holds block %s here",
               hex32(p->id).text);
    f->line = p->line;
    return -1;
}

static int give(struct walk *w, const char *lines, size_t len, struct fault *f)
{
    w->left--;
    w->given++;
    w->bytes -= len < w->bytes ? len : w->bytes;
    return w->each(w->self, lines, len, f);
}

/* --- Chains that members seal ----------------------------------------------------------------- */

/* Appends the lines of the last header's set. 0, or -1 and trouble. */
static int add_members(struct walk *w, struct fault *f)
{
    const struct member_set *set;
    char line[MEMBER_LINE_MAX];
    int found = tree_stored_set(&w->l->tree, w->target, &set, f);
    for (size_t i = 0; found > 0 && i < set->count; i++) {
        size_t n = member_format(&set->list[i], line);
        line[n] = '\n';
        if (buf_add(&w->text, line, n + 1))
            return fault_memory(f);
    }
    return found == 0 ? index_damage(w->l->index, f) : found < 0 ? -1 : 0;
}

/* Appends the votes with which the body of the block at p begins, whose header has so many bytes.
 * 0, or -1 and trouble. */
static int add_votes(struct walk *w, const struct block_place *p, uint64_t header, struct fault *f)
{
    static const char word[] = "vote ";
    for (uint64_t at = header; at < p->size;) {
        uint64_t n = p->size - at < HEADER_MAX ? p->size - at : HEADER_MAX;
        if (look(w, p->offset + at, n, f))
            return -1;
        const char *line = w->window + (p->offset + at - w->offset), *end = memchr(line, '\n', n);
        if (!end || n < sizeof word || memcmp(line, word, sizeof word - 1) != 0)
            return 0;
        if (buf_add(&w->text, line, (size_t)(end - line) + 1))
            return fault_memory(f);
        at += (uint64_t)(end - line) + 1;
    }
    return 0;
}

/* Gives the header that waits, whose child this is. 1: it was the last; 0, or -1 and trouble. */
static int give_waiting(struct walk *w, const struct block_place *child, uint64_t header,
                        struct fault *f)
{
    bool is_last = w->left == 1 || w->text.len >= w->bytes || w->height == ledger_headers_end(w->l);
    bool wants = is_last || (w->changed && !w->jump);
    if (w->has_votes && wants && add_votes(w, child, header, f))
        return -1;
    int result = give(w, w->text.data, w->text.len, f);
    w->text.len = 0;
    return result ? result : is_last;
}

/* Takes a header of a chain that members seal; the first one is only the parent of what is asked
 * for. */
static int take_sealed(struct walk *w, const struct block_place *p, const char *line, size_t len,
                       struct fault *f)
{
    struct block b;
    if (block_parse(line, len - 1, &b, f))
        return -1;
    w->changed = memcmp(w->target, b.target, ID_LEN) != 0;
    w->height = b.height;
    memcpy(w->target, b.target, ID_LEN);
    if (!w->begun) {
        w->begun = true;
        return 0;
    }
    if (buf_add(&w->text, line, len))
        return fault_memory(f);
    if ((w->changed || (w->jump && w->given == 0)) && add_members(w, f))
        return -1;
    return w->has_votes ? 0 : give_waiting(w, p, len, f);
}

/* --- All chains ------------------------------------------------------------------------------- */

/* Reads the header at p: its length with the newline, or 0 and a fault. */
static size_t read_header(struct walk *w, const struct block_place *p, const char **line,
                          struct fault *f)
{
    uint8_t id[SHA256_LEN];
    uint64_t n = p->size < HEADER_MAX ? p->size : HEADER_MAX;
    if (look(w, p->offset, n, f))
        return 0;
    *line = w->window + (p->offset - w->offset);
    const char *end = memchr(*line, '\n', n);
    if (end)
        sha256(*line, (size_t)(end - *line), id);
    if (end && memcmp(id, p->id, SHA256_LEN) == 0)
        return (size_t)(end - *line) + 1;
    changed(p, f);
    return 0;
}

static int take(void *self, const struct block_place *p, struct fault *f)
{
    struct walk *w = self;
    const char *line;
    if (w->left == 0)
        return 1;
    size_t len = read_header(w, p, &line, f);
    if (!len)
        return -1;
    w->last = p->offset;
    if (!w->by_members) {
        int result = give(w, line, len, f);
        return result ? result : w->bytes == 0;
    }
    int over = w->text.len ? give_waiting(w, p, len, f) : 0;
    if (over)
        return over;
    return look(w, p->offset, len, f)
               ? -1
               : take_sealed(w, p, w->window + (p->offset - w->offset), len, f);
}

int64_t ledger_headers_end(const struct ledger *l)
{
    const struct tree *t = &l->tree;
    return t->best.height - (t->anchor.seal->has_votes && t->best.height > 0);
}

static int64_t walk(struct walk *w, int64_t start, struct fault *f)
{
    const struct seal *seal = w->l->tree.anchor.seal;
    w->by_members = seal->rules.by_members;
    w->has_votes = seal->has_votes;
    w->window = malloc(WINDOW);
    if (!w->window)
        return fault_memory(f);
    int result = index_best_from(w->l->index, start - w->by_members, take, w, f);
    buf_free(&w->text);
    free(w->window);
    return result ? -1 : w->given;
}

int64_t ledger_headers(struct ledger *l, int64_t start, int64_t count, uint64_t bytes,
                       int (*each)(void *self, const char *lines, size_t len, struct fault *f),
                       void *self, struct fault *f)
{
    struct walk w = {.l = l, .each = each, .self = self, .left = count, .bytes = bytes};
    return walk(&w, start, f);
}

int ledger_jump(struct ledger *l, int64_t height,
                int (*each)(void *self, const char *lines, size_t len, struct fault *f), void *self,
                struct fault *f)
{
    struct walk w = {
        .l = l, .each = each, .self = self, .left = 2, .bytes = UINT64_MAX, .jump = true};
    if (!l->tree.anchor.seal->has_votes || height < 2 || height > ledger_headers_end(l))
        return 0;
    int64_t given = walk(&w, height - 1, f);
    return given < 0 ? -1 : given == 2;
}
