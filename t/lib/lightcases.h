/* A case of lighttest.c, and the steps of which its stream is made. */
#ifndef T_LIB_LIGHTCASES_H
#define T_LIB_LIGHTCASES_H

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

struct test_case {
    const char *name;
    void (*make)(struct test *t);
};

#endif
