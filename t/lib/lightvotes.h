/* Votes and headers that are not as they must be, under `bft`. */
#ifndef T_LIB_LIGHTVOTES_H
#define T_LIB_LIGHTVOTES_H

#include "lightcases.h"

/* --- Votes ------------------------------------------------------------------------------------ */

static void vote_as(struct test *t, const uint8_t *chain, int64_t height, const char *step,
                    const uint8_t *block)
{
    static const uint8_t nothing[ID_LEN];
    begin(t, "bft", "", all4);
    bare(t, all4, 0);
    put_vote(&t->m, t->m.chain, 1, 0, "precommit", t->tip.id, 0, &t->stream);
    put_vote(&t->m, t->m.chain, 1, 0, "precommit", t->tip.id, 1, &t->stream);
    put_vote(&t->m, chain ? chain : t->m.chain, height, 0, step,
             block        ? block
             : height < 0 ? nothing
                          : t->tip.id,
             2, &t->stream);
    put_vote(&t->m, t->m.chain, 1, 0, "precommit", t->tip.id, 3, &t->stream);
    t->valid = 1;
    t->line = 17;
}

static void vote_of_another_chain(struct test *t)
{
    vote_as(t, strange, 1, "precommit", NULL);
    t->said = "vote: another chain: 0900";
}

static void vote_of_another_height(struct test *t)
{
    vote_as(t, NULL, 2, "precommit", NULL);
    t->said = "vote: height 2, expected its header's, 1";
}

static void vote_of_another_step(struct test *t)
{
    vote_as(t, NULL, 1, "prevote", NULL);
    t->said = "vote: step is not precommit";
}

static void vote_for_another_block(struct test *t)
{
    vote_as(t, NULL, 1, "precommit", strange);
    t->said = "vote: not for the header before it";
}

static void vote_for_none(struct test *t)
{
    vote_as(t, NULL, 1, "precommit", nil);
    t->said = "vote: not for the header before it";
}

static void vote_twice(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, all4, 0);
    votes(t, (weights){1, 1});
    votes(t, (weights){0, 1});
    t->said = "vote: keys do not ascend";
    t->valid = 1;
}

static void votes_out_of_order(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, all4, 0);
    votes(t, three);
    votes(t, just1);
    t->said = "vote: keys do not ascend";
    t->valid = 1;
}

static void votes_of_two_rounds(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, all4, 0);
    votes(t, (weights){1, 1});
    put_votes(&t->m, &t->tip, 1, (weights){0, 0, 1, 1}, &t->stream);
    t->said = "vote: round 1, but 0 before it";
    t->valid = 1;
}

static void forged_vote(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, all4, 0);
    votes(t, all4);
    forge(t);
    t->said = "vote: signature is not valid";
    t->valid = 1;
    t->line = 18;
}

static void votes_before_members(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, three, 0);
    votes(t, all4);
    put_set(&t->m, three, &t->stream);
    t->said = "member: after votes";
    t->valid = 1;
}

static void no_votes_at_the_end(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, all4, 0);
    votes(t, all4);
    bare(t, all4, 0);
    bare(t, all4, 0);
    t->said = "block: no votes for the last header, or the 1 before it: not final";
    t->valid = 4;
    t->trusted = 1;
}

static void too_many_lines(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, all4, 0);
    for (int i = 0; i < MEMBERS_MAX + 1; i++)
        put_vote(&t->m, t->m.chain, 1, 0, "precommit", t->tip.id, 0, &t->stream);
    t->said = "vote: over 1000 votes for a header";
    t->valid = 1;
}

/* --- Headers ---------------------------------------------------------------------------------- */

static void miner_is_a_stranger(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, all4, 5);
    votes(t, all4);
    t->said = "block: miner is no member of the set in its parent's header";
    t->valid = 1;
}

static void too_soon(struct test *t)
{
    begin(t, "bft", "", all4);
    t->tip = make_header(&t->m, t->tip.id, 1, BEGIN + SPACING - 1, all4, 0);
    put_header(&t->tip, &t->stream);
    votes(t, all4);
    t->said = "block: time 1700000009 is not 10 s after its parent's";
    t->valid = 1;
}

