/* What a light client must say where Tendermint's must: adjacent and skipping verification
 * (vectors/light; CONSENSUS.md, section 3). */
#ifndef T_LIB_LIGHTJUMPS_H
#define T_LIB_LIGHTJUMPS_H

#include "lightcases.h"

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

static const struct test_case jump_cases[] = {
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
};

#endif
