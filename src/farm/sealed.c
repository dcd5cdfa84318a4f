#include "farm/sealed.h"

#include "record/block.h"

#include <string.h>

/* A search through the file. */
struct search {
    const uint8_t *parent, *member;
    struct buf *block;
    int64_t body;     /* lines of the present block yet to come */
    bool found;       /* it is the one */
    uint64_t present; /* where the present block begins */
};

static int take_header(struct search *s, const struct line *line, struct fault *f)
{
    struct block b;
    if (line_form(line, f) || block_form(line->text, line->len, &b, f)) {
        f->line = line->number;
        return -1;
    }
    s->body = b.count;
    s->present = line->offset;
    s->found = memcmp(b.prev, s->parent, ID_LEN) == 0 && b.miner.form == ACCOUNT_KEY &&
               memcmp(b.miner.id, s->member, ID_LEN) == 0;
    if (s->found)
        s->block->len = 0;
    return 0;
}

/* A header whose COUNT is too high must not hide the blocks after it. */
static int take_body_line(struct search *s, const struct line *line, struct fault *f)
{
    const char word[] = "block ";
    s->body--;
    if (line->state != LINE_WHOLE)
        fault_rule(f, "line: torn or too long");
    else if (line->len >= sizeof word - 1 && !memcmp(line->text, word, sizeof word - 1))
        fault_rule(f, "block: within another one, whose COUNT is too high");
    else
        return 0;
    f->line = line->number;
    return -1;
}

static int take(void *self, const struct line *line, struct fault *f)
{
    struct search *s = self;
    if (s->body > 0 ? take_body_line(s, line, f) : take_header(s, line, f))
        return -1;
    if (s->found && (buf_add(s->block, line->text, line->len) || buf_add(s->block, "\n", 1)))
        return fault_memory(f);
    return 0;
}

static int search_file(struct linefile *l, struct search *s, struct fault *f)
{
    uint64_t torn;
    if (linefile_find_end(l, &torn, f) || linefile_read(l, 0, take, s, f))
        return -1;
    if (!s->body && !torn)
        return 0;
    /* A crash, while a block was written that nobody else has seen. */
    if (s->body && s->found)
        s->block->len = 0;
    return linefile_cut(l, s->body ? s->present : l->end, f);
}

int sealed_open(struct linefile *l, const char *path, const uint8_t parent[ID_LEN],
                const uint8_t member[ID_LEN], struct buf *block, struct fault *f)
{
    struct search s = {.parent = parent, .member = member, .block = block};
    *l = LINEFILE(path);
    return linefile_lock(l, f) || search_file(l, &s, f) ? -1 : 0;
}

int sealed_add(struct linefile *l, const char *block, size_t n, struct fault *f)
{
    return linefile_log(l, block, n, f);
}
