/*
 * judge/member_line: votes, proposals and attest lines at a node's front door, judged against the
 * tip of a chain whose members vote, and of one whose members attest. What is taken is a member's,
 * of that chain, and for a height near the tip; and nothing is taken on a chain of the other kind.
 * (Signatures are not checked here.)
 */
#include "judge/member_line.h"
#include "chain/store_temp.h"
#include "fuzz.h"
#include "record/attest.h"
#include "record/vote.h"

static const char *const ledgers[] = {
#include "members.inc"
};
enum { LEDGERS = sizeof ledgers / sizeof *ledgers };

struct chain {
    struct tree tree;
    struct member_lines members;
    struct store_temp *store;
};

/* The chain of a text, which is sound; made once. */
static struct chain *chain_of(size_t which)
{
    static struct chain *made[LEDGERS];
    struct batch b = {0};
    struct node new;
    struct reorg reorg;
    struct fault f = {0};
    struct chain *c = made[which];
    if (c)
        return c;
    c = made[which] = calloc(1, sizeof *c);
    must(c && (c->store = store_temp_new(NULL, 0, &f)));
    must(tree_init(&c->tree, store_temp_table(c->store), &f) == 0);
    for (const char *at = ledgers[which]; *at;) {
        must(batch_parse(&b, at, strlen(at), 1, 0, &f) == 0 && !b.items[0].broken);
        must(tree_check(&c->tree, &b.items[0], -1, &new, &f) == TREE_GOOD);
        must(tree_add(&c->tree, &b.items[0], &new, &reorg, &f) == 0);
        at += b.items[0].size;
    }
    batch_free(&b);
    return c;
}

static bool is_near(const struct tree *t, int64_t height)
{
    return height - t->best.height <= 1000 && t->best.height - height <= 1000;
}

static void check(struct chain *c, const struct item *item)
{
    struct tree *t = &c->tree;
    struct fault f = {0};
    struct vote v;
    struct attest a;
    size_t len = item->size - 1;
    if (member_line_check(&c->members, t, item, &f)) {
        must(f.kind == FAULT_RULE && f.text[0]);
        return;
    }
    must((item->type == &attest_type) == (t->rules.finality > 0));
    if (item->type == &vote_type)
        must(vote_parse(item->text, len, &v, &f) == 0 && is_near(t, v.height));
    if (item->type == &attest_type)
        must(attest_parse(item->text, len, &a, &f) == 0 && is_near(t, a.target_height) &&
             a.target_height % t->rules.finality == 0);
    must(t->at.n == t->best.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct pieces p = {.bytes = (const char *)data, .len = n, .dice = fingerprint(data, n)};
    struct stream *in = stream_new(pieces_source(&p), 1, 0);
    struct batch b = {0};
    struct fault f = {0};
    int got;
    must(in);
    while ((got = stream_next(in, &b, &f)) > 0)
        for (size_t i = 0; i < b.count; i++)
            for (size_t which = 0; which < LEDGERS; which++)
                if (!b.items[i].broken && is_member_line(&b.items[i]))
                    check(chain_of(which), &b.items[i]);
    must(got == 0);
    batch_free(&b);
    stream_free(in);
    return 0;
}
