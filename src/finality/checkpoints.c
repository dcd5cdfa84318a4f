#include "finality/checkpoints.h"

#include "base/array.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/lines.h"
#include "crypto/ed25519.h"
#include "record/key.h"
#include "record/types.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One checkpoint of the file. */
struct vote {
    int64_t height;
    uint8_t block[ID_LEN], key[ID_LEN];
    uint64_t line;
};

/* The state while a file is read. */
struct reading {
    struct checkpoints *c;
    struct buf keys;  /* ids */
    struct buf votes; /* struct vote */
    uint64_t first;   /* the line that named the chain */
};

static size_t key_count(const struct reading *r)
{
    return r->keys.len / ID_LEN;
}

static struct vote *votes(const struct reading *r, size_t *count)
{
    *count = r->votes.len / sizeof(struct vote);
    return (struct vote *)(void *)r->votes.data;
}

static bool is_trusted(const struct reading *r, const uint8_t key[ID_LEN])
{
    for (size_t at = 0; at < r->keys.len; at += ID_LEN)
        if (memcmp(r->keys.data + at, key, ID_LEN) == 0)
            return true;
    return false;
}

/* --- Lines ----------------------------------------------------------------------------------- */

static int take_key(struct reading *r, const struct line *line, struct fault *f)
{
    struct key k;
    if (!record_is(&key_type, line->text, line->len))
        return 0;
    if (key_parse(line->text, line->len, &k, f))
        return -1;
    if (is_trusted(r, k.account.id))
        return 0;
    if (key_count(r) == CHECKPOINTS_KEYS_MAX)
        return fault_rule(f, "key: more than %d of them", CHECKPOINTS_KEYS_MAX);
    return buf_add(&r->keys, k.account.id, ID_LEN) ? fault_memory(f) : 0;
}

static int check_vote(const struct reading *r, const struct checkpoint *x, struct fault *f)
{
    if (ed25519_load(f))
        return -1;
    int holds = ed25519_check(x->line.signer, x->line.signature, x->line.text, x->line.signed_len);
    if (holds < 0)
        return fault_memory(f);
    if (!holds)
        return fault_rule(f, "checkpoint: bad signature");
    if (r->c->has_chain && memcmp(r->c->chain, x->line.chain, ID_LEN))
        return fault_rule(f, "checkpoint: another chain than line %" PRIu64 "'s: %s", r->first,
                          hex32(x->line.chain).text);
    if (x->height == 0 && memcmp(x->block, x->line.chain, ID_LEN))
        return fault_rule(f, "checkpoint: at height 0 a chain has no block but its genesis");
    if (r->votes.len / sizeof(struct vote) == CHECKPOINTS_MAX)
        return fault_rule(f, "checkpoint: more than %d of them", CHECKPOINTS_MAX);
    return 0;
}

static int take_vote(struct reading *r, const struct line *line, struct fault *f)
{
    struct checkpoint x;
    struct vote w = {.line = line->number};
    if (!record_is(&checkpoint_type, line->text, line->len))
        return 0;
    if (checkpoint_parse(line->text, line->len, &x, f))
        return -1;
    if (!is_trusted(r, x.line.signer))
        return 0;
    if (check_vote(r, &x, f))
        return -1;
    if (!r->c->has_chain)
        r->first = line->number;
    r->c->has_chain = true;
    memcpy(r->c->chain, x.line.chain, ID_LEN);
    w.height = x.height;
    memcpy(w.block, x.block, ID_LEN);
    memcpy(w.key, x.line.signer, ID_LEN);
    return buf_add(&r->votes, &w, sizeof w) ? fault_memory(f) : 0;
}

/* Whether the line is allowed in such a file: 1, 0 if it is only for people, -1 and a rule. */
static int check_line(const struct line *line, struct fault *f)
{
    if (line->state == LINE_LONG)
        return fault_rule(f, "line: over %d bytes", LINE_MAX_LEN);
    if (line->state == LINE_TORN)
        return fault_rule(f, "line: torn: the last line has no newline");
    if (line->len == 0 || line->text[0] == '#')
        return 0;
    if (line_check(line->text, line->len, f))
        return -1;
    if (record_is(&key_type, line->text, line->len) ||
        record_is(&checkpoint_type, line->text, line->len))
        return 1;
    return fault_rule(f, "neither a key line nor a checkpoint");
}

