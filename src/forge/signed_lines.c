#include "forge/signed_lines.h"

#include "base/chance.h"
#include "record/attest.h"
#include "record/vote.h"

#include <string.h>

size_t signed_draw(struct draft *d, const char *type, struct fault *f)
{
    if (d->signed_count == 0 || !draft_is(d, 0, type)) {
        fault_rule(f, "the block has no %s lines", type);
        return d->count;
    }
    return chance_below(&d->g->chance, d->signed_count);
}

static int other_signature(struct draft *d, size_t i)
{
    struct field line = draft_line(d, i);
    char *digit = d->body.data + (line.text - d->body.data) + line.len - SIGNATURE_LEN;
    *digit = *digit == '0' ? '1' : '0';
    return 0;
}

static int copy(struct draft *d, size_t i, size_t to, struct fault *f)
{
    struct field line = draft_line(d, i);
    struct buf text = {0};
    int failed = buf_add(&text, line.text, line.len) || draft_insert(d, to, signed_text(&text));
    buf_free(&text);
    return failed ? fault_memory(f) : 0;
}

static int swap(struct draft *d, struct fault *f)
{
    if (d->signed_count < 2)
        return fault_rule(f, "the block has no two such lines");
    size_t i = chance_below(&d->g->chance, d->signed_count - 1);
    if (copy(d, i + 1, i, f))
        return -1;
    draft_remove(d, i + 2);
    return 0;
}

static int too_many(struct draft *d, size_t most, struct fault *f)
{
    struct field line = draft_line(d, 0);
    struct buf all = {0};
    int failed = 0;
    size_t more = most + 1 - d->signed_count;
    for (size_t i = 0; !failed && i < more; i++)
        failed = buf_add(&all, line.text, line.len) || buf_add(&all, "\n", 1);
    failed = failed || buf_add(&all, d->body.data, d->body.len);
    if (failed) {
        buf_free(&all);
        return fault_memory(f);
    }
    buf_free(&d->body);
    d->body = all;
    d->count += more;
    return 0;
}

int signed_common(struct draft *d, size_t i, int how, size_t most, struct fault *f)
{
    switch (how) {
    case SIGNED_SIGNATURE:
        return other_signature(d, i);
    case SIGNED_ORDER:
        return swap(d, f);
    case SIGNED_TWICE:
        return copy(d, i, i, f);
    default:
        return too_many(d, most, f);
    }
}

const struct secret_key *signed_signer(struct draft *d, const struct signed_line *line,
                                       struct fault *f)
{
    struct account by = account_of_key(line->signer);
    const struct secret_key *k = draft_key(d, &by);
    if (!k)
        fault_rule(f, "the key of one who has signed such a line is needed (-k)");
    return k;
}

int signed_draw_own(struct draft *d, const char *type, struct field *line, size_t *at,
                    struct fault *f)
{
    size_t first = signed_draw(d, type, f);
    if (first == d->count)
        return -1;
    for (size_t i = 0; i < d->signed_count; i++) {
        struct signed_line s;
        *at = (first + i) % d->signed_count;
        *line = draft_line(d, *at);
        struct vote v;
        struct attest a;
        if (strcmp(type, "vote") == 0 ? vote_parse(line->text, line->len, &v, f)
                                      : attest_parse(line->text, line->len, &a, f))
            return -1;
        s = strcmp(type, "vote") == 0 ? v.line : a.line;
        if (signed_signer(d, &s, f))
            return 0;
    }
    return -1;
}
