/* Blocks with votes that break a rule. */
#include "forge/signed_lines.h"

#include "base/chance.h"
#include "record/vote.h"

#include <string.h>

enum { VOTES_MAX = 1000 };

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
    if (!result && draft_insert(d, place_of(d, k->public), signed_text(&text)))
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
    if (signed_draw_own(d, "vote", &line, &at, f) || vote_parse(line.text, line.len, &v, f) ||
        change_vote(d, &v, how, f))
        return -1;
    int result = put_vote(&v, signed_signer(d, &v.line, f), &text, f);
    if (!result && draft_replace(d, at, signed_text(&text)))
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
    size_t i = signed_draw(d, "vote", f);
    if (i == d->count)
        return -1;
    if (how == SIGNED_BY_OUTSIDER)
        return add_vote(d, f);
    if (how == VOTE_FEW)
        return drop_votes(d, f);
    return how < SIGNED_PLACE && how != SIGNED_OTHER_CHAIN ? signed_common(d, i, how, VOTES_MAX, f)
                                                           : edit_vote(d, how, f);
}
