/*
 * lighttest: streams of headers, members and votes, each with what a light client must say about
 * it. The scenarios are those of the traces in vectors/light (CONSENSUS.md, section 3) for our own
 * format, and what an attacker would try besides. Prints one line for each; status 1 if one is
 * judged otherwise.
 *
 * lighttest NAME: prints the stream of that case.
 *
 * lighttest ledger COUNT EVERY: prints a whole ledger of so many blocks, with `rule seal bft` and
 * one member, who hands over to the next one every EVERY blocks: so nobody who trusts one can jump
 * over that.
 */
#include "light/light.h"
#include "lightchain.h"

enum { KEYS = 8, DAY = 86400 };

typedef int64_t weights[KEYS];

static const weights all4 = {1, 1, 1, 1}, first3 = {1, 1, 1}, three = {0, 1, 1, 1},
                     other4 = {0, 0, 0, 0, 1, 1, 1, 1}, half = {0, 0, 1, 1, 1, 1},
                     one_left = {0, 0, 0, 1, 1, 1}, just1 = {1};

static const uint8_t strange[ID_LEN] = {9}, nil[ID_LEN];

struct test {
    struct maker m;
    struct buf stream;
    struct buf pair; /* what comes by itself after the stream, as over the wire */
    struct made genesis, tip;
    int64_t now, within;
    const char *said; /* the first fault begins with this, after its line; NULL: none */
    size_t valid;     /* headers that count at the end */
    size_t evidence;  /* lines */
    uint64_t line;    /* of the fault; 0: any */
    int64_t trusted;  /* the height; -1: any */
};

static const char stakes[] =
    "rule allow stake\nrule unbonding 100\nrule slash 500\nrule minstake 1\n";

static void begin(struct test *t, const char *seal, const char *more, const weights set)
{
    t->genesis = t->tip = put_genesis(&t->m, seal, more, set, &t->stream);
}

/* The next header, with the set that the one before has, and without anything else. */
static void bare(struct test *t, const weights set, size_t miner)
{
    t->tip = make_next(&t->m, &t->tip, set, miner);
    put_header(&t->tip, &t->stream);
}

static void votes(struct test *t, const weights voters)
{
    put_votes(&t->m, &t->tip, 0, voters, &t->stream);
}

/* The next header, with its set and votes. */
static void next(struct test *t, const weights set, size_t miner, const weights voters)
{
    bare(t, set, miner);
    put_set(&t->m, set, &t->stream);
    votes(t, voters);
}

/* Two headers at this height and the one below, of a part of the chain that is not shown. */
static void jump(struct test *t, int64_t height, const weights below, const weights set,
                 const weights voters)
{
    uint8_t prev[ID_LEN];
    size_t miner = 0;
    sha256(&height, sizeof height, prev);
    while (!below[miner])
        miner++;
    t->tip = make_header(&t->m, prev, height - 1, BEGIN + SPACING * (height - 1), below, miner);
    put_header(&t->tip, &t->stream);
    put_set(&t->m, below, &t->stream);
    next(t, set, miner, voters);
}

/* Changes the last digit of what was signed last. */
static void forge(struct test *t)
{
    char *digit = t->stream.data + t->stream.len - 2;
    *digit = *digit == '0' ? '1' : '0';
}

/* --- Tendermint's scenarios ------------------------------------------------------------------- */

static void success(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, all4, 0);
    bare(t, all4, 3);
    votes(t, all4);
    bare(t, all4, 1);
    bare(t, all4, 1);
    votes(t, three);
    t->valid = 5;
    t->trusted = 4;
}

static void sets_change(struct test *t)
{
    begin(t, "bft", "", all4);
    next(t, three, 0, all4);
    next(t, half, 1, three);
    next(t, one_left, 2, half);
    next(t, one_left, 5, one_left);
    t->valid = 5;
    t->trusted = 4;
}

static void set_changes_fully(struct test *t)
{
    begin(t, "bft", "", all4);
    next(t, other4, 0, first3);
    next(t, all4, 4, other4);
    bare(t, all4, 0);
    votes(t, all4);
    t->valid = 4;
    t->trusted = 3;
}

