/* Headers that contradict final ones, under `bft`, and the evidence. */
#ifndef T_LIB_LIGHTFORKS_H
#define T_LIB_LIGHTFORKS_H

#include "lightcases.h"

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

/* Two blocks that were jumped over, and proved by jumps back: their votes are kept, too. */
static void jumps_back_name_the_culprits(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, all4, all4, all4);
    jump(t, 50, all4, all4, all4);
    jump(t, 50, half, half, half);
    t->said = "block: contradicts the final block at height 50: 2 members, with 2 of 4 by weight, "
              "voted for both";
    t->evidence = 4;
    t->valid = 3;
}

/* A jump back to what is known already is not counted twice. */
static void jump_back_again(struct test *t)
{
    begin(t, "bft", "", all4);
    jump(t, 100, all4, all4, all4);
    jump(t, 50, all4, all4, all4);
    jump(t, 50, all4, all4, all4);
    t->valid = 3;
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

static const struct test_case fork_cases[] = {
    {"fork_names_the_culprits", fork_names_the_culprits},
    {"one_pair_for_each_culprit", one_pair_for_each_culprit},
    {"votes_are_kept_in_few_bytes", votes_are_kept_in_few_bytes},
    {"jump_names_the_culprits", jump_names_the_culprits},
    {"jumps_back_name_the_culprits", jumps_back_name_the_culprits},
    {"jump_back_again", jump_back_again},
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
};

#endif
