#include "record/evidence.h"

static void of_signed(struct evidence *e, const struct signed_line *s)
{
    e->has_chain = true;
    memcpy(e->chain, s->chain, ID_LEN);
    memcpy(e->key, s->signer, ID_LEN);
}

static int parse_vote(struct evidence *e, struct fault *f)
{
    int result = vote_parse(e->text.text, e->text.len, &e->as.vote, f);
    of_signed(e, &e->as.vote.line);
    return result;
}

static int parse_proposal(struct evidence *e, struct fault *f)
{
    int result = proposal_parse(e->text.text, e->text.len, &e->as.proposal, f);
    of_signed(e, &e->as.proposal.line);
    return result;
}

static int parse_attest(struct evidence *e, struct fault *f)
{
    int result = attest_parse(e->text.text, e->text.len, &e->as.attest, f);
    of_signed(e, &e->as.attest.line);
    return result;
}

static int parse_header(struct evidence *e, struct fault *f)
{
    const struct block *b = &e->as.block;
    if (block_form(e->text.text, e->text.len, &e->as.block, f))
        return -1;
    memcpy(e->key, b->miner.id, ID_LEN);
    if (b->miner.form != ACCOUNT_KEY || b->seal.len != 2 * (size_t)SIGNATURE_LEN)
        return fault_rule(f, "tx: accuse: a header that no member has signed");
    return 0;
}

static bool votes_conflict(const struct evidence *a, const struct evidence *b)
{
    const struct vote *x = &a->as.vote, *y = &b->as.vote;
    return x->height == y->height && x->round == y->round && field_equal(x->step, y->step) &&
           memcmp(x->block, y->block, ID_LEN) != 0;
}

static bool proposals_conflict(const struct evidence *a, const struct evidence *b)
{
    const struct proposal_line *x = &a->as.proposal, *y = &b->as.proposal;
    return x->height == y->height && x->round == y->round &&
           memcmp(x->block, y->block, ID_LEN) != 0;
}

static bool surrounds(const struct attest *x, const struct attest *y)
{
    return x->source_height < y->source_height && y->target_height < x->target_height;
}

static bool attests_conflict(const struct evidence *a, const struct evidence *b)
{
    const struct attest *x = &a->as.attest, *y = &b->as.attest;
    if (surrounds(x, y) || surrounds(y, x))
        return true;
    return x->target_height == y->target_height &&
           (memcmp(x->target, y->target, ID_LEN) != 0 || memcmp(x->source, y->source, ID_LEN) != 0);
}

/* Two headers upon one parent that differ before SEAL. */
static bool headers_conflict(const struct evidence *a, const struct evidence *b)
{
    size_t x = signed_length(a->text.text, a->as.block.seal),
           y = signed_length(b->text.text, b->as.block.seal);
    return memcmp(a->as.block.prev, b->as.block.prev, ID_LEN) == 0 &&
           (x != y || memcmp(a->text.text, b->text.text, x) != 0);
}

const struct evidence_kind evidence_kinds[] = {
    {"vote", "bft", 8, parse_vote, votes_conflict},
    {"proposal", "bft", 8, parse_proposal, proposals_conflict},
    {"attest", NULL, 8, parse_attest, attests_conflict},
    {"block", "sign", 9, parse_header, headers_conflict},
    {0},
};

const struct evidence_kind *evidence_kind_of(struct field word)
{
    const struct evidence_kind *k = evidence_kinds;
    while (k->word && !field_is(word, k->word))
        k++;
    return k->word ? k : NULL;
}

int evidence_parse(const struct evidence_kind *kind, struct field line, struct evidence *e,
                   struct fault *f)
{
    struct cursor c = {line.text, line.text + line.len};
    *e = (struct evidence){.kind = kind, .text = line};
    if (kind->parse(e, f))
        return -1;
    while (c.text < c.end)
        e->signature = cursor_take_field(&c);
    return 0;
}

static bool ascend(struct field x, struct field y)
{
    int order = memcmp(x.text, y.text, x.len < y.len ? x.len : y.len);
    return order ? order < 0 : x.len < y.len;
}

int evidence_check(const struct evidence *a, const struct evidence *b, struct fault *f)
{
    if (a->kind != b->kind)
        return fault_rule(f, "tx: accuse: lines of two kinds");
    if (!ascend(a->text, b->text))
        return fault_rule(f, "tx: accuse: the two lines are not in ascending order");
    if (memcmp(a->key, b->key, ID_LEN))
        return fault_rule(f, "tx: accuse: lines of two keys");
    if (!a->kind->conflict(a, b))
        return fault_rule(f, "tx: accuse: an honest member may sign both lines");
    return 0;
}