static void jump_success(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, all4, all4, three);
    jump(t, 100000, all4, half, all4);
    next(t, half, 2, half);
    t->valid = 6;
    t->trusted = 100001;
}

/* Two of four are more than a third; one of four is not, and neither is one of three. */
static void jump_on_half(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, half, half, half);
    t->valid = 3;
    t->trusted = 100;
}

static void not_enough_trust(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, one_left, one_left, one_left);
    t->said = "not enough trust: members of the trusted set, of height 0, with a weight of 1 have "
              "signed, of 4";
    t->valid = 1;
    t->trusted = 0;
}

static void exactly_a_third(struct test *t)
{
    begin(t, "bft", "", first3);
    jump(t, 100, half, half, half);
    t->said = "not enough trust: members of the trusted set, of height 0, with a weight of 1 have "
              "signed, of 3";
    t->valid = 1;
}

static void jump_set_changes_fully(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, other4, other4, other4);
    t->said = "not enough trust: members of the trusted set, of height 0, with a weight of 0 have";
    t->valid = 1;
}

/* What was too far can be reached by a header between. */
static void bisection(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, other4, other4, other4);
    jump(t, 50, half, half, half);
    jump(t, 100, other4, other4, other4);
    t->said = "not enough trust";
    t->valid = 5;
    t->trusted = 100;
}

static void two_thirds_are_not_enough(struct test *t)
{
    begin(t, "bft", "", first3);
    bare(t, first3, 0);
    votes(t, (weights){1, 1});
    t->said = "block: votes of weight 2 are not over two thirds of 3";
    t->valid = 1;
}

static void jump_two_thirds(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, half, half, (weights){0, 0, 1, 1});
    t->said = "block: votes of weight 2 are not over two thirds of 4";
    t->valid = 1;
}

static void from_future(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, all4, 0);
    t->tip = make_header(&t->m, t->tip.id, 2, t->now + 12 * SPACING + 1, all4, 0);
    put_header(&t->tip, &t->stream);
    votes(t, all4);
    t->said = "block: time 1700001121 is over 120 s ahead of the clock, 1700001000";
    t->valid = 2;
}

static void jump_from_future(struct test *t)
{
    begin(t, "bft", "", all4);
    t->now = BEGIN + 99 * SPACING - 121;
    jump(t, 100, all4, all4, all4);
    t->said = "block: time 1700001000 is over 120 s ahead of the clock, 1700000869";
    t->valid = 1;
}

static void at_the_end_of_the_period(struct test *t)
{
    begin(t, "bft", "", all4);
    t->within = 1000;
    jump(t, 50, all4, all4, all4);
    t->valid = 3;
}

static void outside_the_period(struct test *t)
{
    begin(t, "bft", "", all4);
    t->within = 999;
    jump(t, 50, all4, all4, all4);
    t->said = "block: outside the trusting period: the last trusted header, at height 0, is over "
              "999 s old";
    t->valid = 1;
}

/* Whoever was a member long ago can sign anything, at no cost, once the stake is back: after 100
 * spacings. A third of that is left to punish those who sign before. */
static void long_range(struct test *t)
{
    begin(t, "bft", stakes, all4);
    t->now = BEGIN + 668;
    next(t, other4, 0, all4);
    t->said = "block: outside the trusting period: the last trusted header, at height 0, is over "
              "667 s old";
    t->valid = 1;
}

static void within_unbonding(struct test *t)
{
    begin(t, "bft", stakes, all4);
    t->now = BEGIN + 667;
    next(t, other4, 0, all4);
    t->valid = 2;
}

/* The period begins again with each header that is trusted. */
static void period_goes_on(struct test *t)
{
    begin(t, "bft", "", all4);
    t->within = 600;
    t->now = BEGIN + 600;
    jump(t, 50, all4, all4, all4);
    t->valid = 3;
    t->trusted = 50;
}

static void height_goes_down(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, all4, all4, all4);
    jump(t, 50, half, all4, half);
    t->valid = 3; /* it counts for proofs alone */
    t->trusted = 100;
}

