/*
 * What of a history is kept when it is pruned. Votes go forward only, so the last one forbids all
 * that those before it did. Of attests the last ones are kept if they forbid what the others did,
 * as nothing below the lowest source, or up to the lowest target, is signed; else one line that
 * does.
 */
#include "validator/said_line.h"

#include "base/file.h"
#include "base/num.h"

#include <stdlib.h>
#include <sys/stat.h>

enum {
    KEEP_HEIGHTS = 8, /* of votes; a member restarts in the last height or the one before it */
    KEEP_ATTESTS = 64
};

struct kept {
    int64_t above; /* a height */
    struct said_vote lock;
    struct buf text;
};

/* Whether these n fields are the line of a prevote before the round of the lock. */
static bool is_before_lock(const struct kept *k, const struct field *x, size_t n)
{
    int64_t height, round;
    return said_is_heard(x, n) && field_is(x[1], "vote") && field_is(x[5], "prevote") &&
           number_parse(x[3].text, x[3].len, &height) == 0 &&
           number_parse(x[4].text, x[4].len, &round) == 0 && height == k->lock.height &&
           round < k->lock.round;
}

static int keep_line(void *self, const struct line *line, struct fault *f)
{
    struct kept *k = self;
    struct field x[FIELDS_MAX];
    int64_t height;
    size_t n = fields_split(line->text, line->len, x);
    const struct field *at = field_is(x[0], "vote")    ? &x[1]
                             : field_is(x[0], "heard") ? &x[3]
                                                       : NULL;
    if (at == NULL || n < 5 || number_parse(at->text, at->len, &height) != 0 ||
        height <= k->above || is_before_lock(k, x, n))
        return 0;
    return buf_add(&k->text, line->text, line->len) != 0 || buf_add(&k->text, "\n", 1) != 0
               ? fault_memory(f)
               : 0;
}

static int by_target(const void *x, const void *y)
{
    const struct said_attest *a = x, *b = y;
    if (a->target != b->target)
        return a->target < b->target ? -1 : 1;
    return (a->source > b->source) - (a->source < b->source);
}

/* Drops all but the last ones. Those that came from elsewhere may contradict each other: then one
 * line is left, of the highest source and target. */
static void prune_attests(struct said *s)
{
    struct said_attest *list = s->attests, top = {0};
    size_t first = s->count > KEEP_ATTESTS ? s->count - KEEP_ATTESTS : 0;
    int64_t source = -1, lowest = INT64_MAX;
    if (first == 0)
        return;
    qsort(list, s->count, sizeof *list, by_target);
    for (size_t i = 0; i < s->count; i++) {
        if (i < first && list[i].source > source)
            source = list[i].source;
        if (i >= first && list[i].source < lowest)
            lowest = list[i].source;
        top.source = list[i].source > top.source ? list[i].source : top.source;
    }
    top.target = list[s->count - 1].target;
    if (lowest >= source) {
        s->count -= first;
        memmove(list, list + first, s->count * sizeof *list);
    } else {
        list[0] = top;
        s->count = 1;
    }
}

static int put_attests(const struct said *s, struct buf *out)
{
    for (size_t i = 0; i < s->count; i++)
        if (said_put_attest(out, &s->attests[i]) != 0)
            return -1;
    return 0;
}

/* The new file takes the place of the old one; if it cannot, that is still good, where it is. */
static int replace(struct said *s, const struct buf *text, struct fault *f)
{
    if (linefile_replace(&s->file, text->data, text->len, f) == 0)
        return 0;
    if (s->file.unnamed || !file_is_at(s->file.fd, s->file.path))
        return -1;
    if (s->unpruned != NULL && !s->is_told)
        s->unpruned(f->text);
    s->is_told = true;
    return 0;
}

static bool has_one_name(const struct said *s)
{
    struct stat there;
    return lstat(s->file.path, &there) == 0 && S_ISREG(there.st_mode) && there.st_nlink == 1;
}

int said_prune(struct said *s, struct fault *f)
{
    struct kept k = {.above = s->voted ? s->last.height - KEEP_HEIGHTS : 0, .lock = s->lock};
    s->prune_at = 2 * s->file.end;
    if (!s->begun || !has_one_name(s))
        return 0;
    prune_attests(s);
    int failed = said_put_first(&k.text, s) != 0 || put_attests(s, &k.text) != 0
                     ? fault_memory(f)
                     : linefile_read(&s->file, 0, keep_line, &k, f);
    if (failed == 0)
        failed = replace(s, &k.text, f);
    buf_free(&k.text);
    s->prune_at = 2 * s->file.end < SAID_PRUNE_BYTES ? SAID_PRUNE_BYTES : 2 * s->file.end;
    return failed;
}
