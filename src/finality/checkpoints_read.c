/* Reads a file of checkpoints. */
#include "base/file.h"
#include "base/hex.h"
#include "base/lines.h"
#include "crypto/ed25519.h"
#include "finality/checkpoints_parts.h"
#include "record/key.h"
#include "record/types.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* The state while a file is read. */
struct reading {
    struct checkpoints *c;
    struct buf keys;  /* ids */
    struct buf votes; /* struct checkpoint_vote */
    uint64_t first;   /* the line that named the chain */
};

static size_t key_count(const struct reading *r)
{
    return r->keys.len / ID_LEN;
}

static bool is_trusted(const struct reading *r, const uint8_t key[ID_LEN])
{
    for (size_t at = 0; at < r->keys.len; at += ID_LEN)
        if (memcmp(r->keys.data + at, key, ID_LEN) == 0)
            return true;
    return false;
}

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
    if (r->votes.len / sizeof(struct checkpoint_vote) == CHECKPOINTS_MAX)
        return fault_rule(f, "checkpoint: more than %d of them", CHECKPOINTS_MAX);
    return 0;
}

static int take_vote(struct reading *r, const struct line *line, struct fault *f)
{
    struct checkpoint x;
    struct checkpoint_vote w = {.line = line->number};
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

static int settle(struct reading *r, size_t needed, struct fault *f)
{
    if (key_count(r) == 0)
        return fault_rule(f, "no key line: add those of the auditors whom you trust "
                             "(cat auditor.pub >> FILE)");
    if (key_count(r) < needed)
        return fault_rule(f, "%zu keys are needed, but it has key lines for %zu", needed,
                          key_count(r));
    return checkpoints_settle(r->c, &r->votes, needed, f);
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