static void too_far_down(struct test *t)
{
    begin(t, "bft", "", other4);
    jump(t, 100, half, half, half);
    jump(t, 50, all4, all4, (weights){1, 1, 1});
    t->said = "not enough trust: members of the trusted set, of height 100, with a weight of 1 "
              "have signed, of 4";
    t->valid = 3;
}

static void down_too_late(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, all4, all4, all4);
    t->tip = make_header(&t->m, strange, 49, BEGIN + 490, all4, 0);
    put_header(&t->tip, &t->stream);
    put_set(&t->m, all4, &t->stream);
    t->tip = make_header(&t->m, t->tip.id, 50, BEGIN + 501, all4, 0);
    put_header(&t->tip, &t->stream);
    votes(t, all4);
    t->said = "block: time 1700000501 is less than 500 s before 1700001000";
    t->valid = 3;
}

/* The same block again, whose header is here. */
static void known_jump(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 50, all4, all4, all4);
    jump(t, 100, all4, all4, all4);
    jump(t, 50, all4, all4, all4);
    t->valid = 5;
}

/* Nothing that was jumped over contradicts anything. */
static void jumped_over(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, all4, all4, all4);
    t->tip = t->genesis;
    next(t, all4, 0, all4);
    t->said = "block: height 1 was jumped over: whether it is final there is not known";
    t->valid = 3;
    t->trusted = 100;
}

static void same_height_again(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, all4, all4, all4);
    jump(t, 101, all4, all4, all4);
    t->said = "block: height 100 is not above the last trusted header's, 100";
    t->valid = 3;
}

static void wrong_root(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, three, 0);
    put_set(&t->m, half, &t->stream);
    votes(t, all4);
    t->said = "member: these lines are not the set in their header, whose root is ";
    t->valid = 1;
    t->line = 15;
}

static void jump_wrong_root(struct test *t)
{
    begin(t, "bft", "", all4);
    t->tip = make_header(&t->m, strange, 99, BEGIN + 990, half, 2);
    put_header(&t->tip, &t->stream);
    put_set(&t->m, all4, &t->stream);
    next(t, half, 2, half);
    t->said = "member: these lines are not the set in their header";
    t->valid = 1;
}

static void no_lines_of_the_set(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, three, 0);
    votes(t, all4);
    t->said = "block: the members change, and the lines of the new set are missing";
    t->valid = 1;
}

static void change_without_votes(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, three, 0);
    put_set(&t->m, three, &t->stream);
    t->said = "block: the members change, and there are no votes for this header";
    t->valid = 1;
}

static void signer_not_in_the_set(struct test *t)
{
    begin(t, "bft", "", all4);
    bare(t, all4, 0);
    votes(t, (weights){1, 1, 1, 1, 1});
    t->said = "vote: its key is no member of the set that votes";
    t->valid = 1;
    t->line = 19;
}

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

/* The two are not parent and child. */
static void broken_jump(struct test *t)
{
    begin(t, "bft", "", all4);
    t->tip = make_header(&t->m, strange, 99, BEGIN + 99 * SPACING, all4, 0);
    put_header(&t->tip, &t->stream);
    put_set(&t->m, all4, &t->stream);
    memset(t->tip.id, 5, ID_LEN);
    next(t, all4, 0, all4);
    t->said = "block: its parent 0900";
    t->valid = 1;
}

