/* Blocks whose state line is wrong. */
#include "forge/breaks.h"

#include "base/chance.h"
#include "record/state_line.h"

#include <string.h>

static int put_state(struct draft *d, size_t at, const struct state_line *s, bool replace,
                     struct fault *f)
{
    struct buf text = {0};
    int failed = state_line_format(s, &text);
    const struct field line = {text.data, text.len};
    failed = failed || (replace ? draft_replace(d, at, line) : draft_insert(d, at, line));
    buf_free(&text);
    return failed ? fault_memory(f) : 0;
}

/* A line where none may stand. */
static int undue(struct draft *d, struct fault *f)
{
    struct state_line s = {.height = d->parent.height, .count = 1};
    memcpy(s.root, d->parent.id, ID_LEN);
    return put_state(d, d->signed_count, &s, false, f);
}

/* After the first transaction. */
static int late(struct draft *d, size_t at, const struct state_line *s, struct fault *f)
{
    if (at + 1 == d->count)
        return fault_rule(f, "the block has no transaction before which the state line stands");
    if (put_state(d, at + 2, s, false, f))
        return -1;
    draft_remove(d, at);
    return 0;
}

static int change(struct draft *d, size_t at, struct state_line *s, int how, struct fault *f)
{
    uint64_t *chance = &d->g->chance;
    if (how == STATE_HEIGHT)
        s->height += 1 + (int64_t)chance_below(chance, 3);
    else if (how == STATE_COUNT)
        s->count += 1 + (int64_t)chance_below(chance, 3);
    else
        s->root[chance_below(chance, ID_LEN)] ^= (uint8_t)(1 << chance_below(chance, 8));
    return put_state(d, at, s, true, f);
}

int break_state(struct draft *d, int how, struct fault *f)
{
    struct state_line s;
    size_t at = draft_find(d, "state", 0);
    if (how == STATE_UNDUE)
        return at < d->count ? fault_rule(f, "a state line is due in this block") : undue(d, f);
    if (at == d->count)
        return fault_rule(f, "the block has no state line");
    struct field line = draft_line(d, at);
    if (state_line_parse(line.text, line.len, &s, f))
        return -1;
    switch (how) {
    case STATE_MISSING:
        draft_remove(d, at);
        return 0;
    case STATE_TWICE:
        return put_state(d, at, &s, false, f);
    case STATE_LATE:
        return late(d, at, &s, f);
    case STATE_FORM:
        return draft_cut(d, at, f);
    default:
        return change(d, at, &s, how, f);
    }
}

int break_body(struct draft *d, int how, struct fault *f)
{
    size_t first = draft_find(d, "tx", 0);
    const struct buf *txs = &d->g->txs;
    (void)how;
    while (d->count > first)
        draft_remove(d, first);
    for (size_t at = 0; at < txs->len;) {
        const char *end = memchr(txs->data + at, '\n', txs->len - at);
        const struct field line = {txs->data + at, (size_t)(end - txs->data) - at};
        if (draft_insert(d, d->count, line))
            return fault_memory(f);
        at += line.len + 1;
    }
    return 0;
}
