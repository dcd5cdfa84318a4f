/* The set of members beside a header: it must be there where it has to, and be the right one. */
#ifndef T_LIB_LIGHTSETS_H
#define T_LIB_LIGHTSETS_H

#include "lightcases.h"

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

static const struct test_case set_cases[] = {
    {"wrong_root", wrong_root},
    {"jump_wrong_root", jump_wrong_root},
    {"no_lines_of_the_set", no_lines_of_the_set},
    {"change_without_votes", change_without_votes},
    {"signer_not_in_the_set", signer_not_in_the_set},
};

#endif