/* In a stream they would be two; over the wire they come as one. */
static void broken_jump_over_the_wire(struct test *t)
{
    begin(t, "bft", "", all4);
    struct buf stream = t->stream;
    t->stream = (struct buf){0};
    t->tip = make_header(&t->m, strange, 99, BEGIN + 99 * SPACING, all4, 0);
    put_header(&t->tip, &t->stream);
    put_set(&t->m, all4, &t->stream);
    memset(t->tip.id, 5, ID_LEN);
    next(t, all4, 0, all4);
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

/* --- Contradictions --------------------------------------------------------------------------- */

/* Two blocks of one height and round: each of the three who voted for both is caught. */
static void fork_names_the_culprits(struct test *t)
{
    begin(t, "bft", "", all4);
    struct made parent = t->tip;
    next(t, all4, 0, all4);
    t->tip = make_next(&t->m, &parent, all4, 1);
    put_header(&t->tip, &t->stream);
    votes(t, three);
    t->said = "block: contradicts the final block at height 1: 3 members, with 3 of 4 by weight, "
              "voted for both";
    t->evidence = 6;
    t->valid = 2;
}

/* The same again, and a third block: the evidence is there already. */
static void one_pair_for_each_culprit(struct test *t)
{
    fork_names_the_culprits(t);
    put_header(&t->tip, &t->stream);
    votes(t, three);
    t->tip = make_header(&t->m, t->genesis.id, 1, BEGIN + SPACING + 1, all4, 1);
    put_header(&t->tip, &t->stream);
    votes(t, three);
}

/* Only so many bytes of votes and sets are kept: after 64 headers those of the first are gone. */
static void votes_are_kept_in_few_bytes(struct test *t)
{
    enum { HEADERS = 64, VOTERS = 80 };
    static int64_t shares[MEMBERS_MAX], voters[MEMBERS_MAX];
    struct maker many = maker_new(MEMBERS_MAX);
    for (size_t i = 0; i < MEMBERS_MAX; i++) {
        voters[i] = i < VOTERS;
        shares[i] = i < VOTERS ? 1000 : 1;
    }
    struct made genesis = put_genesis(&many, "bft", "", shares, &t->stream), tip = genesis;
    for (int i = 0; i <= HEADERS; i++) {
        tip = make_next(&many, i < HEADERS ? &tip : &genesis, shares, i == HEADERS);
        put_header(&tip, &t->stream);
        put_votes(&many, &tip, 0, voters, &t->stream);
    }
    maker_free(&many);
    t->said = "block: contradicts the final block at or above height 1";
    t->valid = HEADERS + 1;
    t->trusted = HEADERS;
}

static void jump_names_the_culprits(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 50, all4, all4, all4);
    jump(t, 100, all4, all4, all4);
    uint8_t prev[ID_LEN] = {3};
    t->tip = make_header(&t->m, prev, 49, BEGIN + 490, half, 2);
    put_header(&t->tip, &t->stream);
    put_set(&t->m, half, &t->stream);
    next(t, half, 2, half);
    t->said = "block: contradicts the final block at height 50: 2 members, with 2 of 4 by weight, "
              "voted for both";
    t->evidence = 4;
    t->valid = 5;
}

static void fork_in_another_round(struct test *t)
{
    begin(t, "bft", "", all4);
    struct made parent = t->tip;
    next(t, all4, 0, all4);
    t->tip = make_next(&t->m, &parent, all4, 1);
    put_header(&t->tip, &t->stream);
    put_votes(&t->m, &t->tip, 1, all4, &t->stream);
    t->said = "block: contradicts the final block at height 1: members with 4 of 4 by weight voted "
              "for both, in different rounds";
    t->valid = 2;
}

/* A vote that nobody signed is no evidence. */
static void forged_contradiction(struct test *t)
{
    fork_names_the_culprits(t);
    forge(t);
    t->said = "vote: signature is not valid";
    t->evidence = 0;
}

static void contradiction_without_votes(struct test *t)
{
    begin(t, "bft", "", all4);
    struct made parent = t->tip;
    next(t, all4, 0, all4);
    t->tip = make_next(&t->m, &parent, all4, 1);
    put_header(&t->tip, &t->stream);
    t->said = "block: contradicts the final block at height 1, ";
    t->valid = 2;
}

/* Before anything is final, headers without votes may fork; votes decide. */
static void votes_decide(struct test *t)
{
    begin(t, "bft", "", all4);
    struct made parent = t->tip;
    bare(t, all4, 0);
    bare(t, all4, 0);
    t->tip = make_next(&t->m, &parent, all4, 1);
    put_header(&t->tip, &t->stream);
    votes(t, all4);
    t->valid = 4;
    t->trusted = 1;
}

