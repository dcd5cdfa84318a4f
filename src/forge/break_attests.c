/* Blocks with attest lines that break a rule. */
#include "forge/signed_lines.h"

#include "base/chance.h"
#include "record/attest.h"

#include <string.h>

enum { ATTESTS_MAX = 2000 };

static int put_attest(const struct attest *a, const struct secret_key *k, struct buf *out,
                      struct fault *f)
{
    return attest_format(a, out) ? fault_memory(f) : draft_sign(k, out, f);
}

/* The checkpoint before the target, which is justified only if it is the source. */
static int unjustified(struct draft *d, struct attest *a, struct fault *f)
{
    struct tree *t = &d->g->ledger->tree;
    struct node node;
    a->source_height = a->target_height - t->rules.finality;
    if (a->source_height <= 0)
        return fault_rule(f, "there is no checkpoint before the target that is not justified");
    if (tree_ancestor(t, &d->parent, a->source_height, &node, f))
        return -1;
    memcpy(a->source, node.id, ID_LEN);
    return 0;
}

static int change_attest(struct draft *d, struct attest *a, int how, struct fault *f)
{
    uint64_t *chance = &d->g->chance;
    int64_t finality = d->g->ledger->tree.rules.finality;
    switch (how) {
    case SIGNED_OTHER_CHAIN:
        a->line.chain[chance_below(chance, ID_LEN)] ^= 1;
        return 0;
    case ATTEST_HEIGHT:
        a->target_height += finality;
        return 0;
    case ATTEST_TARGET:
        a->target[chance_below(chance, ID_LEN)] ^= 1;
        return 0;
    case ATTEST_LATE:
        a->source_height = a->target_height;
        memcpy(a->source, a->target, ID_LEN);
        return 0;
    case ATTEST_BETWEEN:
        a->source_height++;
        return finality > 1 ? 0 : fault_rule(f, "every block is a checkpoint");
    case ATTEST_UNJUSTIFIED:
        return unjustified(d, a, f);
    default:
        a->source[chance_below(chance, ID_LEN)] ^= 1;
        return 0;
    }
}

static int by_text(const void *a, const void *b)
{
    const struct field *x = a, *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int way = memcmp(x->text, y->text, n);
    return way ? way : (x->len > y->len) - (x->len < y->len);
}

/* Where a line stands, as they ascend by their text. */
static size_t attest_place(const struct draft *d, struct field line)
{
    size_t i = 0;
    for (; i < d->signed_count; i++) {
        struct field other = draft_line(d, i);
        if (by_text(&other, &line) >= 0)
            break;
    }
    return i;
}

static int put_back(struct draft *d, size_t at, const struct buf *text, struct fault *f)
{
    draft_remove(d, at);
    d->signed_count--;
    return draft_insert(d, attest_place(d, signed_text(text)), signed_text(text)) ? fault_memory(f)
                                                                                  : 0;
}

static int edit_attest(struct draft *d, int how, struct fault *f)
{
    struct field line;
    struct attest a;
    struct buf text = {0};
    size_t at;
    if (signed_draw_own(d, "attest", &line, &at, f) || attest_parse(line.text, line.len, &a, f) ||
        change_attest(d, &a, how, f))
        return -1;
    int result = put_attest(&a, signed_signer(d, &a.line, f), &text, f);
    if (!result)
        result = put_back(d, at, &text, f);
    buf_free(&text);
    return result;
}

/* One more, by nobody: as another, or, where there are none, with ids of nothing. */
static int add_attest(struct draft *d, struct fault *f)
{
    const struct secret_key *k = draft_outsider(d, f);
    struct attest a = {.target_height = 1};
    struct buf text = {0};
    if (!k)
        return -1;
    if (d->signed_count && draft_is(d, 0, "attest")) {
        struct field line = draft_line(d, 0);
        if (attest_parse(line.text, line.len, &a, f))
            return -1;
    }
    memcpy(a.line.chain, d->g->ledger->tree.genesis.id, ID_LEN);
    memcpy(a.line.signer, k->public, ID_LEN);
    int result = put_attest(&a, k, &text, f);
    if (!result && draft_insert(d, attest_place(d, signed_text(&text)), signed_text(&text)))
        result = fault_memory(f);
    buf_free(&text);
    return result;
}

int break_attests(struct draft *d, int how, struct fault *f)
{
    if (how == SIGNED_PLACE)
        return d->g->ledger->tree.rules.finality
                   ? fault_rule(f, "attest lines may stand in this block")
                   : add_attest(d, f);
    size_t i = signed_draw(d, "attest", f);
    if (i == d->count)
        return -1;
    if (how == SIGNED_BY_OUTSIDER)
        return add_attest(d, f);
    return how < SIGNED_PLACE && how != SIGNED_OTHER_CHAIN
               ? signed_common(d, i, how, ATTESTS_MAX, f)
               : edit_attest(d, how, f);
}
