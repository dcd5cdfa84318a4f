/* Chains whose members take turns (`sign`). */
#ifndef T_LIB_LIGHTTURNS_H
#define T_LIB_LIGHTTURNS_H

#include "lightcases.h"

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

/* Two headers that under `bft` would be a jump. */
static void pair_over_turns(struct test *t, struct buf *out)
{
    t->tip = make_header(&t->m, strange, 99, BEGIN + 99 * SPACING, first3, 0);
    put_header(&t->tip, out);
    put_set(&t->m, first3, out);
    t->tip = make_next(&t->m, &t->tip, first3, 1);
    put_header(&t->tip, out);
    t->said =
        "block: its parent 0900000000000000000000000000000000000000000000000000000000000000 is "
        "not among the headers before it, and under `sign` none can be jumped over";
}

/* Although all members of the trusted set seal upon it, nobody who has not seen what lies between
 * knows how much that weighs. */
static void jump_over_turns(struct test *t)
{
    begin(t, "sign", "", first3);
    bare(t, first3, 1);
    pair_over_turns(t, &t->stream);
    bare(t, first3, 2);
    t->valid = 2;
    t->trusted = 1;
}

static void jump_over_turns_over_the_wire(struct test *t)
{
    begin(t, "sign", "", first3);
    pair_over_turns(t, &t->pair);
    t->valid = 1;
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
static void flood_beside(struct test *t, bool high)
{
    begin(t, "sign", "", first3);
    struct made fork = t->tip;
    flood(t, &fork, 1, high);
    t->tip = fork;
    bare(t, first3, 0);
    bare(t, first3, 2);
    t->valid += 3;
    t->trusted = 2;
}

static void flood_upon_one(struct test *t)
{
    flood_beside(t, false);
}

static void flood_of_puppets(struct test *t)
{
    flood_beside(t, true);
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

static const struct test_case turn_cases[] = {
    {"turns", turns},
    {"turn_too_lately", turn_too_lately},
    {"forged_seal", forged_seal},
    {"votes_where_none_are", votes_where_none_are},
    {"turns_change", turns_change},
    {"turns_change_and_are_trusted", turns_change_and_are_trusted},
    {"jump_over_turns", jump_over_turns},
    {"jump_over_turns_over_the_wire", jump_over_turns_over_the_wire},
    {"turns_without_lines", turns_without_lines},
    {"puppets", puppets},
    {"flood_upon_one", flood_upon_one},
    {"flood_of_puppets", flood_of_puppets},
    {"flood_over_a_change", flood_over_a_change},
    {"flood_and_again", flood_and_again},
    {"puppets_prove_nothing", puppets_prove_nothing},
    {"proof_with_others", proof_with_others},
};

#endif
