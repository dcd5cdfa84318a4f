#include "validator/said.h"

#include "base/array.h"
#include "validator/said_line.h"

#include <stdlib.h>
#include <string.h>

/* --- What it holds -------------------------------------------------------------------------- */

/* Below 0, 0, above 0: a comes before b, is of the same step, comes after it. */
static int vote_order(const struct said_vote *a, const struct said_vote *b)
{
    if (a->height != b->height)
        return a->height < b->height ? -1 : 1;
    if (a->round != b->round)
        return a->round < b->round ? -1 : 1;
    return (int)a->step - (int)b->step;
}

bool said_vote_locks(const struct said_vote *v)
{
    static const uint8_t nothing[sizeof v->root.bytes];
    return v->step == SAID_PRECOMMIT && v->root.known &&
           memcmp(v->root.bytes, nothing, sizeof nothing) != 0;
}

static void note_vote(struct said *s, const struct said_vote *v)
{
    if (!s->voted || vote_order(v, &s->last) > 0)
        s->last = *v;
    if (said_vote_locks(v) && vote_order(v, &s->lock) > 0)
        s->lock = *v;
    s->voted = true;
}

static int note_attest(struct said *s, const struct said_attest *a, struct fault *f)
{
    if (ARRAY_RESERVE(s->attests, s->cap, s->count + 1) != 0)
        return fault_memory(f);
    s->attests[s->count++] = *a;
    return 0;
}

static int take_first(struct said *s, const struct field *x, size_t n, struct fault *f)
{
    uint8_t chain[32], key[32];
    if (n != 3 || !field_is(x[0], "history") || !said_get_bytes(x[1], chain) ||
        !said_get_bytes(x[2], key))
        return fault_rule(f, "it does not begin with `history CHAIN KEY'");
    if (memcmp(chain, s->chain, 32) != 0)
        return fault_rule(f, "it is of another chain, %.8s...", x[1].text);
    if (memcmp(key, s->key, 32) != 0)
        return fault_rule(f, "it is of another key, %.8s...", x[2].text);
    s->begun = true;
    return 0;
}

static int take_entry(struct said *s, const struct field *x, size_t n, struct fault *f)
{
    struct said_vote v = {0};
    struct said_attest a = {0};
    if (said_get_vote(x, n, &v)) {
        note_vote(s, &v);
        return 0;
    }
    if (said_get_attest(x, n, &a))
        return note_attest(s, &a, f);
    if (said_is_heard(x, n))
        return 0;
    return fault_rule(f,
                      "neither a vote nor an attest; do not sign before you know what is missing");
}

static int take(void *self, const struct line *line, struct fault *f)
{
    struct said *s = self;
    struct field x[FIELDS_MAX];
    int failed = line_form(line, f);
    if (failed == 0) {
        size_t n = fields_split(line->text, line->len, x);
        failed = s->begun ? take_entry(s, x, n, f) : take_first(s, x, n, f);
    }
    f->line = failed != 0 && f->kind == FAULT_RULE ? line->number : 0;
    return failed;
}

int said_open(struct said *s, const char *path, const uint8_t chain[32], const uint8_t key[32],
              struct fault *f)
{
    uint64_t torn;
    *s = (struct said){.file = LINEFILE(path), .prune_at = SAID_PRUNE_BYTES};
    memcpy(s->chain, chain, 32);
    memcpy(s->key, key, 32);
    if (linefile_lock(&s->file, f) != 0 || linefile_find_end(&s->file, &torn, f) != 0 ||
        (torn > 0 && linefile_set_aside(&s->file, &torn, f) != 0))
        return -1;
    /* whoever wrote it may have been killed before it could sync */
    s->file.unsynced = s->file.unnamed = s->file.end > 0;
    if (linefile_sync(&s->file, f) != 0)
        return -1;
    return linefile_read(&s->file, 0, take, s, f);
}

struct votes {
    int64_t height;
    struct said_vote *list;
    size_t count, cap;
};

static int keep_vote(void *self, const struct line *line, struct fault *f)
{
    struct votes *all = self;
    struct field x[FIELDS_MAX];
    struct said_vote v;
    if (!said_get_vote(x, fields_split(line->text, line->len, x), &v) || v.height < all->height)
        return 0;
    if (ARRAY_RESERVE(all->list, all->cap, all->count + 1) != 0)
        return fault_memory(f);
    all->list[all->count++] = v;
    return 0;
}

int said_votes(struct said *s, int64_t height, struct said_vote **list, size_t *count,
               struct fault *f)
{
    struct votes all = {.height = height};
    int failed = linefile_read(&s->file, 0, keep_vote, &all, f);
    *list = all.list;
    *count = all.count;
    return failed;
}