static void jump_too_soon(struct test *t)
{
    uint8_t prev[ID_LEN] = {1};
    begin(t, "bft", "", all4);
    t->tip = make_header(&t->m, prev, 99, BEGIN + 99 * SPACING - 1, all4, 0);
    put_header(&t->tip, &t->stream);
    next(t, all4, 0, all4);
    t->said = "block: time 1700000989 is not 99 spacings after 1700000000";
    t->valid = 1;
}

static void wrong_height(struct test *t)
{
    begin(t, "bft", "", all4);
    t->tip = make_header(&t->m, t->tip.id, 2, BEGIN + 20, all4, 0);
    put_header(&t->tip, &t->stream);
    votes(t, all4);
    t->said = "block: height 2, expected 1";
    t->valid = 1;
}

static void half_a_jump(struct test *t)
{
    uint8_t prev[ID_LEN] = {1};
    begin(t, "bft", "", all4);
    t->tip = make_header(&t->m, prev, 99, BEGIN + 99 * SPACING, all4, 0);
    put_header(&t->tip, &t->stream);
    put_set(&t->m, all4, &t->stream);
    bare(t, all4, 0);
    t->said = "block: its parent 0100";
    t->valid = 1;
}

/* Two headers, as of a jump, that are not parent and child. */
static void broken_pair(struct test *t)
{
    t->tip = make_header(&t->m, strange, 99, BEGIN + 99 * SPACING, all4, 0);
    put_header(&t->tip, &t->stream);
    put_set(&t->m, all4, &t->stream);
    memset(t->tip.id, 5, ID_LEN);
    next(t, all4, 0, all4);
}

static void broken_jump(struct test *t)
{
    begin(t, "bft", "", all4);
    broken_pair(t);
    t->said = "block: its parent 0900";
    t->valid = 1;
}

/* In a stream they would be two; over the wire they come as one. */
static void broken_jump_over_the_wire(struct test *t)
{
    begin(t, "bft", "", all4);
    struct buf stream = t->stream;
    t->stream = (struct buf){0};
    broken_pair(t);
    t->pair = t->stream;
    t->stream = stream;
    t->said = "block: its parent is not the header before it";
    t->valid = 1;
}

/* Over the wire, whoever has no member's key makes no headers, not even without votes. */
static void bare_over_the_wire(struct test *t, bool forged)
{
    begin(t, "bft", "", all4);
    struct buf stream = t->stream;
    t->stream = (struct buf){0};
    bare(t, all4, 0);
    if (forged)
        forge(t);
    t->pair = t->stream;
    t->stream = stream;
    t->valid = forged ? 1 : 2;
}

static void seal_over_the_wire(struct test *t)
{
    bare_over_the_wire(t, false);
}

static void forged_seal_over_the_wire(struct test *t)
{
    bare_over_the_wire(t, true);
    t->said = "block: seal is not its miner's signature";
}

/* A header of nowhere does not keep the next one from being judged by itself. */
static void stray_header(struct test *t)
{
    begin(t, "bft", "", all4);
    struct made tip = t->tip;
    t->tip = make_header(&t->m, strange, 99, BEGIN + 99 * SPACING, all4, 0);
    put_header(&t->tip, &t->stream);
    t->tip = tip;
    next(t, all4, 0, all4);
    t->said = "block: its parent 0900";
    t->valid = 2;
    t->trusted = 1;
}

static const struct test_case vote_cases[] = {
    {"vote_of_another_chain", vote_of_another_chain},
    {"vote_of_another_height", vote_of_another_height},
    {"vote_of_another_step", vote_of_another_step},
    {"vote_for_another_block", vote_for_another_block},
    {"vote_for_none", vote_for_none},
    {"vote_twice", vote_twice},
    {"votes_out_of_order", votes_out_of_order},
    {"votes_of_two_rounds", votes_of_two_rounds},
    {"forged_vote", forged_vote},
    {"votes_before_members", votes_before_members},
    {"no_votes_at_the_end", no_votes_at_the_end},
    {"too_many_lines", too_many_lines},
    {"miner_is_a_stranger", miner_is_a_stranger},
    {"too_soon", too_soon},
    {"jump_too_soon", jump_too_soon},
    {"wrong_height", wrong_height},
    {"half_a_jump", half_a_jump},
    {"broken_jump", broken_jump},
    {"broken_jump_over_the_wire", broken_jump_over_the_wire},
    {"seal_over_the_wire", seal_over_the_wire},
    {"forged_seal_over_the_wire", forged_seal_over_the_wire},
    {"stray_header", stray_header},
};

#endif
