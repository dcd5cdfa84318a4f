/* Blocks with a vote or an attest line that breaks a rule. */
#include "forge/breaks.h"

#include "base/chance.h"
#include "record/attest.h"
#include "record/vote.h"

#include <stdlib.h>
#include <string.h>

enum { VOTES_MAX = 1000, ATTESTS_MAX = 2000 };

static struct field of_buf(const struct buf *b)
{
    return (struct field){b->data, b->len};
}

/* --- Lines of either type --------------------------------------------------------------------- */

/* A random line of the type that the block has; d->count and a rule: it has none. */
static size_t draw(struct draft *d, const char *type, struct fault *f)
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
    int failed = buf_add(&text, line.text, line.len) || draft_insert(d, to, of_buf(&text));
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

static int common(struct draft *d, size_t i, int how, size_t most, struct fault *f)
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

/* The key that signed a line; NULL and a rule. */
static const struct secret_key *signer(struct draft *d, const struct signed_line *line,
                                       struct fault *f)
{
    struct account by = account_of_key(line->signer);
    const struct secret_key *k = draft_key(d, &by);
    if (!k)
        fault_rule(f, "the key of one who has signed such a line is needed (-k)");
    return k;
}

/* A random line of those whose key is given, parsed; -1 and a rule. */
static int draw_own(struct draft *d, const char *type, struct field *line, size_t *at,
                    struct fault *f)
{
    size_t first = draw(d, type, f);
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
        if (signer(d, &s, f))
            return 0;
    }
    return -1;
}

/* --- Votes ------------------------------------------------------------------------------------ */

static int put_vote(const struct vote *v, const struct secret_key *k, struct buf *out,
                    struct fault *f)
{
    return vote_format(v, out) ? fault_memory(f) : draft_sign(k, out, f);
}

static int change_vote(struct draft *d, struct vote *v, int how, struct fault *f)
{
    uint64_t *chance = &d->g->chance;
    switch (how) {
    case SIGNED_OTHER_CHAIN:
        v->line.chain[chance_below(chance, ID_LEN)] ^= 1;
        return 0;
    case VOTE_HEIGHT:
        v->height += 1 + (int64_t)chance_below(chance, 3);
        return 0;
    case VOTE_ROUND:
        v->round += 1 + (int64_t)chance_below(chance, 3);
        return d->signed_count > 1 ? 0 : fault_rule(f, "the block has no two votes");
    case VOTE_STEP:
        v->step = (struct field){"prevote", 7};
        return 0;
    case VOTE_FORM:
        v->step = (struct field){"commit", 6};
        return 0;
    default:
        v->block[chance_below(chance, ID_LEN)] ^= 1;
        return 0;
    }
}

/* Before the first line whose key is not lower. */
static size_t place_of(const struct draft *d, const uint8_t key[ID_LEN])
{
    size_t i = 0;
    for (; i < d->signed_count; i++) {
        struct vote v;
        struct fault ignored;
        struct field line = draft_line(d, i);
        if (vote_parse(line.text, line.len, &v, &ignored) ||
            memcmp(v.line.signer, key, ID_LEN) >= 0)
            break;
    }
    return i;
}

/* One more vote, by nobody, for the block's parent. */
static int add_vote(struct draft *d, struct fault *f)
{
    const struct secret_key *k = draft_outsider(d, f);
    struct vote v = {.height = d->parent.height, .step = {"precommit", 9}};
    struct buf text = {0};
    if (!k)
        return -1;
    if (d->signed_count && draft_is(d, 0, "vote")) {
        struct field line = draft_line(d, 0);
        struct vote first;
        if (vote_parse(line.text, line.len, &first, f))
            return -1;
        v.round = first.round;
    }
    memcpy(v.line.chain, d->g->ledger->tree.genesis.id, ID_LEN);
    memcpy(v.line.signer, k->public, ID_LEN);
    memcpy(v.block, d->parent.id, ID_LEN);
    int result = put_vote(&v, k, &text, f);
    if (!result && draft_insert(d, place_of(d, k->public), of_buf(&text)))
        result = fault_memory(f);
    buf_free(&text);
    return result;
}

static int edit_vote(struct draft *d, int how, struct fault *f)
{
    struct field line;
    struct vote v;
    struct buf text = {0};
    size_t at;
    if (draw_own(d, "vote", &line, &at, f) || vote_parse(line.text, line.len, &v, f) ||
        change_vote(d, &v, how, f))
        return -1;
    int result = put_vote(&v, signer(d, &v.line, f), &text, f);
    if (!result && draft_replace(d, at, of_buf(&text)))
        result = fault_memory(f);
    buf_free(&text);
    return result;
}

/* So few that two thirds are not met: of equal weights, two thirds of them; else, none at all. */
static int drop_votes(struct draft *d, struct fault *f)
{
    size_t keep = chance_below(&d->g->chance, 2) ? d->signed_count / 2 : 0;
    (void)f;
    for (; d->signed_count > keep; d->signed_count--)
        draft_remove(d, chance_below(&d->g->chance, d->signed_count));
    return 0;
}

int break_votes(struct draft *d, int how, struct fault *f)
{
    const struct seal *seal = d->g->ledger->tree.anchor.seal;
    if (how == SIGNED_PLACE)
        return seal->has_votes && d->b.height > 1 ? fault_rule(f, "votes may stand in this block")
                                                  : add_vote(d, f);
    size_t i = draw(d, "vote", f);
    if (i == d->count)
        return -1;
    if (how == SIGNED_BY_OUTSIDER)
        return add_vote(d, f);
    if (how == VOTE_FEW)
        return drop_votes(d, f);
    return how < SIGNED_PLACE && how != SIGNED_OTHER_CHAIN ? common(d, i, how, VOTES_MAX, f)
                                                           : edit_vote(d, how, f);
}

/* --- Attests ---------------------------------------------------------------------------------- */

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
    return draft_insert(d, attest_place(d, of_buf(text)), of_buf(text)) ? fault_memory(f) : 0;
}

static int edit_attest(struct draft *d, int how, struct fault *f)
{
    struct field line;
    struct attest a;
    struct buf text = {0};
    size_t at;
    if (draw_own(d, "attest", &line, &at, f) || attest_parse(line.text, line.len, &a, f) ||
        change_attest(d, &a, how, f))
        return -1;
    int result = put_attest(&a, signer(d, &a.line, f), &text, f);
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
    if (!result && draft_insert(d, attest_place(d, of_buf(&text)), of_buf(&text)))
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
    size_t i = draw(d, "attest", f);
    if (i == d->count)
        return -1;
    if (how == SIGNED_BY_OUTSIDER)
        return add_attest(d, f);
    return how < SIGNED_PLACE && how != SIGNED_OTHER_CHAIN ? common(d, i, how, ATTESTS_MAX, f)
                                                           : edit_attest(d, how, f);
}