/* The fork was here first, before anything was final. */
static void known_fork(struct test *t, const weights voters)
{
    begin(t, "bft", "", all4);
    struct made parent = t->tip, fork;
    fork = make_next(&t->m, &parent, all4, 1);
    put_header(&fork, &t->stream);
    next(t, all4, 0, all4);
    t->tip = fork;
    put_header(&fork, &t->stream);
    votes(t, voters);
    t->valid = 3;
    t->trusted = 1;
}

static void known_fork_names_the_culprits(struct test *t)
{
    known_fork(t, three);
    t->said = "block: contradicts the final block at height 1: 3 members, with 3 of 4 by weight, "
              "voted for both";
    t->evidence = 6;
}

static void known_fork_without_votes(struct test *t)
{
    known_fork(t, (weights){0});
    t->said = "block: contradicts the final block at height 1, ";
}

/* What is final came with good votes; now it has others. */
static void known_with(struct test *t, const weights voters)
{
    begin(t, "bft", "", all4);
    bare(t, all4, 0);
    struct made first = t->tip;
    next(t, all4, 0, all4);
    t->tip = first;
    put_header(&first, &t->stream);
    votes(t, voters);
    t->valid = 3;
    t->trusted = 2;
}

static void known_again(struct test *t)
{
    known_with(t, three);
}

static void known_with_forged_votes(struct test *t)
{
    known_with(t, three);
    forge(t);
    t->said = "vote: signature is not valid";
}

static void known_with_strangers(struct test *t)
{
    known_with(t, other4);
    t->said = "vote: its key is no member of the set that votes";
}

/* Votes that are too long ago to know who voted must be signed all the same. */
static void known_long_ago(struct test *t)
{
    begin(t, "bft", "", all4);
    next(t, all4, 0, all4);
    struct made first = t->tip;
    jump(t, 20, all4, all4, all4);
    for (int i = 0; i < 64; i++)
        next(t, all4, 0, three);
    t->tip = first;
    put_header(&first, &t->stream);
    votes(t, three);
    put_header(&first, &t->stream);
    votes(t, three);
    forge(t);
    t->said = "vote: signature is not valid";
    t->valid = 68;
}

/* --- sign ------------------------------------------------------------------------------------- */

static void turns(struct test *t)
{
    begin(t, "sign", "", first3);
    for (size_t i = 1; i < 9; i++)
        bare(t, first3, i % 3);
    t->valid = 9;
    t->trusted = 8;
}

static void turn_too_lately(struct test *t)
{
    begin(t, "sign", "", first3);
    bare(t, first3, 1);
    bare(t, first3, 1);
    t->said = "block: miner sealed block 1 already: 1 of others come between";
    t->valid = 2;
}

static void forged_seal(struct test *t)
{
    begin(t, "sign", "", first3);
    bare(t, first3, 1);
    forge(t);
    t->said = "block: seal is not its miner's signature";
    t->valid = 1;
}

static void votes_where_none_are(struct test *t)
{
    begin(t, "sign", "", first3);
    bare(t, first3, 1);
    votes(t, first3);
    t->said = "vote: no votes stand on this chain";
    t->valid = 1;
}

static void turns_change(struct test *t)
{
    begin(t, "sign", "", first3);
    bare(t, first3, 1);
    bare(t, all4, 2);
    put_set(&t->m, all4, &t->stream);
    bare(t, all4, 3);
    t->said = "block: the members have changed, and above height 1 too few of those before have";
    t->valid = 4;
    t->trusted = 1;
}

/* Two of three members have sealed at or above the change: one of them is honest. */
static void turns_change_and_are_trusted(struct test *t)
{
    turns_change(t);
    t->said = NULL;
    bare(t, all4, 0);
    t->valid = 5;
    t->trusted = 4;
}

static void turns_without_lines(struct test *t)
{
    begin(t, "sign", "", first3);
    bare(t, all4, 1);
    t->said = "block: the lines of the set ";
    t->valid = 1;
}

/* One member names a set of its own keys, which goes on by itself and has more weight; the others,
 * one of whom is away, stay the best chain. */