struct heard {
    lines_take *take;
    void *self;
};

static int give_heard(void *self, const struct line *line, struct fault *f)
{
    struct heard *h = self;
    struct line rest = *line;
    size_t n = sizeof SAID_HEARD - 1;
    if (!line_is(line->text, line->len, "heard"))
        return 0;
    rest.text += n;
    rest.len -= n;
    return h->take(h->self, &rest, f);
}

int said_each_heard(struct said *s, lines_take *take_line, void *self, struct fault *f)
{
    struct heard h = {take_line, self};
    return linefile_read(&s->file, 0, give_heard, &h, f);
}

void said_close(struct said *s)
{
    linefile_close(&s->file);
    free(s->attests);
    *s = (struct said){.file = LINEFILE(NULL)};
}

/* On disk; and then in memory. */
int said_add(struct said *s, const struct buf *lines, struct fault *f)
{
    struct buf all = {0};
    if (s->file.end >= s->prune_at && said_prune(s, f) != 0)
        return -1;
    int failed = (!s->begun && said_put_first(&all, s) != 0) ||
                         buf_add(&all, lines->data, lines->len) != 0
                     ? fault_memory(f)
                     : linefile_log(&s->file, all.data, all.len, f);
    struct span rest = {.at = all.data, .len = all.len};
    if (failed == 0)
        failed = lines_each(source_memory(&rest), 0, take, s, f);
    buf_free(&all);
    return failed;
}

/* --- What may be signed --------------------------------------------------------------------- */

static bool is_same(const struct said_root *a, const struct said_root *b)
{
    return a->known && b->known && memcmp(a->bytes, b->bytes, 32) == 0;
}

bool said_covers_vote(const struct said *s, const struct said_vote *v)
{
    return s->voted && vote_order(v, &s->last) <= 0;
}

static enum said_answer add_text(struct said *s, struct buf *text, int failed, struct fault *f)
{
    failed = failed != 0 ? fault_memory(f) : said_add(s, text, f);
    buf_free(text);
    return failed != 0 ? SAID_REFUSED : SAID_NEW;
}

enum said_answer said_sign_vote(struct said *s, const struct said_vote *v, const struct buf *heard,
                                struct fault *f)
{
    struct buf text = {0};
    int order = s->voted ? vote_order(v, &s->last) : 1;
    if (order == 0 && is_same(&v->root, &s->last.root))
        return SAID_AGAIN;
    if (order <= 0) {
        fault_rule(f, "a %s of height %lld, round %lld: this key has signed %s%s there",
                   said_steps[v->step], (long long)v->height, (long long)v->round,
                   order == 0 ? "another " : "a later ", said_steps[s->last.step]);
        return SAID_REFUSED;
    }
    int failed = (heard != NULL && buf_add(&text, heard->data, heard->len) != 0) ||
                 said_put_vote(&text, v) != 0;
    return add_text(s, &text, failed, f);
}

/* Whether one link lies strictly around the other. */
static bool surrounds(const struct said_attest *a, const struct said_attest *b)
{
    return a->source < b->source && b->target < a->target;
}

static enum said_answer refuse(const struct said_attest *a, const char *why, struct fault *f)
{
    fault_rule(f, "an attest from %lld to %lld: %s", (long long)a->source, (long long)a->target,
               why);
    return SAID_REFUSED;
}

/* EIP-3076, conditions 3 to 5. SAID_NEW: nothing speaks against it. */
static enum said_answer judge_attest(const struct said *s, const struct said_attest *a,
                                     struct fault *f)
{
    int64_t low_source = INT64_MAX, low_target = INT64_MAX;
    for (size_t i = 0; i < s->count; i++) {
        const struct said_attest *b = &s->attests[i];
        if (a->target == b->target)
            return a->source == b->source && is_same(&a->root, &b->root)
                       ? SAID_AGAIN
                       : refuse(a, "this key has signed another one to that height", f);
        if (surrounds(a, b) || surrounds(b, a))
            return refuse(a, "this key has signed one around it, or within", f);
        low_source = b->source < low_source ? b->source : low_source;
        low_target = b->target < low_target ? b->target : low_target;
    }
    if (s->count > 0 && (a->source < low_source || a->target <= low_target))
        return refuse(a, "it is below what is known of this key", f);
    return a->source > a->target ? refuse(a, "it goes backwards", f) : SAID_NEW;
}

enum said_answer said_sign_attest(struct said *s, const struct said_attest *a, struct fault *f)
{
    struct buf text = {0};
    enum said_answer answer = judge_attest(s, a, f);
    if (answer != SAID_NEW)
        return answer;
    int failed = said_put_attest(&text, a);
    return add_text(s, &text, failed, f);
}
