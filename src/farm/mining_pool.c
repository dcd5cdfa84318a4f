#include "farm/mining_pool.h"

static int reply(struct mining_pool *p, const char *text, size_t len, struct fault *f)
{
    return buf_add(&p->out, text, len) || buf_add_string(&p->out, "\n") ? fault_memory(f) : 0;
}

/* Notes where the first share of the greatest height begins. */
static int note_height(void *self, const struct share *s, uint64_t offset, struct fault *f)
{
    struct mining_pool *p = self;
    (void)f;
    if (s->block.height > p->height) {
        p->height = s->block.height;
        p->highest = offset;
    }
    return 0;
}

int mining_pool_open(struct mining_pool *p, const char *path, struct fault *f)
{
    p->height = -1;
    return shares_open(&p->shares, path, note_height, p, f);
}

void mining_pool_close(struct mining_pool *p)
{
    shares_close(&p->shares);
    pool_work_free(&p->work);
    buf_free(&p->out);
}

int mining_pool_commit(struct mining_pool *p, struct fault *f)
{
    return shares_commit(&p->shares, f);
}

static int put_ticket(struct mining_pool *p, size_t member, struct fault *f)
{
    struct ticket t;
    if (pool_work_ticket(&p->work, member, &t))
        return ticket_format(&t, &p->out) || buf_add_string(&p->out, "\n") ? fault_memory(f) : 0;
    if (!p->work.over)
        p->used_up(p->self, &p->work.members[member]);
    return 0;
}

static int recall(void *self, const struct share *s, uint64_t offset, struct fault *f)
{
    struct mining_pool *p = self;
    (void)offset;
    return pool_work_recall(&p->work, s, f);
}

/* Restores the shares of the new work that are on file: those of its height. */
static int recall_all(struct mining_pool *p, int64_t height, struct fault *f)
{
    struct fault why;
    if (height > p->height ||
        !shares_again(&p->shares, height == p->height ? p->highest : 0, recall, p, &why))
        return 0;
    return fault_trouble(f, "%s: %s", p->shares.file.path, why.text);
}

static int take_ticket(struct mining_pool *p, const struct line *line, struct fault *f)
{
    struct ticket t;
    if (ticket_parse(line->text, line->len, &t, f))
        return -1;
    int new = pool_work_begin(&p->work, &t, f);
    if (new <= 0)
        return new;
    if (mining_pool_commit(p, f) || recall_all(p, t.block.height, f))
        return -1;
    for (size_t i = 0; i < p->work.count; i++)
        if (put_ticket(p, i, f))
            return -1;
    return 0;
}

/* Stores a valid share, and replies with it. */
static int keep(struct mining_pool *p, const struct share *s, struct fault *f)
{
    uint64_t at = p->shares.file.end + p->shares.added.len;
    if (shares_add(&p->shares, s) || share_format(s, &p->out) || buf_add_string(&p->out, "\n"))
        return fault_memory(f);
    return note_height(p, s, at, f);
}

static int take_counted(struct mining_pool *p, const struct share *s, struct fault *f)
{
    bool is_block = false;
    if (pool_work_share(&p->work, s, &is_block, f) || keep(p, s, f))
        return -1;
    return is_block ? reply(p, s->header.text, s->header.len, f) : 0;
}

static int take_share(struct mining_pool *p, const struct line *line, struct fault *f)
{
    struct share s;
    return share_parse(line->text, line->len, &s, f) ? -1 : take_counted(p, &s, f);
}

/* The share of a found block usually arrived before it; if not, the block counts as one. */
static int take_block(struct mining_pool *p, const struct line *line, struct fault *f)
{
    struct block b;
    struct share s;
    struct field header = {line->text, line->len};
    if (block_parse(line->text, line->len, &b, f))
        return -1;
    return pool_work_block(&p->work, &b, &header, &s) ? take_counted(p, &s, f) : 0;
}

/* Takes the block that a receipt reveals: it counts for the pool, and is printed. */
static int take_withheld(struct mining_pool *p, uint64_t nonce, struct fault *f)
{
    struct share s;
    struct buf header = {0};
    char seal[SEAL_DIGITS];
    if (pool_work_withheld(&p->work, nonce, seal, &s, f) || keep(p, &s, f))
        return -1;
    int result = unsealed_seal(&p->work.header, nonce, &header)
                     ? fault_memory(f)
                     : reply(p, header.data, header.len, f);
    buf_free(&header);
    return result;
}

static int take_receipt(struct mining_pool *p, const struct line *line, struct fault *f)
{
    struct receipt r;
    size_t member;
    struct fault trouble;
    if (receipt_parse(line->text, line->len, &r, f))
        return -1;
    int verdict = pool_work_receipt(&p->work, &r, &member, f);
    bool failed = false;
    if (verdict == POOL_WORK_DONE || verdict == POOL_WORK_UNSENT)
        failed = put_ticket(p, member, &trouble);
    if (verdict == POOL_WORK_WITHHELD)
        failed = take_withheld(p, r.best, &trouble);
    if (failed)
        *f = trouble;
    return !failed && (verdict == POOL_WORK_OLD || verdict == POOL_WORK_DONE) ? 0 : -1;
}

int mining_pool_take(struct mining_pool *p, const struct line *line, struct fault *f)
{
    static const struct {
        const char *type;
        int (*take)(struct mining_pool *p, const struct line *line, struct fault *f);
    } types[] = {
        {"ticket", take_ticket},
        {"share", take_share},
        {"block", take_block},
        {"exhausted", take_receipt},
    };
    if (line_form(line, f))
        return -1;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (line_is(line->text, line->len, types[i].type))
            return types[i].take(p, line, f);
    return fault_rule(f, "neither a ticket, a share, a block nor a receipt");
}