static void puppets(struct test *t)
{
    static const weights puppet = {0, 0, 0, 0, 0, 1};
    begin(t, "sign", "", first3);
    struct made fork = t->tip;
    bare(t, puppet, 1);
    put_set(&t->m, puppet, &t->stream);
    for (int i = 0; i < 20; i++)
        bare(t, puppet, 5);
    t->tip = fork;
    bare(t, first3, 0);
    bare(t, first3, 2);
    t->valid = 24;
    t->trusted = 2;
}

/* Headers upon this one by a member who names another set in each; or upon each other, sealed by
 * its puppet. */
static void flood(struct test *t, const struct made *from, size_t member, bool high)
{
    enum { SETS = 70 };
    t->tip = *from;
    for (int64_t i = 0; i < SETS; i++) {
        weights set = {0, 0, 0, 0, 0, (high ? 1000 : 100) + i};
        if (!high)
            t->tip = *from;
        bare(t, set, high && i ? 5 : member);
        put_set(&t->m, set, &t->stream);
    }
    t->valid += SETS;
}

/* Whatever one member names, the others' sets stay. */
static void flood_upon_one(struct test *t)
{
    begin(t, "sign", "", first3);
    struct made fork = t->tip;
    flood(t, &fork, 1, false);
    t->tip = fork;
    bare(t, first3, 0);
    bare(t, first3, 2);
    t->valid += 3;
    t->trusted = 2;
}

static void flood_of_puppets(struct test *t)
{
    begin(t, "sign", "", first3);
    struct made fork = t->tip;
    flood(t, &fork, 1, true);
    t->tip = fork;
    bare(t, first3, 0);
    bare(t, first3, 2);
    t->valid += 3;
    t->trusted = 2;
}

/* A set that is new, and not on the best chain yet; the member in whose turn that is has named it,
 * too, among its own. */
static void flood_over_a_change(struct test *t)
{
    begin(t, "sign", "", first3);
    struct made fork = t->tip;
    flood(t, &fork, 1, true);
    t->tip = fork;
    bare(t, all4, 1);
    put_set(&t->m, all4, &t->stream);
    t->tip = fork;
    bare(t, all4, 0);
    put_set(&t->m, all4, &t->stream);
    struct made change = t->tip;
    flood(t, &fork, 1, false);
    t->tip = change;
    bare(t, all4, 2);
    bare(t, all4, 3);
    t->valid += 5;
    t->trusted = 3;
}

/* A header that comes again brings its set again, for those above it. */
static void flood_and_again(struct test *t)
{
    begin(t, "sign", "", first3);
    struct made fork = t->tip;
    flood(t, &fork, 1, false);
    t->tip = fork;
    bare(t, all4, 1);
    put_set(&t->m, all4, &t->stream);
    struct made change = t->tip;
    flood(t, &fork, 1, true);
    put_header(&change, &t->stream);
    put_set(&t->m, all4, &t->stream);
    t->tip = change;
    bare(t, all4, 2);
    bare(t, all4, 3);
    t->valid += 4;
    t->trusted = 3;
}

/* The proof of the one line in the body of a block. */
static void put_proof(const struct made *h, const struct buf *body, struct buf *out)
{
    uint8_t id[ID_LEN];
    char text[400];
    sha256(body->data, body->len - 1, id);
    int n = snprintf(text, sizeof text, "proof %s 1 0 %s\n", hex32(h->id).text, hex32(id).text);
    need(buf_add(out, text, (size_t)n));
}

/* What one member and its set of one friend have sealed, and a record in the first block; then so
 * many of the others. */
static void proof_by_puppets(struct test *t, size_t others)
{
    static const weights friends = {1, 1, 1, 0, 0, 1};
    struct buf body = {0};
    begin(t, "sign", "", first3);
    need(buf_add(&body, "record\n", 7));
    struct made first = make_with_body(&t->m, t->tip.id, 1, BEGIN + SPACING, friends, 1, &body);
    put_header(&first, &t->stream);
    put_set(&t->m, friends, &t->stream);
    t->tip = first;
    bare(t, friends, 5);
    for (size_t i = 0; i < others; i++)
        bare(t, friends, i * 2);
    put_proof(&first, &body, &t->stream);
    buf_free(&body);
    t->valid = 3 + others;
}