static int each_line(struct reading *r, struct span text,
                     int (*take)(struct reading *, const struct line *, struct fault *),
                     struct fault *f)
{
    struct line line;
    int got;
    struct lines *lines = lines_new(source_memory(&text), 1, 0);
    if (!lines)
        return fault_memory(f);
    while ((got = lines_next(lines, &line, f)) > 0) {
        int is_record = check_line(&line, f);
        if (is_record == 0 || (is_record > 0 && take(r, &line, f) == 0))
            continue;
        f->line = f->kind == FAULT_RULE ? line.number : 0;
        got = -1;
        break;
    }
    lines_free(lines);
    return got;
}

/* --- Evaluation ------------------------------------------------------------------------------ */

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By height, key and block; and by height, block and key. Equal entries keep the order of their
 * lines. */
static int by_key(const void *a, const void *b)
{
    const struct vote *x = a, *y = b;
    int order = compare(x->height, y->height);
    if (!order)
        order = memcmp(x->key, y->key, ID_LEN);
    if (!order)
        order = memcmp(x->block, y->block, ID_LEN);
    return order ? order : compare((int64_t)x->line, (int64_t)y->line);
}

static int by_block(const void *a, const void *b)
{
    const struct vote *x = a, *y = b;
    int order = compare(x->height, y->height);
    if (!order)
        order = memcmp(x->block, y->block, ID_LEN);
    if (!order)
        order = memcmp(x->key, y->key, ID_LEN);
    return order ? order : compare((int64_t)x->line, (int64_t)y->line);
}

static int add_contradiction(struct buf *out, const struct vote *a, const struct vote *b,
                             struct fault *f)
{
    bool in_order = a->line < b->line;
    struct contradiction x = {.height = a->height};
    x.lines[0] = in_order ? a->line : b->line;
    x.lines[1] = in_order ? b->line : a->line;
    memcpy(x.key, a->key, ID_LEN);
    return buf_add(out, &x, sizeof x) ? fault_memory(f) : 0;
}

/* Keeps one statement for each key and height; none if the key names several blocks there. */
static int settle_keys(struct reading *r, struct fault *f)
{
    size_t count, kept = 0;
    struct vote *w = votes(r, &count);
    struct buf out = {0};
    if (count)
        qsort(w, count, sizeof *w, by_key);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && w[end].height == w[i].height &&
                          memcmp(w[end].key, w[i].key, ID_LEN) == 0;)
            end++;
        if (memcmp(w[i].block, w[end - 1].block, ID_LEN) == 0) {
            w[kept++] = w[i];
        } else if (add_contradiction(&out, &w[i], &w[end - 1], f)) {
            buf_free(&out);
            return -1;
        }
    }
    r->votes.len = kept * sizeof *w;
    r->c->contradictions = (struct contradiction *)(void *)out.data;
    r->c->contradictions_count = out.len / sizeof(struct contradiction);
    return 0;
}

static int disagree(const struct vote *a, const struct vote *b, struct fault *f)
{
    if (a->line > b->line)
        return disagree(b, a, f);
    fault_rule(f,
               "checkpoint: at height %" PRId64 " line %" PRIu64
               " names another block, with enough keys "
               "for both: ask for more keys (-n), or trust fewer",
               b->height, a->line);
    f->line = b->line;
    return -1;
}

/* Lists the blocks that enough keys name. */
static int settle_blocks(struct reading *r, size_t needed, struct fault *f)
{
    size_t count;
    struct vote *w = votes(r, &count);
    const struct vote *last = NULL;
    if (!count)
        return 0;
    qsort(w, count, sizeof *w, by_block);
    r->c->blocks = calloc(count, sizeof *r->c->blocks);
    if (!r->c->blocks)
        return fault_memory(f);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && w[end].height == w[i].height &&
                          memcmp(w[end].block, w[i].block, ID_LEN) == 0;)
            end++;
        if (end - i < needed)
            continue;
        if (last && last->height == w[i].height)
            return disagree(last, &w[i], f);
        last = &w[i];
        struct checkpointed *b = &r->c->blocks[r->c->count++];
        b->height = w[i].height;
        b->keys = end - i;
        memcpy(b->block, w[i].block, ID_LEN);
    }
    return 0;
}