static void puppets_prove_nothing(struct test *t)
{
    proof_by_puppets(t, 0);
    t->said = "proof: its block ";
    t->line = 19;
    t->trusted = 0;
}

static void proof_with_others(struct test *t)
{
    proof_by_puppets(t, 1);
    t->trusted = 3;
}

static const struct test_case {
    const char *name;
    void (*make)(struct test *t);
} cases[] = {
    {"success", success},
    {"sets_change", sets_change},
    {"set_changes_fully", set_changes_fully},
    {"jump_success", jump_success},
    {"jump_on_half", jump_on_half},
    {"not_enough_trust", not_enough_trust},
    {"exactly_a_third", exactly_a_third},
    {"jump_set_changes_fully", jump_set_changes_fully},
    {"bisection", bisection},
    {"two_thirds_are_not_enough", two_thirds_are_not_enough},
    {"jump_two_thirds", jump_two_thirds},
    {"from_future", from_future},
    {"jump_from_future", jump_from_future},
    {"at_the_end_of_the_period", at_the_end_of_the_period},
    {"outside_the_period", outside_the_period},
    {"long_range", long_range},
    {"within_unbonding", within_unbonding},
    {"period_goes_on", period_goes_on},
    {"height_goes_down", height_goes_down},
    {"too_far_down", too_far_down},
    {"down_too_late", down_too_late},
    {"known_jump", known_jump},
    {"jumped_over", jumped_over},
    {"same_height_again", same_height_again},
    {"wrong_root", wrong_root},
    {"jump_wrong_root", jump_wrong_root},
    {"no_lines_of_the_set", no_lines_of_the_set},
    {"change_without_votes", change_without_votes},
    {"signer_not_in_the_set", signer_not_in_the_set},
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
    {"fork_names_the_culprits", fork_names_the_culprits},
    {"one_pair_for_each_culprit", one_pair_for_each_culprit},
    {"votes_are_kept_in_few_bytes", votes_are_kept_in_few_bytes},
    {"jump_names_the_culprits", jump_names_the_culprits},
    {"fork_in_another_round", fork_in_another_round},
    {"forged_contradiction", forged_contradiction},
    {"contradiction_without_votes", contradiction_without_votes},
    {"votes_decide", votes_decide},
    {"known_fork_names_the_culprits", known_fork_names_the_culprits},
    {"known_fork_without_votes", known_fork_without_votes},
    {"known_again", known_again},
    {"known_with_forged_votes", known_with_forged_votes},
    {"known_with_strangers", known_with_strangers},
    {"known_long_ago", known_long_ago},
    {"turns", turns},
    {"turn_too_lately", turn_too_lately},
    {"forged_seal", forged_seal},
    {"votes_where_none_are", votes_where_none_are},
    {"turns_change", turns_change},
    {"turns_change_and_are_trusted", turns_change_and_are_trusted},
    {"turns_without_lines", turns_without_lines},
    {"puppets", puppets},
    {"flood_upon_one", flood_upon_one},
    {"flood_of_puppets", flood_of_puppets},
    {"flood_over_a_change", flood_over_a_change},
    {"flood_and_again", flood_and_again},
    {"puppets_prove_nothing", puppets_prove_nothing},
    {"proof_with_others", proof_with_others},
};

/* --- A ledger --------------------------------------------------------------------------------- */

struct book {
    struct maker m;
    size_t member, sealer, voter; /* after the last block; of the next one; on the last one */
    int64_t seqs[KEYS];
    struct buf body;
};

static void put_admit(struct book *b, size_t from, size_t whom, int weight)
{
    char text[400];
    size_t at = b->body.len;
    int n = snprintf(text, sizeof text, "tx %s %s %" PRId64 " 0 admit %s %d",
                     hex32(b->m.chain).text, hex32(b->m.keys[from].public).text, b->seqs[from]++,
                     hex32(b->m.keys[whom].public).text, weight);
    need(buf_add(&b->body, text, (size_t)n));
    sign_line(&b->m.keys[from], &b->body, at);
}

static void hand_over(struct book *b)
{
    size_t to = (b->member + 1) % KEYS;
    put_admit(b, b->member, to, 1);
    put_admit(b, b->member, b->member, 0);
    put_admit(b, to, b->member, 0);
    b->member = to;
}

/* Writes the block after p. */
static struct made put_block(struct book *b, const struct made *p, bool last_of_member)
{
    weights now = {0};
    now[b->member] = 1;
    b->body.len = 0;
    if (p->height)
        put_vote(&b->m, b->m.chain, p->height, 0, "precommit", p->id, b->voter, &b->body);
    size_t named = b->member;
    if (p->height % 100 == 50)
        put_admit(b, b->member, b->member, 1); /* which changes nothing: a record to prove */
    if (last_of_member)
        hand_over(b);
    struct made h = make_with_body(&b->m, p->id, p->height + 1, p->time + SPACING, now, b->sealer,
                                   &b->body);
    fputs(h.line, stdout);
    if (b->body.len > 0)
        fwrite(b->body.data, 1, b->body.len, stdout);
    b->voter = b->sealer;
    b->sealer = named;
    return h;
}

static void print_ledger(struct maker m, long count, long every)
{
    struct book b = {.m = m};
    struct buf genesis = {0};
    struct made p = put_genesis(&b.m, "bft", "rule allow admit\n", just1, &genesis);
    fwrite(genesis.data, 1, genesis.len, stdout);
    for (long i = 1; i <= count; i++)
        p = put_block(&b, &p, i % every == 0);
    buf_free(&genesis);
    buf_free(&b.body);
}

/* --- Running ---------------------------------------------------------------------------------- */

static size_t count_lines(const struct buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n;
}

/* What the light client says: whether that is as it should be. */
static bool judge(const struct test *t, const char *name)
{
    struct span rest = {t->stream.data, t->stream.len}, text;
    struct light *c = light_new(source_memory(&rest));
    struct fault f = {0}, first = {0};
    int verdict;
    need(!c);
    light_period(c, t->within);
    while ((verdict = light_next(c, t->now, &text, &f)) != LIGHT_END) {
        if (verdict < 0)
            errx(2, "%s: %s", name, f.text);
        if (verdict == LIGHT_INVALID && !first.text[0])
            first = f;
    }
    if (t->pair.len && light_add_header(c, t->pair.data, t->pair.len - 1, t->now, &f) == 0)
        first = f;
    struct light_sum sum = light_sum(c);
    size_t evidence = count_lines(light_evidence(c));
    light_free(c);
    bool right = t->said ? strncmp(first.text, t->said, strlen(t->said)) == 0 : !first.text[0];
    right = right && (!t->line || first.line == t->line) && sum.headers == t->valid &&
            evidence == t->evidence && (t->trusted < 0 || sum.trusted == t->trusted);
    printf("%s %s\n", name, right ? "ok" : "WRONG");
    if (!right)
        printf("  line %" PRIu64 ": %s\n  headers %" PRIu64 ", trusted %" PRId64 ", height %" PRId64
               ", evidence %zu\n",
               first.line, first.text, sum.headers, sum.trusted, sum.height, evidence);
    return right;
}

int main(int argc, char **argv)
{
    struct maker m = maker_new(KEYS);
    bool right = true;
    if (argc > 3) {
        print_ledger(m, atol(argv[2]), atol(argv[3]));
        maker_free(&m);
        return fflush(stdout);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct test t = {.m = m, .now = BEGIN + 1000, .within = -1, .trusted = -1};
        if (argc > 1 && strcmp(argv[1], cases[i].name) != 0)
            continue;
        t.now += strncmp(cases[i].name, "jump_success", 12) == 0 ? 12 * DAY : 0;
        cases[i].make(&t);
        if (argc > 1)
            fwrite(t.stream.data, 1, t.stream.len, stdout);
        else
            right &= judge(&t, cases[i].name);
        buf_free(&t.stream);
        buf_free(&t.pair);
    }
    maker_free(&m);
    return fflush(stdout) || !right;
}