static int settle(struct reading *r, size_t needed, struct fault *f)
{
    if (key_count(r) == 0)
        return fault_rule(f, "no key line: add those of the auditors whom you trust "
                             "(cat auditor.pub >> FILE)");
    if (key_count(r) < needed)
        return fault_rule(f, "%zu keys are needed, but it has key lines for %zu", needed,
                          key_count(r));
    return settle_keys(r, f) || settle_blocks(r, needed, f) ? -1 : 0;
}

int checkpoints_parse(struct checkpoints *c, const char *bytes, size_t n, size_t needed,
                      struct fault *f)
{
    struct reading r = {.c = c};
    struct span text = {bytes, n};
    *c = (struct checkpoints){0};
    f->line = 0;
    /* a key's line may follow its checkpoints */
    int result = each_line(&r, text, take_key, f) || each_line(&r, text, take_vote, f) ||
                         settle(&r, needed, f)
                     ? -1
                     : 0;
    if (result)
        checkpoints_free(c);
    buf_free(&r.keys);
    buf_free(&r.votes);
    return result;
}

/* Reads the whole file first, so that both passes see the same bytes. */
static int read_whole(int fd, struct buf *out, struct fault *f)
{
    ssize_t got = 1;
    while (got && out->len <= CHECKPOINTS_BYTES_MAX) {
        if (buf_reserve(out, 1 << 16))
            return fault_memory(f);
        got = read(fd, out->data + out->len, 1 << 16);
        if (got < 0 && errno != EINTR)
            return fault_errno(f, "cannot read");
        out->len += got > 0 ? (size_t)got : 0;
    }
    if (out->len > CHECKPOINTS_BYTES_MAX)
        return fault_rule(f, "over %d bytes", CHECKPOINTS_BYTES_MAX);
    return 0;
}

int checkpoints_read(struct checkpoints *c, const char *path, size_t needed, struct fault *f)
{
    struct buf bytes = {0};
    int fd = file_open(path, O_RDONLY, 0);
    *c = (struct checkpoints){0};
    if (fd < 0)
        return fault_errno(f, "cannot open");
    int result = read_whole(fd, &bytes, f);
    close(fd);
    if (!result)
        result = checkpoints_parse(c, bytes.data, bytes.len, needed, f);
    buf_free(&bytes);
    return result;
}

void checkpoints_free(struct checkpoints *c)
{
    free(c->blocks);
    free(c->contradictions);
    *c = (struct checkpoints){0};
}

/* --- Enforcement ----------------------------------------------------------------------------- */

size_t checkpoints_from(const struct checkpoints *c, int64_t height)
{
    return ARRAY_PLACE(c->blocks, c->count, height, height);
}

int checkpoints_check(const struct checkpoints *c, int64_t height, const uint8_t id[ID_LEN],
                      struct fault *f)
{
    size_t i = checkpoints_from(c, height);
    if (height == 0 && c->has_chain && memcmp(c->chain, id, ID_LEN))
        return fault_rule(f, "checkpoint: another chain: its genesis is %s, the checkpoints' %s",
                          hex32(id).text, hex32(c->chain).text);
    if (i == c->count || c->blocks[i].height != height ||
        memcmp(c->blocks[i].block, id, ID_LEN) == 0)
        return 0;
    return fault_rule(f,
                      "checkpoint: the block at height %" PRId64 " is %s, but %zu key%s say%s %s",
                      height, hex32(id).text, c->blocks[i].keys, c->blocks[i].keys == 1 ? "" : "s",
                      c->blocks[i].keys == 1 ? "s" : "", hex32(c->blocks[i].block).text);
}

int checkpoints_undone(const struct checkpointed *b, struct fault *f)
{
    return fault_rule(f,
                      "checkpoint: its branch would be the best chain, but has not %s at "
                      "height %" PRId64 ", which %zu key%s name%s",
                      hex32(b->block).text, b->height, b->keys, b->keys == 1 ? "" : "s",
                      b->keys == 1 ? "s" : "");
}

int checkpoints_off_best(const struct checkpointed *b, int64_t tip, struct fault *f)
{
    return fault_rule(f,
                      "checkpoint: block %s, at height %" PRId64 ", is off the best chain, which "
                      "has more work, and ends at height %" PRId64
                      " (`ledger-chain -b` prints the chain of a block)",
                      hex32(b->block).text, b->height, tip);
}
